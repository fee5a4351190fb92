// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <span>

#include "icnn/functions/batches.hpp"
#include "icnn/learning/losses.hpp"
#include "icnn/learning/optimizers.hpp"
#include "icnn/learning/training.hpp"
#include "icnn/networks/feed_forward.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/picnn.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// Columns of a matrix, gathered into the front of another.
template <class S>
void gather(const Matrix<S>& from, std::span<const Index> columns, Matrix<S>& to) {
  for (std::size_t b = 0; b < columns.size(); ++b) to.col(static_cast<Index>(b)) = from.col(columns[b]);
}

template <class S>
void require_data(const char* where, const char* what, const Matrix<S>& data, Index rows, Index samples) {
  if (data.rows() != rows || data.cols() != samples) {
    const bool lies = data.cols() == rows;
    fail({where, text(what, " of shape ", rows, " x B, a column for every one of the same B samples"),
          shape_text(data.rows(), data.cols()), lies ? "samples are columns: transpose it" : ""});
  }
  if (!data.allFinite()) fail({where, text("finite ", what), "NaN or infinity"});
}

/// Minibatch steps of a network under a loss: evaluate, then pull dloss/df back.
template <class Network, class L, class Optimizer>
class Fit {
  using S = typename Network::Scalar;

 public:
  Fit(Network& network, const Matrix<S>& x, const Matrix<S>& y, const Matrix<S>& targets, const L& loss,
      Optimizer& optimizer, Index batch, Index threads)
      : network_(network),
        x_(x),
        y_(y),
        targets_(targets),
        loss_(loss),
        optimizer_(optimizer),
        batches_(network, {.columns = batch, .threads = threads}),
        batch_x_(x.rows(), batch),
        batch_y_(y.rows(), batch),
        batch_targets_(targets.rows(), batch),
        seeds_(targets.rows(), batch),
        gradient_(network.parameter_count()) {}

  double step(std::span<const Index> batch, double factor) {
    const auto columns = static_cast<Index>(batch.size());
    gather(x_, batch, batch_x_);
    gather(y_, batch, batch_y_);
    gather(targets_, batch, batch_targets_);
    const auto predictions = evaluate(columns);
    const S scale = S(1) / static_cast<S>(columns);
    S sum(0);
    for (Index c = 0; c < columns; ++c)
      for (Index r = 0; r < targets_.rows(); ++r) {
        sum += loss_.value(S(predictions(r, c)), S(batch_targets_(r, c)));
        seeds_(r, c) = scale * loss_.derivative(S(predictions(r, c)), S(batch_targets_(r, c)));
      }
    batches_.pullback(
        {.parameters = gradient_, .seeds = MatrixView<const S>(seeds_.data(), seeds_.rows(), columns, seeds_.rows())});
    if (!take_step(network_, optimizer_, gradient_, factor, before_)) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(scale * sum);
  }

  void keep() { kept_ = network_.parameters().vector(); }
  void restore() {
    network_.edit([&](auto& edit) { edit.vector() = kept_; });
  }

 private:
  auto evaluate(Index columns) {
    if constexpr (requires { network_.outputs(); }) {
      return batches_.gradients(first_columns(batch_x_, columns), {});
    } else if constexpr (Network::has_context) {
      return batches_.gradients(first_columns(batch_x_, columns), first_columns(batch_y_, columns), {});
    } else {
      return batches_.gradients(first_columns(batch_y_, columns), {});
    }
  }

  Network& network_;
  const Matrix<S>&x_, &y_, &targets_;
  L loss_;
  Optimizer& optimizer_;
  Batches<Network> batches_;
  Matrix<S> batch_x_, batch_y_, batch_targets_, seeds_;
  Vector<S> gradient_, before_{}, kept_{};
};

template <class Network, class L, class Optimizer>
TrainingResult fit(Network& network, const Matrix<typename Network::Scalar>& x, const Matrix<typename Network::Scalar>& y,
                   const Matrix<typename Network::Scalar>& targets, const TrainingSettings& settings, const L& loss,
                   Optimizer& optimizer) {
  static_assert(Loss<L>, "a loss has value(prediction, target) and derivative(prediction, target)");
  settings.validate();
  if (targets.cols() < 1) fail({"fit", "at least one sample", "none"});
  const Index batch = std::min(settings.batch, targets.cols());
  Fit<Network, L, Optimizer> model(network, x, y, targets, loss, optimizer, batch, settings.threads);
  return train(targets.cols(), settings, model);
}

}  // namespace detail

/// Fits f(y_b) to targets t_b: minimizes the mean of loss(f(y_b), t_b) by minibatch steps of the optimizer (Adam, Sgd),
/// with W^z kept non-negative by projection. y: n x B, targets: 1 x B. The network begins where it stands: initialize() it
/// first. The same seed gives the same network. Throws Error on empty data, wrong shapes and NaN, before anything changes;
/// a rate that diverges is a status, and the network then has the parameters of the last good epoch. Allocates.
template <class Chain, class L = SquaredLoss, class Optimizer = Adam<typename Chain::Layers::Scalar>>
TrainingResult fit(BasicFicnn<Chain>& network, const Matrix<typename Chain::Layers::Scalar>& y,
                   const Matrix<typename Chain::Layers::Scalar>& targets, const TrainingSettings& settings = {},
                   const L& loss = L{}, Optimizer&& optimizer = Optimizer{}) {
  detail::require_data("fit", "points y", y, network.inputs(), y.cols());
  detail::require_data("fit", "targets", targets, 1, y.cols());
  const Matrix<typename Chain::Layers::Scalar> none(0, y.cols());
  return detail::fit(network, none, y, targets, settings, loss, optimizer);
}

/// The same for f(x_b, y_b). x: c x B.
template <class Chain, class L = SquaredLoss, class Optimizer = Adam<typename Chain::Layers::Scalar>>
TrainingResult fit(BasicPicnn<Chain>& network, const Matrix<typename Chain::Layers::Scalar>& x,
                   const Matrix<typename Chain::Layers::Scalar>& y, const Matrix<typename Chain::Layers::Scalar>& targets,
                   const TrainingSettings& settings = {}, const L& loss = L{}, Optimizer&& optimizer = Optimizer{}) {
  detail::require_data("fit", "contexts x", x, network.context_size(), x.cols());
  detail::require_data("fit", "points y", y, network.inputs(), x.cols());
  detail::require_data("fit", "targets", targets, 1, x.cols());
  return detail::fit(network, x, y, targets, settings, loss, optimizer);
}

/// The same for a feed-forward network; the loss is the mean over samples of the sum over outputs. targets: outputs x B.
template <class Chain, class L = SquaredLoss, class Optimizer = Adam<typename Chain::Layers::Scalar>>
TrainingResult fit(BasicFeedForward<Chain>& network, const Matrix<typename Chain::Layers::Scalar>& x,
                   const Matrix<typename Chain::Layers::Scalar>& targets, const TrainingSettings& settings = {},
                   const L& loss = L{}, Optimizer&& optimizer = Optimizer{}) {
  detail::require_data("fit", "inputs x", x, network.inputs(), x.cols());
  detail::require_data("fit", "targets", targets, network.outputs(), x.cols());
  const Matrix<typename Chain::Layers::Scalar> none(0, x.cols());
  return detail::fit(network, x, none, targets, settings, loss, optimizer);
}

}  // namespace icnn::inline ICNN_ISA
