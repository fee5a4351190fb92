// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>

#include "icnn/core/error.hpp"
#include "icnn/core/parameters.hpp"

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

/// A whole step in pieces that stay in the first cache from one expression to the next.
template <class Optimizer, class P, class S>
void in_pieces(Optimizer& optimizer, P& parameters, const Vector<S>& gradient) {
  constexpr Index most = 1024;
  for (Index i = 0; i < gradient.size(); i += most) {
    const Index count = std::min(most, gradient.size() - i);
    optimizer.update(i, parameters.segment(i, count), gradient.segment(i, count));
  }
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

  /// One step on a vector; \p factor scales the rate, for schedules. Allocates the state once.
  template <class P>
  void step(P&& parameters, const Vector<S>& gradient, double factor = 1) {
    begin(gradient.size(), factor);
    detail::in_pieces(*this, parameters, gradient);
  }

  /// The same in pieces: begin() a step for vectors of a size, then update() every piece of them, [first, first + its size).
  void begin(Index size, double factor = 1) {
    if (mean_.size() != size) {
      mean_ = square_ = Vector<S>::Zero(size);
      steps_ = 0;
    }
    ++steps_;
    const auto correction = [&](double beta) { return 1 - std::pow(beta, static_cast<double>(steps_)); };
    rate_ = S(factor * settings_.rate / correction(settings_.beta1));
    scale_ = S(1 / std::sqrt(correction(settings_.beta2)));
    keep_ = S(1 - factor * settings_.rate * settings_.weight_decay);
  }
  template <class P, class G>
  void update(Index first, P&& parameters, const G& gradient) {
    const S b1 = S(settings_.beta1), b2 = S(settings_.beta2), epsilon = S(settings_.epsilon);
    const auto g = gradient.array();
    auto mean = mean_.segment(first, gradient.size()).array();
    auto square = square_.segment(first, gradient.size()).array();
    mean = b1 * mean + (S(1) - b1) * g;
    square = b2 * square + (S(1) - b2) * g * g;
    parameters.array() = keep_ * parameters.array() - rate_ * mean / (scale_ * square.sqrt() + epsilon);
  }

 private:
  Settings settings_;
  Vector<S> mean_{}, square_{};
  Index steps_ = 0;
  S rate_ = 0, scale_ = 1, keep_ = 1;  ///< of the step that has begun
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

  /// One step on a vector, and the same in pieces, as for Adam.
  template <class P>
  void step(P&& parameters, const Vector<S>& gradient, double factor = 1) {
    begin(gradient.size(), factor);
    detail::in_pieces(*this, parameters, gradient);
  }
  void begin(Index size, double factor = 1) {
    if (momentum_.size() != size) momentum_ = Vector<S>::Zero(size);
    rate_ = S(factor * settings_.rate);
    keep_ = S(1 - factor * settings_.rate * settings_.weight_decay);
  }
  template <class P, class G>
  void update(Index first, P&& parameters, const G& gradient) {
    auto momentum = momentum_.segment(first, gradient.size());
    momentum = S(settings_.momentum) * momentum + gradient;
    parameters = keep_ * parameters - rate_ * momentum;
  }

 private:
  Settings settings_;
  Vector<S> momentum_{};
  S rate_ = 0, keep_ = 1;  ///< of the step that has begun
};

/// One step of an optimizer on a network, negative W^z projected to 0. Where gradient or result are not finite, answers
/// false and leaves the network as it was. Steps can be taken by anything with step(parameters, gradient, factor); what has
/// begin() and update() too, as Adam and Sgd have, updates, projects and checks in one sweep over the parameters.
/// \p before is scratch for the sweep, which allocates once; without it every call allocates.
template <class Network, class Optimizer>
[[nodiscard]] bool take_step(Network& network, Optimizer& optimizer, const Vector<typename Network::Scalar>& gradient,
                             double factor, Vector<typename Network::Scalar>& before) {
  using S = typename Network::Scalar;
  require_shape("take_step", "a gradient", gradient.rows(), gradient.cols(), network.parameter_count(), Index{1});
  if (!((gradient.array() * S(0)).sum() == S(0))) return false;  // NaN, where an entry is not finite
  if constexpr (requires { optimizer.begin(Index{}, factor); }) {
    optimizer.begin(gradient.size(), factor);
    return network.sweep(
        [&](Index first, auto piece) { optimizer.update(first, piece, gradient.segment(first, piece.size())); }, before);
  } else {
    bool good = true;
    network.edit(
        [&](auto& edit) {
          optimizer.step(edit.vector(), gradient, factor);
          good = edit.vector().allFinite();
          if (!good) edit.vector() = network.parameters().vector();
        },
        Positivity::project);
    return good;
  }
}
template <class Network, class Optimizer>
[[nodiscard]] bool take_step(Network& network, Optimizer& optimizer, const Vector<typename Network::Scalar>& gradient,
                             double factor = 1) {
  Vector<typename Network::Scalar> before;
  return take_step(network, optimizer, gradient, factor, before);
}

}  // namespace icnn::inline ICNN_ISA
