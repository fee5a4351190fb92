// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "icnn/core/parallel.hpp"
#include "icnn/learning/energy_loss.hpp"
#include "icnn/learning/learner.hpp"
#include "icnn/learning/optimizers.hpp"

namespace icnn::inline ICNN_ISA {

/// What energy learning found, beside how it went.
struct [[nodiscard]] EnergyTraining : TrainingResult {
  EnergyBatch last = {};  ///< over the latest epoch that ended: sums of what is counted, means of loss and gap
};

namespace detail {

/// Minibatch steps of a network under the energy loss. The columns of a minibatch are shared among threads, each with a loss
/// and a gradient of its own; these are added up in the order of the threads.
template <class Network, class Set, class Optimizer>
class EnergyFit : public Learner<Network, Optimizer> {
  using S = typename Network::Scalar;
  using Base = Learner<Network, Optimizer>;
  using Base::gradient_, Base::network_;

 public:
  EnergyFit(Network& network, const Matrix<S>& x, const Matrix<S>& y, const Set& set, const EnergySettings& settings,
            Optimizer& optimizer, const TrainingSettings& training)
      : Base(network, optimizer, training),
        x_(x),
        y_(y),
        batch_(std::min(training.batch, x.cols())),
        batch_x_(x.rows(), batch_),
        batch_y_(y.rows(), batch_),
        batch_found_(y.rows(), batch_),
        found_(y.rows(), y.cols()),
        weights_(batch_) {
    found_.colwise() = center_of(set);
    const Index threads = std::min(training.threads, batch_);
    for (Index t = 0; t < threads; ++t) {
      parts_.push_back({EnergyLoss<Network, Set>(network, settings, (batch_ + threads - 1) / threads, set),
                        Vector<S>(t == 0 ? 0 : network.parameter_count()),
                        {}});
    }
  }

  double step(std::span<const Index> samples, double factor) {
    const EnergyBatch batch = evaluate(samples, true);
    tally_.add(batch, samples.size());
    return this->step_by(factor) ? batch.loss : std::numeric_limits<double>::quiet_NaN();
  }

  void keep() {
    Base::keep();
    tally_.end_epoch();
  }

  double validate(std::span<const Index> samples) {
    return this->mean_loss(samples, batch_, [&](std::span<const Index> part) { return evaluate(part, false).loss; });
  }

  [[nodiscard]] double gap() const noexcept { return tally_.gap(); }
  [[nodiscard]] const EnergyBatch& last() const noexcept { return tally_.last(); }
  void check() const { parts_.front().loss.check("learn_energy", y_); }

 private:
  struct Part {
    EnergyLoss<Network, Set> loss;
    Vector<S> gradient;  ///< but for the first, which writes gradient_
    EnergyBatch found;
  };

  EnergyBatch evaluate(std::span<const Index> samples, bool differentiate) {
    const auto columns = static_cast<Index>(samples.size()), threads = static_cast<Index>(parts_.size());
    gather(x_, samples, batch_x_);
    gather(y_, samples, batch_y_);
    gather(found_, samples, batch_found_);
    weights_.setConstant(S(1) / static_cast<S>(columns));
    in_parallel(threads, [&](Index t) {
      Part& part = parts_[static_cast<std::size_t>(t)];
      const Index first = columns * t / threads, count = columns * (t + 1) / threads - first;
      Vector<S>& gradient = t == 0 ? gradient_ : part.gradient;
      part.found = {};
      if (count == 0) return gradient.setZero(), void();
      Wanted<S> wanted{.seeds = MatrixView<const S>(weights_.data(), 1, count, 1)};
      if (differentiate) wanted.parameters = gradient;
      part.found =
          part.loss.evaluate(network_, batch_x_.middleCols(first, count), batch_y_.middleCols(first, count),
                             MatrixView<double>(batch_found_.col(first).data(), y_.rows(), count, y_.rows()), wanted);
    });
    EnergyBatch batch;
    for (Part& part : parts_) {
      batch.add(part.found, 1);
      if (differentiate && &part != &parts_.front()) gradient_ += part.gradient;
    }
    for (Index b = 0; b < columns; ++b) found_.col(samples[static_cast<std::size_t>(b)]) = batch_found_.col(b);
    return batch;
  }

  const Matrix<S>&x_, &y_;
  Index batch_;
  std::vector<Part> parts_{};
  Matrix<S> batch_x_, batch_y_;
  Matrix<double> batch_found_, found_;  ///< the minimizers: each inner problem begins where the last epoch left it
  RowVector<S> weights_;
  EpochTally<EnergyBatch> tally_{};
};

}  // namespace detail

/// Learns a PICNN energy whose argmin over a set, a Box or a Simplex, predicts labels: minimizes the mean EnergyLoss by
/// minibatch steps. x: c x B, labels y: n x B, in the set. Otherwise as fit().
template <class Chain, class Set, class Optimizer = Adam<typename Chain::Layers::Scalar>>
requires std::is_same_v<Set, Box> || std::is_same_v<Set, Simplex> EnergyTraining
learn_energy(BasicPicnn<Chain>& network, const Matrix<typename Chain::Layers::Scalar>& x,
             const Matrix<typename Chain::Layers::Scalar>& y, const Set& set, const TrainingSettings& settings = {},
             const EnergySettings& energy = {}, Optimizer&& optimizer = Optimizer{}) {
  using Network = BasicPicnn<Chain>;
  settings.validate();
  detail::require_data("learn_energy", "contexts x", x, network.context_size(), x.cols());
  detail::require_data("learn_energy", "labels y", y, network.inputs(), x.cols());
  if (x.cols() < 1) fail({"learn_energy", "at least one sample", "none"});
  detail::EnergyFit<Network, Set, std::remove_reference_t<Optimizer>> model(network, x, y, set, energy, optimizer, settings);
  model.check();
  EnergyTraining result{train(x.cols(), settings, model)};
  result.last = model.last();
  return result;
}
/// Labels in [0, 1]^n.
template <class Chain, class Optimizer = Adam<typename Chain::Layers::Scalar>>
EnergyTraining learn_energy(BasicPicnn<Chain>& network, const Matrix<typename Chain::Layers::Scalar>& x,
                            const Matrix<typename Chain::Layers::Scalar>& y, const TrainingSettings& settings = {},
                            const EnergySettings& energy = {}, Optimizer&& optimizer = Optimizer{}) {
  return learn_energy(network, x, y, Box::unit(network.inputs()), settings, energy, optimizer);
}

}  // namespace icnn::inline ICNN_ISA
