// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <concepts>

#include "icnn/core/error.hpp"
#include "icnn/core/parameters.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

inline void require_rate(const char* optimiser, double rate) {
  if (!(rate > 0) || !std::isfinite(rate)) fail({optimiser, "a finite rate > 0", text(rate)});
}
inline void require_fraction(const char* optimiser, const char* what, double value) {
  if (!(value >= 0 && value < 1)) fail({optimiser, text(what, " in [0, 1)"), text(value)});
}

inline void require_decay(const char* optimiser, double decay) {
  if (!(decay >= 0) || !std::isfinite(decay)) fail({optimiser, "a finite weight_decay >= 0", text(decay)});
}

}  // namespace detail

/// Settings of Adam.
struct AdamSettings {
  double rate = 1e-3;
  double beta1 = 0.9;    ///< memory of the gradient's mean
  double beta2 = 0.999;  ///< memory of its square
  double epsilon = 1e-8;
  double weight_decay = 0;  ///< decoupled: every step shrinks the parameters by rate weight_decay
};

/// Adam (Kingma and Ba, ICLR 2015), with both bias corrections: p -= rate m^ / (sqrt(v^) + epsilon).
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

  /// One pass over the vectors; \p factor scales the rate, for schedules. Allocates the state once.
  template <class P>
  void step(P&& parameters, const Vector<S>& gradient, double factor = 1) {
    if (mean_.size() != gradient.size()) {
      mean_ = square_ = Vector<S>::Zero(gradient.size());
      steps_ = 0;
    }
    ++steps_;
    const auto correction = [&](double beta) { return 1 - std::pow(beta, static_cast<double>(steps_)); };
    const S b1 = S(settings_.beta1), b2 = S(settings_.beta2), epsilon = S(settings_.epsilon);
    const S rate = S(factor * settings_.rate / correction(settings_.beta1));
    const S scale = S(1 / std::sqrt(correction(settings_.beta2)));
    const S keep = S(1 - factor * settings_.rate * settings_.weight_decay);
    for (Index i = 0; i < gradient.size(); ++i) {
      using std::sqrt;
      mean_(i) = b1 * mean_(i) + (S(1) - b1) * gradient(i);
      square_(i) = b2 * square_(i) + (S(1) - b2) * gradient(i) * gradient(i);
      parameters(i) = keep * parameters(i) - rate * mean_(i) / (scale * sqrt(square_(i)) + epsilon);
    }
  }

 private:
  Settings settings_;
  Vector<S> mean_, square_;
  Index steps_ = 0;
};

/// Settings of Sgd.
struct SgdSettings {
  double rate = 1e-2;
  double momentum = 0;
  double weight_decay = 0;  ///< decoupled, as for Adam
};

/// Stochastic gradient descent, with heavy-ball momentum on request: m = momentum m + g, p -= rate m.
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

  /// One pass over the vectors; \p factor scales the rate, for schedules. Allocates the state once.
  template <class P>
  void step(P&& parameters, const Vector<S>& gradient, double factor = 1) {
    if (momentum_.size() != gradient.size()) momentum_ = Vector<S>::Zero(gradient.size());
    const S memory = S(settings_.momentum), rate = S(factor * settings_.rate);
    const S keep = S(1 - factor * settings_.rate * settings_.weight_decay);
    for (Index i = 0; i < gradient.size(); ++i) {
      momentum_(i) = memory * momentum_(i) + gradient(i);
      parameters(i) = keep * parameters(i) - rate * momentum_(i);
    }
  }

 private:
  Settings settings_;
  Vector<S> momentum_;
};

/// One step of an optimiser on a network, negative W^z projected to 0. Where gradient or result are not finite, answers
/// false and leaves the network as it was.
template <class Network, class Optimiser>
[[nodiscard]] bool take_step(Network& network, Optimiser& optimiser, const Vector<typename Network::Scalar>& gradient,
                             double factor = 1) {
  require_shape("take_step", "a gradient", gradient.rows(), gradient.cols(), network.parameter_count(), Index{1});
  if (!gradient.allFinite()) return false;
  bool good = true;
  network.edit(
      [&](auto& edit) {
        optimiser.step(edit.vector(), gradient, factor);
        good = edit.vector().allFinite();
        if (!good) edit.vector() = network.parameters().vector();
      },
      Positivity::project);
  return good;
}

}  // namespace icnn::inline ICNN_ISA
