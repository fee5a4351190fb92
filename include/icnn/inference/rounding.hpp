// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/precomposed.hpp"
#include "icnn/networks/regularized.hpp"
#include "icnn/networks/restricted.hpp"
#include "icnn/networks/sum.hpp"
#include "icnn/solvers/simple_term.hpp"

/// How far rounding can move the values and the cuts of a function evaluated in double precision. For a function f:
///
///     cover(f, h)               prepares for the region |v_j| <= h_j
///     cut_error(f, ws)          after a gradient at a point of the region, with the adjoints still in ws:
///                               f(v) >= value + g'(v - y) - cut_error for every v of the region, in exact arithmetic
///     value_error(f, y, dy)     |value - f| at y, which is known up to dy
///
/// A cut replaces every activation by its tangent at the pre-activation as computed, which is a minorant whatever error that
/// pre-activation has. What is left are the errors of sums and of activations: each is at most a multiple of epsilon times a
/// sum of absolute values, weighed by how much the value depends on it (the adjoints v = delta o g'). The sums are taken in
/// absolute values, because where steep neurons oppose each other what remains of them says nothing about the errors made:
/// v'(|W^y| h + |b|) over the region and, W^z being non-negative, v'W^z |z| = delta'|z| at the point. That makes every
/// adjoint non-negative, too, so the adjoints themselves are known to a relative error. Slopes of activations that are
/// slightly off count as far as pre-activations may go, |W^z| Z + |W^y| h + |b| with Z >= |z| anywhere in the region.
namespace icnn::inline ICNN_ISA {

template <class F>
class Rounding;

namespace detail {

inline constexpr double epsilon = std::numeric_limits<double>::epsilon();

/// An activation's value and slope are taken to be right to so many epsilons.
inline constexpr double activation_error = 16 * epsilon;

/// out += |W| z for z >= 0; allocates nothing.
template <class W, class Z, class Out>
void add_absolute_product(const W& w, const Z& z, Out& out) {
  if (w.rows() == 1) {
    for (Index c = 0; c < w.cols(); ++c) out(0) += std::abs(w(0, c)) * z(c);
    return;
  }
  const Index fours = w.cols() - w.cols() % 4;
  for (Index c = 0; c < fours; c += 4) {  // out is read and written once for four columns
    out += w.col(c).cwiseAbs() * z(c) + w.col(c + 1).cwiseAbs() * z(c + 1) + w.col(c + 2).cwiseAbs() * z(c + 2) +
           w.col(c + 3).cwiseAbs() * z(c + 3);
  }
  for (Index c = fours; c < w.cols(); ++c) out += w.col(c).cwiseAbs() * z(c);
}

}  // namespace detail

template <class Chain>
class Rounding<BasicFicnn<Chain>> {
  using F = BasicFicnn<Chain>;

 public:
  explicit Rounding(const F& f) : low_(f.output_term().rank()), terms_(0) {
    f.chain().for_each([&](auto, const auto& layer) {
      const Vector<double> room(layer.width());
      layers_.push_back({room, room, room, room, room, layer.previous() + layer.inputs()});
      terms_ += layer.width() + layer.previous() + layer.inputs() + 8;
    });
    Index widest = 0, above = 0;
    for (std::size_t i = layers_.size(); i-- > 0;) {
      const Index width = layers_[i].sum.size();
      widest = std::max(widest, width);
      above += width + 8;
      // Of its own sums; twice (for v - y) of its adjoints, which are products of sums over all layers above, and of the
      // gradient's sum over it and over the layers.
      layers_[i].of_sum = detail::rounding_of_sum(layers_[i].terms);
      layers_[i].of_cut = layers_[i].of_sum + 2 * detail::rounding_of_sum(width + above);
    }
    scratch_ = layers_;
    end_.resize(widest);
    other_slopes_.resize(widest);
  }

