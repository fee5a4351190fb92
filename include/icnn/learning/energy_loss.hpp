// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "icnn/inference/argmin.hpp"
#include "icnn/networks/picnn.hpp"

namespace icnn::inline ICNN_ISA {

/// What energy learning asks for.
struct EnergySettings {
  double entropy = 0;         ///< tau >= 0: smooths the inner minimum, and so the loss
  double false_negative = 1;  ///< >= 0: what the Hamming loss charges for a 1 predicted as 0
  double false_positive = 1;  ///< >= 0: and for a 0 predicted as 1
  /// In place of the Hamming loss one of your own, delta(label, prediction) for each entry, summed up: its chord over the
  /// bounds of the prediction, which is what it is at both and above it between them where delta is convex.
  std::function<double(double, double)> delta = {};
  Settings inner = {.relative_gap = 1e-3, .max_evaluations = 200};  ///< of the inner argmin
};

/// What one evaluation found. The mean of the losses lies in [loss, loss + gap]: their inner minima are certified.
struct EnergyBatch {
  double loss = 0;        ///< mean of f(x, y) - (the value found for the inner minimum); weighted, where weights are given
  double gap = 0;         ///< mean of the inner gaps, weighted alike
  Index certified = 0;    ///< inner problems that met their gap
  Index evaluations = 0;  ///< of the energy, in all inner problems
  Index satisfied = 0;    ///< samples whose loss is proven to be below the inner gap: they add no gradient

  void add(const EnergyBatch& part, double share) {
    loss += share * part.loss;
    gap += share * part.gap;
    certified += part.certified;
    evaluations += part.evaluations;
    satisfied += part.satisfied;
  }
};

/// The loss of structured prediction by argmin, for labels y in {0, 1}^n (or between), or in another box or a simplex Y:
///
///     l(theta) = f(x, y) - min over y' in Y of [ f(x, y') - tau H(y') - Delta(y, y') ],
///     Delta(y, y') = sum_j  a y_j (1 - y'_j) + b (1 - y_j) y'_j,
///
/// with the Hamming loss Delta, linear in y' and weighted by a = false_negative and b = false_positive (or the chord of
/// another, EnergySettings::delta), so that the inner problem stays convex and is solved with a certificate. l is >= 0 at
/// labels in {0, 1}^n; with tau = 0 it bounds Delta at the predicted y from above (the structured hinge). Its gradient is
/// grad f(x, y) - grad f(x, y'), at the inner minimizer y' (Danskin's theorem), in the parameters and in x; with tau = 0 it
/// is 0 for a sample whose lower bound proves that the label itself is the inner minimizer, to within the inner gap.
///
/// Holds all scratch for batches of up to `columns` samples; one per thread. The network is passed to every call, so that it
/// may change between them; it has to keep its shape.
template <class Network, class Set = Box>
class EnergyLoss {
  static_assert(std::is_same_v<Set, Box> || std::is_same_v<Set, Simplex>, "labels live in a Box or a Simplex");
  using S = typename Network::Scalar;
  using At = typename Network::AtContext;
  using Inner = Regularized<const At&>;

 public:
  /// Labels in [0, 1]^n; or in another box, or a simplex. Throws Error on settings out of range, unbounded boxes and sets of
  /// other dimension.
  EnergyLoss(const Network& f, const EnergySettings& settings, Index columns) requires std::is_same_v<Set, Box>
      : EnergyLoss(f, settings, columns, Box::unit(f.inputs())) {}
  EnergyLoss(const Network& f, const EnergySettings& settings, Index columns, Set set)
      : settings_(settings),
        set_(checked(f, settings, std::move(set))),
        room_(f.workspace({.columns = columns, .hessian = false})),
        single_(f.workspace()),
        at_(std::make_unique<At>(f.at(Vector<S>(Vector<S>::Zero(f.context_size()))))),
        inner_(regularized(std::as_const(*at_), detail::entropy_on<S>(set_, settings.entropy))),
        inner_ws_(inner_),
        linear_(f.inputs()),
        found_(f.inputs(), columns),
        weights_(columns),
        losses_(columns) {
    settings_.inner.warm_start = true;
    settings_.inner.start.resize(0);
  }

