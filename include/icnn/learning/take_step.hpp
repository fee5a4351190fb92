// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "icnn/core/error.hpp"
#include "icnn/core/parameters.hpp"

namespace icnn::inline ICNN_ISA {

/// How an optimizer keeps W^z >= 0 (and every other entry with a sign). The parameters of a network are W^z itself under all
/// of them.
enum class NonNegativity {
  projection,   ///< a step, then the nearest admissible weights; the momentum that pushed an entry below 0 is forgotten
  softplus,     ///< steps in V, W^z = log(1 + e^V)
  exponential,  ///< steps in V, W^z = e^V
};

namespace detail {

/// Where a weight W = log(1 + e^V), or W = e^V, is by a step d of V: steps are in V, only W is stored. Below the floor dW/dV
/// would be as good as 0, and the weight stay there for good.
template <class S>
struct Reparametrized {
  static constexpr double floor = 1e-6;
  bool softplus;

  [[nodiscard]] static double from(S w) { return std::max(static_cast<double>(w), floor); }
  /// dW/dV, which multiplies the gradient.
  [[nodiscard]] S slope(S w) const { return static_cast<S>(softplus ? -std::expm1(-from(w)) : from(w)); }
  [[nodiscard]] S moved(S w, S d) const {
    const double start = from(w), step = static_cast<double>(d);
    if (!softplus) return static_cast<S>(start * std::exp(-step));
    const double v = start - step;  // e^(V - d) = (e^W - 1) e^-d, without overflow or cancellation
    if (v > 0) return static_cast<S>(v + std::log1p(std::exp(-v) - std::exp(-start)));
    return static_cast<S>(std::log1p(start < 1 ? std::expm1(start) * std::exp(-step) : std::exp(v) - std::exp(-step)));
  }
};

/// Calls visit(k) for every entry k of a piece that has a sign.
template <class Visit>
void each_signed(const Block& block, Index first, Index count, Visit visit) {
  if (block.sign == Sign::free) return;
  for (Index k = 0; k < count; ++k) {
    const Index entry = first + k - block.offset;
    if (block.sign == Sign::non_negative || block.non_negative(entry % block.rows, entry / block.rows)) visit(k);
  }
}

template <class S>
using StepRoom = std::array<S, static_cast<std::size_t>(Parameters<S>::longest_piece)>;

/// A piece p of a block after a step of an optimizer that has begun; its gradient is g.
template <class S, class Optimizer, class P, class G>
void move_piece(Optimizer& optimizer, const Block& block, Index first, P&& p, const G& g, double factor, StepRoom<S>& room) {
  const auto& settings = optimizer.settings();
  Eigen::Map<Vector<S>> d(room.data(), p.size());
  d = g;
  const bool projected = settings.non_negativity == NonNegativity::projection || block.sign == Sign::free;
  const Reparametrized<S> by{settings.non_negativity == NonNegativity::softplus};
  if (!projected) each_signed(block, first, p.size(), [&](Index k) { d(k) *= by.slope(p(k)); });
  optimizer.direction(first, d);
  const S keep = block.is_weight() ? S(1 - factor * settings.rate * settings.weight_decay) : S(1);
  if (projected) {
    p = keep * p - d;
    if (block.sign == Sign::free || !(p.minCoeff() < S(0))) return;
    each_signed(block, first, p.size(), [&](Index k) {
      if (p(k) < S(0)) optimizer.forget(first + k);
    });
  } else {
    each_signed(block, first, p.size(), [&](Index k) {
      p(k) = by.moved(p(k), d(k));
      d(k) = S(0);
    });
    p = keep * p - d;
  }
}

/// A whole step on a vector of weights without signs, in pieces that stay in the first cache.
template <class Optimizer, class P, class S>
void step_on_vector(Optimizer& optimizer, P& parameters, const Vector<S>& gradient, double factor) {
  static const Block block{.name = "W"};
  StepRoom<S> room;
  optimizer.begin(gradient.size(), factor);
  for (Index i = 0; i < gradient.size(); i += Parameters<S>::longest_piece) {
    const Index count = std::min(Parameters<S>::longest_piece, gradient.size() - i);
    move_piece<S>(optimizer, block, i, parameters.segment(i, count), gradient.segment(i, count), factor, room);
  }
}

}  // namespace detail

/// One step of an optimizer on a network, after which W^z >= 0 as before. Where gradient or result are not finite, answers
/// false and leaves the network as it was. Steps can be taken by anything with step(parameters, gradient, factor), and are
/// then projected; what has begin(), direction() and settings(), as Adam and Sgd have, updates, projects and checks in one
/// sweep over the parameters, and keeps W^z >= 0 as its settings say. \p factor scales the rate. \p before is scratch for
/// the sweep, which allocates once; without it every call allocates.
template <class Network, class Optimizer>
[[nodiscard]] bool take_step(Network& network, Optimizer& optimizer, const Vector<typename Network::Scalar>& gradient,
                             double factor, Vector<typename Network::Scalar>& before) {
  using S = typename Network::Scalar;
  require_shape("take_step", "a gradient", gradient.rows(), gradient.cols(), network.parameter_count(), Index{1});
  if (!((gradient.array() * S(0)).sum() == S(0))) return false;  // NaN, where an entry is not finite
  if constexpr (requires(Eigen::Map<Vector<S>> d) { optimizer.direction(Index{}, d); }) {
    detail::StepRoom<S> room;
    optimizer.begin(gradient.size(), factor);
    return network.sweep(
        [&](const Block& block, Index first, auto piece) {
          detail::move_piece<S>(optimizer, block, first, piece, gradient.segment(first, piece.size()), factor, room);
        },
        before);
  } else {
    static_assert(
        requires(Eigen::Map<Vector<S>> p) { optimizer.step(p, gradient, factor); },
        "an optimizer has step(parameters, gradient, factor), or begin() and direction(); Lbfgs is for fit() alone");
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