  /// B = |W^z| Z + |W^y| h + |b| and Z = |g(0)| + L B of every layer, L the largest slope between -B and B.
  void cover(const F& f, const Vector<double>& h) {
    const double* p = f.parameters().data();
    f.chain().for_each([&](auto index, const auto& layer) {
      using Type = std::remove_cvref_t<decltype(layer)>;
      const auto i = static_cast<std::size_t>(static_cast<Index>(index));
      Layer& now = layers_[i];
      now.outside.setConstant(std::numeric_limits<double>::min());  // for what underflows: weighed like all else
      if (layer.has_bias()) now.outside += layer.b(p).cwiseAbs();
      if (layer.has_passthrough()) detail::add_absolute_product(layer.Wy(p), h, now.outside);
      now.sum = now.outside;
      if constexpr (Type::Previous != 0) {
        if (layer.previous() > 0) detail::add_absolute_product(layer.Wz(p), layers_[i - 1].output, now.sum);
      }
      now.sum *= 1.01;
      find_slopes(layer.activation(), now.sum, -now.sum, now.slope);
      now.output = std::abs(layer.activation().jet(0.0).value) + (now.slope.array() * now.sum.array());
    });
    term_error_ = term_size(f, h) * 4 * detail::rounding_of_sum(f.inputs() + low_.size());
  }

  template <class Ws>
  [[nodiscard]] double cut_error(const F& f, const Ws& ws) const {
    double error = term_error_ + std::numeric_limits<double>::min() * static_cast<double>(terms_);
    f.chain().for_each([&](auto i, const auto&) {
      const auto& tape = detail::at(ws.tapes, i);
      const auto number = static_cast<std::size_t>(static_cast<Index>(i));
      const Layer& layer = layers_[number];
      const double of_next = number + 1 < layers_.size() ? layers_[number + 1].of_sum : 0.0;
      for (Index j = 0; j < layer.sum.size(); ++j) {
        error += std::abs(tape.v(j)) * (layer.of_cut * layer.outside(j)) +
                 std::abs(tape.delta(j)) *
                     (of_next * std::abs(tape.z(j)) + 2 * detail::activation_error * (layer.output(j) + 2 * layer.sum(j)));
      }
    });
    return 1.01 * error;  // for the rounding of this very sum
  }

  /// Another forward pass, with E at least the error of z as f computes it, and of z as this pass does:
  ///
  ///     e = W^z E + |W^y| dy + gamma (W^z (|z| + 2 E) + |W^y| (|y| + 2 dy) + |b|),   E' = L e + ulps,
  ///
  /// L the largest slope between s - 2 e and s + 2 e, where all three arguments are.
  [[nodiscard]] double value_error(const F& f, const Vector<double>& y, const Vector<double>& dy) {
    const double* p = f.parameters().data();
    farthest_ = y.cwiseAbs() + 2 * dy;
    f.chain().for_each([&](auto index, const auto& layer) {
      using Type = std::remove_cvref_t<decltype(layer)>;
      const auto i = static_cast<std::size_t>(static_cast<Index>(index));
      Layer& now = scratch_[i];
      Vector<double>&s = now.output, &size = now.sum;
      s.setZero();
      size.setConstant(std::numeric_limits<double>::min());
      now.error.setZero();
      if (layer.has_bias()) {
        s = layer.b(p);
        size += s.cwiseAbs();
      }
      if (layer.has_passthrough()) {
        s.noalias() += layer.Wy(p) * y;
        detail::add_absolute_product(layer.Wy(p), farthest_, size);
        detail::add_absolute_product(layer.Wy(p), dy, now.error);
      }
      if constexpr (Type::Previous != 0) {
        if (layer.previous() > 0) {
          const Layer& before = scratch_[i - 1];
          s.noalias() += layer.Wz(p) * before.output;
          detail::add_absolute_product(layer.Wz(p), before.outside, size);  // |z| + 2 E
          detail::add_absolute_product(layer.Wz(p), before.error, now.error);
        }
      }
      now.error += now.of_sum * size;
      find_slopes(layer.activation(), s + 2 * now.error, s - 2 * now.error, now.slope);
      size = std::abs(layer.activation().jet(0.0).value) + now.slope.array() * (s.cwiseAbs() + 2 * now.error).array();
      kernels::apply(layer.activation(), kernels::Order::value, layer.width(), s.data(), static_cast<double*>(nullptr),
                     static_cast<double*>(nullptr));
      now.error = now.slope.cwiseProduct(now.error) + detail::activation_error * (size + s.cwiseAbs());
      now.outside = s.cwiseAbs() + 2 * now.error;
    });
    const Layer& last = scratch_.back();
    farthest_ = y.cwiseAbs();
    const double size = term_size(f, farthest_) + 2 * term_size(f, farthest_, dy);
    return 1.01 * (last.error(0) + size * 4 * detail::rounding_of_sum(f.inputs() + low_.size()) +
                   2 * (term_size(f, farthest_, dy) + term_size(f, dy)) + 4 * detail::epsilon * last.outside(0)) +
           std::numeric_limits<double>::min() * static_cast<double>(terms_);
  }