  [[nodiscard]] const Set& set() const noexcept { return set_; }
  [[nodiscard]] const EnergySettings& settings() const noexcept { return settings_; }

  /// The mean loss over a batch, and the derivatives of it that are wanted, in the parameters and in x. x: c x B; labels y:
  /// n x B in [0, 1]; predictions (n x B, double): where the inner problems begin, replaced by their minimizers, so that the
  /// next epoch can begin there. wanted.seeds (1 x B, >= 0), where given, are the weights of the samples: the loss is then
  /// sum_b seeds_b l_b. Throws Error on wrong shapes, and on labels or weights out of range.
  template <class X, class Y>
  EnergyBatch evaluate(const Network& f, const Eigen::MatrixBase<X>& x, const Eigen::MatrixBase<Y>& y,
                       const MatrixView<double>& predictions, const Wanted<S>& wanted) {
    const Index columns = y.cols();
    if (columns < 1 || columns > found_.cols()) {
      fail({"EnergyLoss", detail::text("a batch of 1..", found_.cols(), " samples"), detail::text(columns)});
    }
    require_shape("EnergyLoss", "contexts x", x.rows(), x.cols(), f.context_size(), columns);
    require_shape("EnergyLoss", "labels y", y.rows(), y.cols(), f.inputs(), columns);
    require_shape("EnergyLoss", "predictions", predictions.rows(), predictions.cols(), f.inputs(), columns);
    check("EnergyLoss", y);
    auto weights = first_columns(weights_, columns);
    if (wanted.seeds) {
      require_shape("EnergyLoss", "seeds (weights of samples)", wanted.seeds.rows(), wanted.seeds.cols(), Index{1}, columns);
      weights = wanted.seeds.map();
      if (!(weights.array() >= S(0)).all()) fail({"EnergyLoss", "seeds (weights of samples) >= 0", "others, or NaN"});
    } else {
      weights.setConstant(S(1) / static_cast<S>(columns));
    }
    EnergyBatch batch;
    const auto values = f.gradients(x, y, {}, room_);
    for (Index c = 0; c < columns; ++c) losses_(c) = static_cast<double>(values(c));
    for (Index c = 0; c < columns; ++c) solve(f, x.col(c), y.col(c), predictions.map().col(c), c, batch);

    if (!wanted.x && !wanted.parameters) return batch;
    Wanted<S> part = wanted;
    part.seeds = MatrixView<const S>(weights_.data(), 1, columns, 1);
    f.pullback(part, room_);
    weights = -weights;
    part.accumulate = true;
    f.gradients(x, first_columns(found_, columns), part, room_);
    return batch;
  }

  /// Throws Error where labels are not in the set, or have no finite delta.
  template <class Y>
  void check(const char* where, const Eigen::MatrixBase<Y>& y) const {
    for (Index c = 0; c < y.cols(); ++c) {
      double sum = 0;
      for (Index j = 0; j < y.rows(); ++j) {
        const auto label = static_cast<double>(y.derived().coeff(j, c));
        sum += label;
        const auto [low, high] = bounds(set_, j);
        if (!(label >= low && label <= high)) {
          fail({where, detail::text("labels in [", low, ", ", high, "]"), detail::text(label, " at (", j, ", ", c, ")")});
        }
        if (!std::isfinite(delta(label, low)) || !std::isfinite(delta(label, high))) {
          fail({where, "a finite delta", "NaN or infinity"});
        }
      }
      if constexpr (std::is_same_v<Set, Simplex>) {
        if (std::abs(sum - set_.total()) <= 1e-6 * set_.total()) continue;
        fail({where, detail::text("labels of a sum of ", set_.total()), detail::text(sum, " in column ", c)});
      }
    }
  }

