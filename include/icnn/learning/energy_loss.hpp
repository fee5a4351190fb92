// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>
#include <utility>

#include "icnn/inference/argmin.hpp"
#include "icnn/networks/picnn.hpp"

namespace icnn::inline ICNN_ISA {

/// What energy learning asks for.
struct EnergySettings {
  double entropy = 0;         ///< tau >= 0: smooths the inner minimum, and so the loss
  double false_negative = 1;  ///< >= 0: what the Hamming loss charges for a 1 predicted as 0
  double false_positive = 1;  ///< >= 0: and for a 0 predicted as 1
  Settings inner = {.relative_gap = 1e-3, .max_evaluations = 200};  ///< of the inner argmin
};

/// What one evaluation found. The mean of the losses lies in [loss, loss + gap]: their inner minima are certified.
struct EnergyBatch {
  double loss = 0;        ///< mean of f(x, y) - (the value found for the inner minimum); weighted, where weights are given
  double gap = 0;         ///< mean of the inner gaps, weighted alike
  Index certified = 0;    ///< inner problems that met their gap
  Index evaluations = 0;  ///< of the energy, in all inner problems
};

/// The loss of structured prediction by argmin, for labels y in {0, 1}^n (or between):
///
///     l(theta) = f(x, y) - min over y' in [0, 1]^n of [ f(x, y') - tau H(y') - Delta(y, y') ],
///     Delta(y, y') = sum_j  a y_j (1 - y'_j) + b (1 - y_j) y'_j,
///
/// with the Hamming loss Delta, linear in y' and weighted by a = false_negative and b = false_positive, so that the inner
/// problem stays convex and is solved with a certificate. l is >= 0 at labels in {0, 1}^n; with tau = 0 it bounds Delta at
/// the predicted y from above (the structured hinge). Its gradient is grad f(x, y) - grad f(x, y'), at the inner
/// minimizer y' (Danskin's theorem), in the parameters and in x.
///
/// Holds all scratch for batches of up to `columns` samples; one per thread. The network is passed to every call, so that it
/// may change between them; it has to keep its shape.
template <class Network>
class EnergyLoss {
  using S = typename Network::Scalar;
  using At = typename Network::AtContext;
  using Inner = Regularized<const At&>;

 public:
  /// Throws Error on settings out of range.
  EnergyLoss(const Network& f, const EnergySettings& settings, Index columns)
      : settings_(settings),
        box_(Box::unit(f.inputs())),
        room_(f.workspace({.columns = columns, .hessian = false})),
        single_(f.workspace()),
        at_(std::make_unique<At>(f.at(Vector<S>(Vector<S>::Zero(f.context_size()))))),
        inner_(regularized(std::as_const(*at_), {.entropy = S(settings.entropy)})),
        inner_ws_(inner_),
        linear_(f.inputs()),
        found_(f.inputs(), columns),
        weights_(columns) {
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
    settings_.inner.warm_start = true;
    settings_.inner.start.resize(0);
  }

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
    if (!(y.array() >= S(0) && y.array() <= S(1)).all()) fail({"EnergyLoss", "labels in [0, 1]", "others, or NaN"});
    auto weights = first_columns(weights_, columns);
    if (wanted.seeds) {
      require_shape("EnergyLoss", "seeds (weights of samples)", wanted.seeds.rows(), wanted.seeds.cols(), Index{1}, columns);
      weights = wanted.seeds.map();
      if (!(weights.array() >= S(0)).all()) fail({"EnergyLoss", "seeds (weights of samples) >= 0", "others, or NaN"});
    } else {
      weights.setConstant(S(1) / static_cast<S>(columns));
    }
    EnergyBatch batch;
    for (Index c = 0; c < columns; ++c) solve(f, x.col(c), y.col(c), predictions.map().col(c), c, batch);

    Wanted<S> part = wanted;
    part.seeds = MatrixView<const S>(weights_.data(), 1, columns, 1);
    batch.loss += static_cast<double>(f.gradients(x, y, part, room_).dot(weights));
    weights = -weights;
    part.accumulate = true;
    if (wanted.x || wanted.parameters) f.gradients(x, first_columns(found_, columns), part, room_);
    return batch;
  }

 private:
  /// One inner problem. Adds -(its minimum, with the constant of -Delta) to the loss, by the sample's weight.
  template <class X, class Y, class P>
  void solve(const Network& f, const X& x, const Y& y, P prediction, Index c, EnergyBatch& batch) {
    const S a = S(settings_.false_negative), b = S(settings_.false_positive);
    f.rebind(*at_, x, single_);
    linear_ = (b * (S(1) - y.array()) - a * y.array()).matrix();  // of Delta in y'
    inner_.set_linear(linear_);
    result_.y = prediction;
    argmin(inner_, box_, settings_.inner, inner_ws_, result_);
    prediction = result_.y;
    found_.col(c) = result_.y.template cast<S>();
    const auto weight = static_cast<double>(weights_(c));
    batch.loss -= weight * (result_.value - static_cast<double>(a * y.sum()));
    batch.gap += weight * result_.gap();
    batch.evaluations += result_.evaluations;
    if (result_.status == Status::optimal) ++batch.certified;
  }

  EnergySettings settings_;
  Box box_;
  decltype(std::declval<const Network&>().workspace(WorkspaceOptions{})) room_;
  decltype(std::declval<const Network&>().workspace()) single_;
  std::unique_ptr<At> at_;  ///< behind a pointer: inner_ refers to it
  Inner inner_;
  ArgminWorkspace<Inner> inner_ws_;
  Result result_{};
  Vector<S> linear_;
  Matrix<S> found_;
  RowVector<S> weights_;
};

}  // namespace icnn::inline ICNN_ISA