 private:
  struct Layer {
    Vector<double> outside;  ///< |W^y| h + |b|
    Vector<double> sum;      ///< B, at least |s|
    Vector<double> output;   ///< Z, at least |z|
    Vector<double> error;    ///< E, of a value
    Vector<double> slope;    ///< L
    Index terms = 0;         ///< of one of its sums
    double of_sum = 0;       ///< what rounding does to it, relatively
    double of_cut = 0;       ///< beside that, to the adjoints and to the slope of a cut
  };

  /// slopes := the largest |g'| between low and high: that of a convex function is at an end.
  template <class A, class High, class Low>
  void find_slopes(const A& activation, const High& high, const Low& low, Vector<double>& slopes) {
    const auto at = [&](const auto& end, double* out) {
      end_.head(slopes.size()) = end;
      kernels::apply(activation, kernels::Order::first, slopes.size(), end_.data(), out, static_cast<double*>(nullptr));
    };
    at(high, slopes.data());
    if (never_decreases(activation)) return;
    at(low, other_slopes_.data());
    slopes = slopes.cwiseAbs().cwiseMax(other_slopes_.head(slopes.size()).cwiseAbs());
  }

  /// The output term in absolute values, h'D h + |L h|^2 + h'|d|.
  [[nodiscard]] double term_size(const F& f, const Vector<double>& h) { return term_size(f, h, h); }
  /// Its bilinear form, which bounds its change from y to y + dy by term_size(y, dy) + term_size(dy, dy).
  [[nodiscard]] double term_size(const F& f, const Vector<double>& h, const Vector<double>& d) {
    const auto& term = f.output_term();
    const auto shape = term.shape();
    const double* p = f.parameters().data();
    double size = 0;
    if (shape.diagonal) size += h.cwiseProduct(term.D(p).col(0)).dot(d);
    if (shape.linear) size += term.d(p).col(0).cwiseAbs().dot(d);
    if (shape.rank > 0) {
      low_.setZero();
      detail::add_absolute_product(term.L(p), h, low_);
      for (Index j = 0; j < d.size(); ++j) size += term.L(p).col(j).cwiseAbs().dot(low_) * d(j);
    }
    return size;
  }

  std::vector<Layer> layers_, scratch_;
  Vector<double> low_, end_, other_slopes_, farthest_;
  Index terms_;
  double term_error_ = 0;
};

/// Without an entropy, which is the solver's business.
template <class G>
class Rounding<Regularized<G>> {
  using F = Regularized<G>;

 public:
  explicit Rounding(const F& f) : inner_(f.function()), region_(f.inputs()), size_(f.inputs()) {}

  void cover(const F& f, const Vector<double>& h) {
    inner_.cover(f.function(), h);
    region_ = h;
  }
  template <class Ws>
  [[nodiscard]] double cut_error(const F& f, const Ws& ws) const {
    return inner_.cut_error(f.function(), ws.inner) + error(f, region_, region_);
  }
  [[nodiscard]] double value_error(const F& f, const Vector<double>& y, const Vector<double>& dy) {
    const auto& t = f.terms();
    size_ = y.cwiseAbs();
    const double moved = ((t.proximal * (size_ + t.centre.cwiseAbs() + dy) + t.linear.cwiseAbs()).cwiseProduct(dy)).sum();
    return inner_.value_error(f.function(), y, dy) + error(f, size_, size_) + moved;
  }

 private:
  /// Of rho |y - c|^2 / 2 - q'y, their gradients times 2 h, and the sum over coordinates.
  [[nodiscard]] static double error(const F& f, const Vector<double>& y, const Vector<double>& h) {
    const auto& t = f.terms();
    const double size = t.proximal * (y + h + t.centre.cwiseAbs()).squaredNorm() + 2 * (y + h).dot(t.linear.cwiseAbs());
    return 2 * detail::rounding_of_sum(f.inputs()) * size;
  }

  Rounding<typename F::Function> inner_;
  Vector<double> region_, size_;
};

template <class G>
class Rounding<Restricted<G>> {
  using F = Restricted<G>;

 public:
  explicit Rounding(const F& f) : inner_(f.function()), y_(f.function().inputs()), dy_(f.function().inputs()) {}