 private:
  [[nodiscard]] static std::pair<double, double> bounds(const Set& set, Index j) {
    if constexpr (std::is_same_v<Set, Simplex>) {
      static_cast<void>(j);
      return {0.0, set.total()};
    } else {
      return {set.lower()(j), set.upper()(j)};
    }
  }

  [[nodiscard]] static Set checked(const Network& f, const EnergySettings& settings, Set set) {
    const auto require = [](bool good, const char* expected, double got) {
      if (!good) fail({"EnergySettings", expected, detail::text(got)});
    };
    require(settings.false_negative >= 0 && std::isfinite(settings.false_negative), "a finite false_negative >= 0",
            settings.false_negative);
    require(settings.false_positive >= 0 && std::isfinite(settings.false_positive), "a finite false_positive >= 0",
            settings.false_positive);
    settings.inner.validate();
    require(settings.inner.max_evaluations >= 1, "inner.max_evaluations >= 1",
            static_cast<double>(settings.inner.max_evaluations));
    if (set.dimension() != f.inputs()) {
      fail({"EnergyLoss", detail::text("a set in ", f.inputs(), " dimensions, as many as the network has inputs"),
            detail::text(set.dimension())});
    }
    for (Index j = 0; j < f.inputs(); ++j) {
      const auto [low, high] = bounds(set, j);
      require(std::isfinite(low) && std::isfinite(high), "a bounded box of labels", std::isfinite(low) ? high : low);
    }
    return set;
  }

  /// Delta of one entry.
  [[nodiscard]] double delta(double label, double prediction) const {
    if (settings_.delta) return settings_.delta(label, prediction);
    return settings_.false_negative * label * (1 - prediction) + settings_.false_positive * (1 - label) * prediction;
  }

  /// Of -Delta in y': its slopes, into linear_, and its constant.
  template <class Y>
  double take_margin(const Y& y) {
    double constant = 0;
    for (Index j = 0; j < linear_.size(); ++j) {
      const auto label = static_cast<double>(y(j));
      const auto [low, high] = bounds(set_, j);
      const double at_low = delta(label, low), slope = high > low ? (delta(label, high) - at_low) / (high - low) : 0.0;
      linear_(j) = static_cast<S>(slope);
      constant += at_low - static_cast<double>(linear_(j)) * low;
    }
    return constant;
  }

  /// One inner problem. Takes its minimum, with the constant of -Delta, from the loss, by the sample's weight.
  template <class X, class Y, class P>
  void solve(const Network& f, const X& x, const Y& y, P prediction, Index c, EnergyBatch& batch) {
    f.rebind(*at_, x, single_);
    const double constant = take_margin(y);
    inner_.set_linear(linear_);
    result_.y = prediction;
    argmin(inner_, set_, settings_.inner, inner_ws_, result_);
    prediction = result_.y;
    found_.col(c) = result_.y.template cast<S>();
    const auto weight = static_cast<double>(weights_(c));
    const double at_label = losses_(c) + constant;
    batch.loss += weight * (at_label - result_.value);
    batch.gap += weight * result_.gap();
    batch.evaluations += result_.evaluations;
    if (result_.status == Status::optimal) ++batch.certified;
    if (settings_.entropy == 0 && at_label - result_.lower_bound <= settings_.inner.tolerance(result_.value)) {
      ++batch.satisfied;
      weights_(c) = S(0);
    }
  }

  EnergySettings settings_;
  Set set_;
  decltype(std::declval<const Network&>().workspace(WorkspaceOptions{})) room_;
  decltype(std::declval<const Network&>().workspace()) single_;
  std::unique_ptr<At> at_;  ///< behind a pointer: inner_ refers to it
  Inner inner_;
  ArgminWorkspace<Inner> inner_ws_;
  Result result_{};
  Vector<S> linear_;
  Matrix<S> found_;
  RowVector<S> weights_;
  Vector<double> losses_;  ///< f at the labels
};

}  // namespace icnn::inline ICNN_ISA
