// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <span>

#include "icnn/learning/energy_loss.hpp"
#include "icnn/learning/fit.hpp"

namespace icnn::inline ICNN_ISA {

/// What energy learning found, beside how it went.
struct [[nodiscard]] EnergyTraining : TrainingResult {
  EnergyBatch last = {};  ///< sums over the latest epoch: evaluations, certified; means: loss, gap
};

namespace detail {

/// Minibatch steps of a network under the energy loss.
template <class Network, class Optimizer>
class EnergyFit {
  using S = typename Network::Scalar;

 public:
  EnergyFit(Network& network, const Matrix<S>& x, const Matrix<S>& y, const EnergySettings& settings, Optimizer& optimizer,
            Index batch)
      : network_(network),
        x_(x),
        y_(y),
        optimizer_(optimizer),
        loss_(network, settings, batch),
        batch_x_(x.rows(), batch),
        batch_y_(y.rows(), batch),
        batch_found_(y.rows(), batch),
        found_(Matrix<double>::Constant(y.rows(), y.cols(), 0.5)),
        gradient_(network.parameter_count()) {}

  double step(std::span<const Index> batch, double factor) {
    const auto columns = static_cast<Index>(batch.size());
    gather(x_, batch, batch_x_);
    gather(y_, batch, batch_y_);
    gather(found_, batch, batch_found_);
    auto found = first_columns(batch_found_, columns);
    const EnergyBatch part = loss_.evaluate(network_, first_columns(batch_x_, columns), first_columns(batch_y_, columns),
                                            found, {.parameters = gradient_});
    for (Index b = 0; b < columns; ++b) found_.col(batch[static_cast<std::size_t>(b)]) = found.col(b);
    seen_ = seen_ == x_.cols() ? columns : seen_ + columns;
    if (seen_ == columns) latest_ = {};
    const double share = static_cast<double>(columns) / static_cast<double>(x_.cols());
    latest_.loss += share * part.loss;
    latest_.gap += share * part.gap;
    latest_.certified += part.certified;
    latest_.evaluations += part.evaluations;
    if (!take_step(network_, optimizer_, gradient_, factor, before_)) return std::numeric_limits<double>::quiet_NaN();
    return part.loss;
  }

  void keep() { kept_ = network_.parameters().vector(); }
  void restore() {
    network_.edit([&](auto& edit) { edit.vector() = kept_; });
  }
  [[nodiscard]] const EnergyBatch& latest() const noexcept { return latest_; }

 private:
  Network& network_;
  const Matrix<S>&x_, &y_;
  Optimizer& optimizer_;
  EnergyLoss<Network> loss_;
  Matrix<S> batch_x_, batch_y_;
  Matrix<double> batch_found_, found_;  ///< the minimizers: each inner problem begins where the last epoch left it
  Vector<S> gradient_, before_{}, kept_{};
  EnergyBatch latest_{};
  Index seen_ = 0;
};

}  // namespace detail

/// Learns a PICNN energy whose argmin over [0, 1]^n predicts labels: minimizes the mean EnergyLoss by minibatch steps.
/// x: c x B, labels y: n x B in [0, 1]. Otherwise as fit().
template <class Chain, class Optimizer = Adam<typename Chain::Layers::Scalar>>
EnergyTraining learn_energy(BasicPicnn<Chain>& network, const Matrix<typename Chain::Layers::Scalar>& x,
                            const Matrix<typename Chain::Layers::Scalar>& y, const TrainingSettings& settings = {},
                            const EnergySettings& energy = {}, Optimizer&& optimizer = Optimizer{}) {
  settings.validate();
  detail::require_data("learn_energy", "contexts x", x, network.context_size(), x.cols());
  detail::require_data("learn_energy", "labels y", y, network.inputs(), x.cols());
  if (x.cols() < 1) fail({"learn_energy", "at least one sample", "none"});
  detail::EnergyFit<BasicPicnn<Chain>, std::remove_reference_t<Optimizer>> model(network, x, y, energy, optimizer,
                                                                                 std::min(settings.batch, x.cols()));
  EnergyTraining result{train(x.cols(), settings, model)};
  result.last = model.latest();
  return result;
}

}  // namespace icnn::inline ICNN_ISA
