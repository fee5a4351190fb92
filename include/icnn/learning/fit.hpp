// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "icnn/functions/batches.hpp"
#include "icnn/learning/learner.hpp"
#include "icnn/learning/losses.hpp"
#include "icnn/learning/optimizers.hpp"
#include "icnn/networks/feed_forward.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/picnn.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

template <class L>
inline constexpr bool is_sobolev = false;
template <class L>
inline constexpr bool is_sobolev<SobolevLoss<L>> = true;

/// Samples: contexts, points, targets, and slopes for a Sobolev loss; what there is not has no rows.
template <class S>
struct FitData {
  const Matrix<S>&x, &y, &targets, &slopes;
};
/// The same for one minibatch.
template <class S>
struct FitBatch {
  FitBatch(const FitData<S>& data, Index columns)
      : x(data.x.rows(), columns),
        y(data.y.rows(), columns),
        targets(data.targets.rows(), columns),
        slopes(data.slopes.rows(), columns) {}
  void take(const FitData<S>& data, std::span<const Index> samples) {
    gather(data.x, samples, x);
    gather(data.y, samples, y);
    gather(data.targets, samples, targets);
    gather(data.slopes, samples, slopes);
  }
  Matrix<S> x, y, targets, slopes;
};

/// Minibatch steps of a network under a loss: evaluate, then pull dloss/df back.
template <class Network, class L, class Optimizer>
class Fit : public Learner<Network, Optimizer> {
  using S = typename Network::Scalar;
  using Base = Learner<Network, Optimizer>;
  using Base::gradient_, Base::network_, Base::optimizer_;
  static constexpr bool sobolev = is_sobolev<L>;

 public:
  Fit(Network& network, const FitData<S>& data, const L& loss, Optimizer& optimizer, const TrainingSettings& settings)
      : Base(network, optimizer, settings),
        data_(data),
        loss_(loss),
        columns_(std::min(settings.batch, data.targets.cols())),
        batches_(network, {.columns = columns_, .threads = settings.threads}),
        batch_(data, columns_),
        seeds_(data.targets.rows(), columns_),
        off_(data.slopes.rows(), columns_) {}

  double step(std::span<const Index> samples, double factor) {
    if constexpr (FullBatchOptimizer<Optimizer, Network>) {
      // In one order, whatever that of this epoch: the same parameters give the same bits.
      all_.assign(samples.begin(), samples.end());
      std::sort(all_.begin(), all_.end());
      const double loss = is_known_ ? known_loss_ : differentiate(all_);
      known_loss_ = loss;
      is_known_ = optimizer_.minimize(network_, known_loss_, gradient_, [&](Vector<S>&) { return differentiate(all_); });
      if (!is_known_) return std::numeric_limits<double>::quiet_NaN();
      this->take_average();
      return loss;
    } else {
      const double loss = differentiate(samples);
      return this->step_by(factor) ? loss : std::numeric_limits<double>::quiet_NaN();
    }
  }
  [[nodiscard]] bool is_done() const requires FullBatchOptimizer<Optimizer, Network> { return optimizer_.is_done(); }

  double validate(std::span<const Index> samples) {
    return this->mean_loss(samples, columns_, [&](std::span<const Index> part) { return evaluate(part); });
  }

 private:
  [[nodiscard]] static MatrixView<const S> view(const Matrix<S>& m, Index columns) {
    return {m.data(), m.rows(), columns, m.rows()};
  }
  template <class Use>
  decltype(auto) with_points(Index columns, Use use) {
    if constexpr (requires { network_.outputs(); }) {
      return use(first_columns(batch_.x, columns));
    } else if constexpr (Network::has_context) {
      return use(first_columns(batch_.x, columns), first_columns(batch_.y, columns));
    } else {
      return use(first_columns(batch_.y, columns));
    }
  }

  /// The mean loss; leaves its gradient in gradient_.
  double differentiate(std::span<const Index> samples) {
    const auto columns = static_cast<Index>(samples.size());
    const double loss = evaluate(samples);
    batches_.pullback({.parameters = gradient_, .seeds = view(seeds_, columns)});
    if constexpr (sobolev) {
      const Wanted<S> added{.parameters = gradient_, .accumulate = true};
      with_points(columns,
                  [&](const auto&... points) { batches_.mixed_product(points..., first_columns(off_, columns), added); });
    }
    return loss;
  }

