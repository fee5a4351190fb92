// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>

#include "icnn/core/error.hpp"

namespace icnn::inline ICNN_ISA {

/// A loss of one prediction f beside its target t: value(f, t), and derivative(f, t) in f.
template <class L>
concept Loss = requires(const L& loss, double f, double t) {
  { loss.value(f, t) } -> std::convertible_to<double>;
  { loss.derivative(f, t) } -> std::convertible_to<double>;
};

/// (f - t)^2 / 2: squared error.
struct SquaredLoss {
  template <class S>
  [[nodiscard]] static S value(const S& f, const S& t) {
    return S(0.5) * (f - t) * (f - t);
  }
  template <class S>
  [[nodiscard]] static S derivative(const S& f, const S& t) {
    return f - t;
  }
};

/// (f - t)^2 / 2 up to |f - t| = delta, from there on linear: outliers pull with bounded force.
class HuberLoss {
 public:
  explicit HuberLoss(double delta = 1) : delta_(delta) {
    if (!(delta > 0) || !std::isfinite(delta)) fail({"HuberLoss", "a finite delta > 0", detail::text(delta)});
  }

  template <class S>
  [[nodiscard]] S value(const S& f, const S& t) const {
    using std::abs;
    const S off = abs(f - t), delta = S(delta_);
    return off <= delta ? S(0.5) * off * off : delta * (off - S(0.5) * delta);
  }
  template <class S>
  [[nodiscard]] S derivative(const S& f, const S& t) const {
    return std::clamp(f - t, S(-delta_), S(delta_));
  }

 private:
  double delta_;
};

/// A loss of values, and slope_weight |grad_y f - s|^2 / 2 of slopes s on top: for potentials whose gradients are what is
/// measured (Czarnecki et al., NeurIPS 2017).
template <class L = SquaredLoss>
struct SobolevLoss {
  L values = L{};
  double slope_weight = 1;
};

/// -w t log p - (1 - t) log(1 - p) with p = sigmoid(f), for targets t in [0, 1]: the logistic loss, or binary cross-entropy.
/// w weighs the positive ones.
class LogisticLoss {
 public:
  explicit LogisticLoss(double positive_weight = 1) : weight_(positive_weight) {
    if (!(positive_weight > 0) || !std::isfinite(positive_weight)) {
      fail({"LogisticLoss", "a finite positive_weight > 0", detail::text(positive_weight)});
    }
  }

  template <class S>
  [[nodiscard]] S value(const S& f, const S& t) const {
    using std::abs, std::exp, std::log1p, std::max;
    const S tail = log1p(exp(-abs(f)));
    return S(weight_) * t * (tail + max(S(-f), S(0))) + (S(1) - t) * (tail + max(f, S(0)));
  }
  template <class S>
  [[nodiscard]] S derivative(const S& f, const S& t) const {
    using std::exp;
    const S p = S(1) / (S(1) + exp(-f));
    return (S(1) - t) * p - S(weight_) * t * (S(1) - p);
  }

 private:
  double weight_;
};

}  // namespace icnn::inline ICNN_ISA
