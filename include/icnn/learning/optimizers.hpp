// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include "icnn/core/error.hpp"
#include "icnn/learning/take_step.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

inline void require_rate(const char* optimizer, double rate) {
  if (!(rate > 0) || !std::isfinite(rate)) fail({optimizer, "a finite rate > 0", text(rate)});
}
inline void require_fraction(const char* optimizer, const char* what, double value) {
  if (!(value >= 0 && value < 1)) fail({optimizer, text(what, " in [0, 1)"), text(value)});
}

inline void require_decay(const char* optimizer, double decay) {
  if (!(decay >= 0) || !std::isfinite(decay)) fail({optimizer, "a finite weight_decay >= 0", text(decay)});
}

}  // namespace detail

/// Settings of Adam.
struct AdamSettings {
  double rate = 1e-3;
  double beta1 = 0.9;    ///< memory of the gradient's mean
  double beta2 = 0.999;  ///< memory of its square
  double epsilon = 1e-8;
  double weight_decay = 0;  ///< decoupled (AdamW): every step shrinks weights, and no biases, by rate weight_decay
  NonNegativity non_negativity = NonNegativity::projection;
};

/// Adam (Kingma and Ba, ICLR 2015), with both bias corrections: p -= rate m^ / (sqrt(v^) + epsilon); with a weight decay
/// AdamW (Loshchilov and Hutter, ICLR 2019). A copy continues as the original would.
template <class S>
class Adam {
 public:
  using Settings = AdamSettings;

  explicit Adam(const Settings& settings = {}) : settings_(settings) {
    detail::require_rate("Adam", settings.rate);
    detail::require_fraction("Adam", "beta1", settings.beta1);
    detail::require_fraction("Adam", "beta2", settings.beta2);
    if (!(settings.epsilon > 0) || !std::isfinite(settings.epsilon)) {
      fail({"Adam", "a finite epsilon > 0", detail::text(settings.epsilon)});
    }
    detail::require_decay("Adam", settings.weight_decay);
  }

  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

  /// One step on a vector, all of it weights of any sign; \p factor scales the rate, for schedules. Allocates the state
  /// once.
  template <class P>
  void step(P&& parameters, const Vector<S>& gradient, double factor = 1) {
    detail::step_on_vector(*this, parameters, gradient, factor);
  }

  /// The same in pieces: begin() a step for vectors of a size; then the direction() of every piece, which comes with its
  /// gradient and leaves with what is to be subtracted; forget() the mean where a projection stopped an entry.
  void begin(Index size, double factor = 1) {
    if (mean_.size() != size) {
      mean_ = square_ = Vector<S>::Zero(size);
      steps_ = 0;
    }
    ++steps_;
    const auto correction = [&](double beta) { return 1 - std::pow(beta, static_cast<double>(steps_)); };
    rate_ = S(factor * settings_.rate / correction(settings_.beta1));
    scale_ = S(1 / std::sqrt(correction(settings_.beta2)));
  }
  void direction(Index first, Eigen::Map<Vector<S>> d) {
    const S b1 = S(settings_.beta1), b2 = S(settings_.beta2), epsilon = S(settings_.epsilon);
    auto mean = mean_.segment(first, d.size()).array();
    auto square = square_.segment(first, d.size()).array();
    mean = b1 * mean + (S(1) - b1) * d.array();
    square = b2 * square + (S(1) - b2) * d.array().square();
    d.array() = rate_ * mean / (scale_ * square.sqrt() + epsilon);
  }
  void forget(Index entry) { mean_(entry) = S(0); }

  static constexpr const char* name = "Adam";
  /// Visits all that a step depends on beside the settings, for files: vectors as long as the parameters, and numbers.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit visit) {
    visit("mean", self.mean_);
    visit("square", self.square_);
    visit("steps", self.steps_);
  }

  friend bool operator==(const Adam& a, const Adam& b) {
    return a.steps_ == b.steps_ && a.mean_ == b.mean_ && a.square_ == b.square_;
  }

 private:
  Settings settings_;
  Vector<S> mean_{}, square_{};
  Index steps_ = 0;
  S rate_ = 0, scale_ = 1;  ///< of the step that has begun
};

/// Settings of Sgd.
struct SgdSettings {
  double rate = 1e-2;
  double momentum = 0;
  bool nesterov = false;    ///< looks ahead along the momentum
  double weight_decay = 0;  ///< decoupled, as for Adam
  NonNegativity non_negativity = NonNegativity::projection;
};

/// Stochastic gradient descent, with momentum on request: m = momentum m + g, p -= rate m (the heavy ball), or
/// p -= rate (g + momentum m) (Nesterov's, as Sutskever et al., ICML 2013, write it).
template <class S>
class Sgd {
 public:
  using Settings = SgdSettings;

  explicit Sgd(const Settings& settings = {}) : settings_(settings) {
    detail::require_rate("Sgd", settings.rate);
    detail::require_fraction("Sgd", "momentum", settings.momentum);
    detail::require_decay("Sgd", settings.weight_decay);
  }

  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

  /// One step on a vector, and the same in pieces, as for Adam.
  template <class P>
  void step(P&& parameters, const Vector<S>& gradient, double factor = 1) {
    detail::step_on_vector(*this, parameters, gradient, factor);
  }
  void begin(Index size, double factor = 1) {
    if (momentum_.size() != size) momentum_ = Vector<S>::Zero(size);
    rate_ = S(factor * settings_.rate);
  }
  void direction(Index first, Eigen::Map<Vector<S>> d) {
    const S keep = S(settings_.momentum);
    auto momentum = momentum_.segment(first, d.size());
    momentum = keep * momentum + d;
    if (settings_.nesterov) {
      d = rate_ * (d + keep * momentum);
    } else {
      d = rate_ * momentum;
    }
  }
  void forget(Index entry) { momentum_(entry) = S(0); }

  static constexpr const char* name = "Sgd";
  /// As for Adam.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit visit) {
    visit("momentum", self.momentum_);
  }

  friend bool operator==(const Sgd& a, const Sgd& b) { return a.momentum_ == b.momentum_; }

 private:
  Settings settings_;
  Vector<S> momentum_{};
  S rate_ = 0;  ///< of the step that has begun
};

}  // namespace icnn::inline ICNN_ISA