  /// The mean loss; leaves its derivatives in the values, and in the slopes.
  double evaluate(std::span<const Index> samples) {
    const auto columns = static_cast<Index>(samples.size());
    batch_.take(data_, samples);
    Wanted<S> wanted;
    if constexpr (sobolev) wanted.y = MatrixView<S>(off_.data(), off_.rows(), columns, off_.rows());
    const auto predictions =
        with_points(columns, [&](const auto&... points) { return batches_.gradients(points..., wanted); });
    const S scale = S(1) / static_cast<S>(columns);
    S sum(0);
    const auto& of_values = [&]() -> const auto& {
      if constexpr (sobolev) {
        return loss_.values;
      } else {
        return loss_;
      }
    }
    ();
    for (Index c = 0; c < columns; ++c)
      for (Index r = 0; r < seeds_.rows(); ++r) {
        sum += of_values.value(S(predictions(r, c)), S(batch_.targets(r, c)));
        seeds_(r, c) = scale * of_values.derivative(S(predictions(r, c)), S(batch_.targets(r, c)));
      }
    if constexpr (sobolev) {
      const S weight = static_cast<S>(loss_.slope_weight);
      for (Index c = 0; c < columns; ++c)
        for (Index r = 0; r < off_.rows(); ++r) {
          const S off = off_(r, c) - batch_.slopes(r, c);
          sum += S(0.5) * weight * off * off;
          off_(r, c) = scale * weight * off;
        }
    }
    return static_cast<double>(scale * sum);
  }

  FitData<S> data_;
  L loss_;
  Index columns_;
  Batches<Network> batches_;
  FitBatch<S> batch_;
  Matrix<S> seeds_, off_;     ///< derivatives of the mean loss in the values and in the slopes
  double known_loss_ = 0;     ///< where the network is, with its gradient,
  bool is_known_ = false;     ///< if an optimizer of full batches has been there,
  std::vector<Index> all_{};  ///< with these samples
};

template <class Network, class L, class Optimizer>
TrainingResult fit(Network& network, const FitData<typename Network::Scalar>& data, const TrainingSettings& settings,
                   const L& loss, Optimizer& optimizer) {
  if constexpr (is_sobolev<L>) {
    static_assert(Loss<std::remove_cvref_t<decltype(loss.values)>>,
                  "a loss has value(prediction, target) and derivative(prediction, target)");
    if (!(loss.slope_weight >= 0) || !std::isfinite(loss.slope_weight)) {
      fail({"SobolevLoss", "a finite slope_weight >= 0", text(loss.slope_weight)});
    }
  } else {
    static_assert(Loss<L>, "a loss has value(prediction, target) and derivative(prediction, target)");
  }
  settings.validate();
  if (data.targets.cols() < 1) fail({"fit", "at least one sample", "none"});
  if (FullBatchOptimizer<Optimizer, Network> && settings.batch < data.targets.cols()) {
    fail({"fit", text("all ", data.targets.cols(), " samples in a batch, for this optimizer"), text(settings.batch)});
  }
  Fit<Network, L, Optimizer> model(network, data, loss, optimizer, settings);
  return train(data.targets.cols(), settings, model);
}

}  // namespace detail

/// What fit() trains: a FICNN or PICNN, or a function made from one that it holds by value, standardized(std::move(f), …).
template <class F>
concept TrainableFunction = requires(F& f) {
  f.inputs();
  f.edit([](auto&) {});
  { F::has_context } -> std::convertible_to<bool>;
};