  void cover(const F& f, const Vector<double>& h) {
    f.lift_point(h, y_);
    y_ = y_.cwiseAbs();
    inner_.cover(f.function(), y_);
  }
  template <class Ws>
  [[nodiscard]] double cut_error(const F& f, const Ws& ws) const {
    return inner_.cut_error(f.function(), ws.inner);
  }
  [[nodiscard]] double value_error(const F& f, const Vector<double>& y, const Vector<double>& dy) {
    f.lift_point(y, y_);
    f.lift_direction(dy, dy_);
    return inner_.value_error(f.function(), y_, dy_);
  }

 private:
  Rounding<typename F::Function> inner_;
  Vector<double> y_, dy_;
};

template <class G>
class Rounding<Precomposed<G>> {
  using F = Precomposed<G>;

 public:
  explicit Rounding(const F& f)
      : inner_(f.function()), y_(f.function().inputs()), dy_(y_), region_(y_), size_(y_), farthest_(f.inputs()) {}

  void cover(const F& f, const Vector<double>& h) {
    lift(f, h, region_);
    inner_.cover(f.function(), region_);
  }
  /// The inner cut at E v + e as computed, what that point is off by, and the rounding of E'g.
  template <class Ws>
  [[nodiscard]] double cut_error(const F& f, const Ws& ws) const {
    double moved = 0;
    for (Index j = 0; j < region_.size(); ++j) moved += std::abs(ws.gradient(j, 0)) * region_(j);
    return inner_.cut_error(f.function(), ws.inner) + 4 * error(f) * moved;
  }
  [[nodiscard]] double value_error(const F& f, const Vector<double>& v, const Vector<double>& dv) {
    farthest_ = v.cwiseAbs() + dv;
    lift(f, farthest_, size_);
    dy_ = error(f) * size_;
    detail::add_absolute_product(f.matrix(), dv, dy_);
    f.lift_point(v, y_);
    return inner_.value_error(f.function(), y_, dy_);
  }

 private:
  static void lift(const F& f, const Vector<double>& v, Vector<double>& y) {
    y = f.offset().cwiseAbs().array() + std::numeric_limits<double>::min();
    detail::add_absolute_product(f.matrix(), v, y);
    y *= 1 + error(f);
  }
  [[nodiscard]] static double error(const F& f) { return detail::rounding_of_sum(f.matrix().cols() + f.matrix().rows()); }

  Rounding<typename F::Function> inner_;
  Vector<double> y_, dy_, region_, size_, farthest_;
};

template <class... G>
class Rounding<Sum<G...>> {
  using F = Sum<G...>;

 public:
  explicit Rounding(const F& f) : Rounding(f, std::index_sequence_for<G...>{}) {}

  void cover(const F& f, const Vector<double>& h) {
    total(*this, f, [&](const auto& summand, auto& inner, auto) { return inner.cover(summand, h), 0.0; });
  }
  template <class Ws>
  [[nodiscard]] double cut_error(const F& f, const Ws& ws) const {
    const double own = 8 * detail::epsilon * total(*this, f, [&](const auto&, const auto&, auto i) {
                         return std::abs(std::get<i()>(ws.inner).values(0));
                       });
    return own * static_cast<double>(sizeof...(G)) + total(*this, f, [&](const auto& summand, const auto& inner, auto i) {
             return inner.cut_error(summand, std::get<i()>(ws.inner));
           });
  }
  [[nodiscard]] double value_error(const F& f, const Vector<double>& y, const Vector<double>& dy) {
    // An addition errs by half an epsilon of a partial sum; a summand's own error is at least 16 epsilons of its size.
    return (1 + static_cast<double>(sizeof...(G)) / 16) *
           total(*this, f, [&](const auto& summand, auto& inner, auto) { return inner.value_error(summand, y, dy); });
  }

 private:
  template <std::size_t... I>
  Rounding(const F& f, std::index_sequence<I...>) : inner_(Rounding<std::remove_cvref_t<G>>(f.template summand<I>())...) {}

  template <class Self, class Term>
  static double total(Self& self, const F& f, Term term) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (term(f.template summand<I>(), std::get<I>(self.inner_), std::integral_constant<std::size_t, I>{}) + ...);
    }
    (std::index_sequence_for<G...>{});
  }

  std::tuple<Rounding<std::remove_cvref_t<G>>...> inner_;
};

}  // namespace icnn::inline ICNN_ISA
