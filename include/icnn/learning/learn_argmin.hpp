// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <limits>
#include <span>
#include <type_traits>
#include <utility>

#include "icnn/learning/argmin_loss.hpp"
#include "icnn/learning/learner.hpp"
#include "icnn/learning/optimizers.hpp"

namespace icnn::inline ICNN_ISA {

/// What training through the argmin found, beside how it went.
struct [[nodiscard]] ArgminTraining : TrainingResult {
  ArgminLossBatch last = {};  ///< over the latest epoch that ended: sums of what is counted, means of loss and gap
};

namespace detail {

/// Minibatch steps of a network under a loss of its argmin.
template <class Network, class Set, class L, class Optimizer>
class ArgminFit : public Learner<Network, Optimizer> {
  using S = typename Network::Scalar;
  using Base = Learner<Network, Optimizer>;
  using Base::gradient_, Base::network_;

 public:
  ArgminFit(Network& network, const Matrix<S>& x, const Matrix<S>& targets, const Set& set,
            const ArgminLossSettings& settings, const L& loss, Optimizer& optimizer, const TrainingSettings& training)
      : Base(network, optimizer, training),
        x_(x),
        targets_(targets),
        loss_(loss),
        argmin_loss_(network, set, settings),
        batch_(training.batch),
        found_(network.inputs(), x.cols()) {
    found_.colwise() = center_of(set);
  }

  double step(std::span<const Index> samples, double factor) {
    const ArgminLossBatch batch = evaluate(samples, {.parameters = gradient_});
    tally_.add(batch, samples.size());
    return this->step_by(factor) ? batch.loss : std::numeric_limits<double>::quiet_NaN();
  }

  void keep() {
    Base::keep();
    tally_.end_epoch();
  }

  double validate(std::span<const Index> samples) {
    return this->mean_loss(samples, batch_, [&](std::span<const Index> part) { return evaluate(part, {}).loss; });
  }

  [[nodiscard]] double gap() const noexcept { return tally_.gap(); }
  [[nodiscard]] const ArgminLossBatch& last() const noexcept { return tally_.last(); }

 private:
  ArgminLossBatch evaluate(std::span<const Index> samples, const Wanted<S>& wanted) {
    const auto columns = static_cast<Index>(samples.size());
    Matrix<S> x(x_.rows(), columns), targets(targets_.rows(), columns);
    Matrix<double> found(found_.rows(), columns);
    gather(x_, samples, x);
    gather(targets_, samples, targets);
    gather(found_, samples, found);
    const ArgminLossBatch batch = argmin_loss_.evaluate(network_, x, targets, found, loss_, wanted);
    for (Index b = 0; b < columns; ++b) found_.col(samples[static_cast<std::size_t>(b)]) = found.col(b);
    return batch;
  }

  const Matrix<S>&x_, &targets_;
  L loss_;
  ArgminLoss<Network, Set> argmin_loss_;
  Index batch_;
  Matrix<double> found_;  ///< the minimizers: each inner problem begins where the last epoch left it
  EpochTally<ArgminLossBatch> tally_{};
};

}  // namespace detail

/// Trains a PICNN through its argmin: minimizes the mean of loss(y*(x_b), t_b), y*(x) = argmin over the set of
/// f(x, y) - tau H(y) + rho / 2 |y|^2, by minibatch steps along the exact derivative (see ArgminLoss). x: c x B; targets: a
/// column for each. Without entropy and proximal term a network of ReLU has its minima in corners, whose derivative is zero:
/// ArgminLossSettings::surrogate helps. TrainingSettings::threads share the samples of a minibatch. Otherwise as fit().
template <class Chain, class Set, OutputLoss L = SquaredDistance, class Optimizer = Adam<typename Chain::Layers::Scalar>>
ArgminTraining learn_argmin(BasicPicnn<Chain>& network, const Matrix<typename Chain::Layers::Scalar>& x,
                            const Matrix<typename Chain::Layers::Scalar>& targets, const Set& set,
                            const TrainingSettings& settings = {}, ArgminLossSettings argmin_settings = {},
                            const L& loss = L{}, Optimizer&& optimizer = Optimizer{}) {
  settings.validate();
  detail::require_data("learn_argmin", "contexts x", x, network.context_size(), x.cols());
  detail::require_data("learn_argmin", "targets", targets, targets.rows(), x.cols());
  if (x.cols() < 1) fail({"learn_argmin", "at least one sample", "none"});
  argmin_settings.threads = settings.threads;
  detail::ArgminFit<BasicPicnn<Chain>, Set, L, std::remove_reference_t<Optimizer>> model(
      network, x, targets, set, argmin_settings, loss, optimizer, settings);
  ArgminTraining result{train(x.cols(), settings, model)};
  result.last = model.last();
  return result;
}

}  // namespace icnn::inline ICNN_ISA