/// Fits f(y_b) to targets t_b: minimizes the mean of loss(f(y_b), t_b) by minibatch steps of the optimizer (Adam, Sgd),
/// which keeps W^z non-negative. y: n x B, targets: 1 x B. The network begins where it stands: initialize() it first. The
/// same seed gives the same network. Throws Error on empty data, wrong shapes and NaN, before anything changes; a rate that
/// diverges is a status, and the network then has the parameters of the last good epoch. Allocates.
template <TrainableFunction F, class L = SquaredLoss, class Optimizer = Adam<typename F::Scalar>>
requires(!F::has_context) TrainingResult
    fit(F& function, const Matrix<typename F::Scalar>& y, const Matrix<typename F::Scalar>& targets,
        const TrainingSettings& settings = {}, const L& loss = L{}, Optimizer&& optimizer = Optimizer{}) {
  detail::require_data("fit", "points y", y, function.inputs(), y.cols());
  detail::require_data("fit", "targets", targets, 1, y.cols());
  const Matrix<typename F::Scalar> none(0, y.cols());
  return detail::fit(function, {none, y, targets, none}, settings, loss, optimizer);
}
/// The same, and grad_y f to slopes: n x B. The settings have to be named, {} for the defaults.
template <TrainableFunction F, class L = SobolevLoss<>, class Optimizer = Adam<typename F::Scalar>>
requires(!F::has_context && detail::is_sobolev<L>) TrainingResult
    fit(F& function, const Matrix<typename F::Scalar>& y, const Matrix<typename F::Scalar>& targets,
        const Matrix<typename F::Scalar>& slopes, const TrainingSettings& settings, const L& loss = L{},
        Optimizer&& optimizer = Optimizer{}) {
  detail::require_data("fit", "points y", y, function.inputs(), y.cols());
  detail::require_data("fit", "targets", targets, 1, y.cols());
  detail::require_data("fit", "slopes", slopes, function.inputs(), y.cols());
  const Matrix<typename F::Scalar> none(0, y.cols());
  return detail::fit(function, {none, y, targets, slopes}, settings, loss, optimizer);
}

/// Both for f(x_b, y_b). x: c x B.
template <TrainableFunction F, class L = SquaredLoss, class Optimizer = Adam<typename F::Scalar>>
requires(F::has_context) TrainingResult
    fit(F& function, const Matrix<typename F::Scalar>& x, const Matrix<typename F::Scalar>& y,
        const Matrix<typename F::Scalar>& targets, const TrainingSettings& settings = {}, const L& loss = L{},
        Optimizer&& optimizer = Optimizer{}) {
  detail::require_data("fit", "contexts x", x, function.context_size(), x.cols());
  detail::require_data("fit", "points y", y, function.inputs(), x.cols());
  detail::require_data("fit", "targets", targets, 1, x.cols());
  const Matrix<typename F::Scalar> none(0, x.cols());
  return detail::fit(function, {x, y, targets, none}, settings, loss, optimizer);
}
template <TrainableFunction F, class L = SobolevLoss<>, class Optimizer = Adam<typename F::Scalar>>
requires(F::has_context&& detail::is_sobolev<L>) TrainingResult
    fit(F& function, const Matrix<typename F::Scalar>& x, const Matrix<typename F::Scalar>& y,
        const Matrix<typename F::Scalar>& targets, const Matrix<typename F::Scalar>& slopes,
        const TrainingSettings& settings, const L& loss = L{}, Optimizer&& optimizer = Optimizer{}) {
  detail::require_data("fit", "contexts x", x, function.context_size(), x.cols());
  detail::require_data("fit", "points y", y, function.inputs(), x.cols());
  detail::require_data("fit", "targets", targets, 1, x.cols());
  detail::require_data("fit", "slopes", slopes, function.inputs(), x.cols());
  return detail::fit(function, {x, y, targets, slopes}, settings, loss, optimizer);
}

/// The same for a feed-forward network; the loss is the mean over samples of the sum over outputs. targets: outputs x B.
template <class Chain, class L = SquaredLoss, class Optimizer = Adam<typename Chain::Layers::Scalar>>
TrainingResult fit(BasicFeedForward<Chain>& network, const Matrix<typename Chain::Layers::Scalar>& x,
                   const Matrix<typename Chain::Layers::Scalar>& targets, const TrainingSettings& settings = {},
                   const L& loss = L{}, Optimizer&& optimizer = Optimizer{}) {
  detail::require_data("fit", "inputs x", x, network.inputs(), x.cols());
  detail::require_data("fit", "targets", targets, network.outputs(), x.cols());
  const Matrix<typename Chain::Layers::Scalar> none(0, x.cols());
  return detail::fit(network, {x, none, targets, none}, settings, loss, optimizer);
}

}  // namespace icnn::inline ICNN_ISA
