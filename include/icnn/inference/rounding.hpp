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
#include "icnn/functions/precomposed.hpp"
#include "icnn/functions/regularized.hpp"
#include "icnn/functions/restricted.hpp"
#include "icnn/functions/sum.hpp"
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
  explicit Rounding(const F& f)
      : layers_(f.chain().template make<Layer>(1)), scratch_(layers_), low_(f.output_term().rank()) {
    Index above = 0;
    f.chain().for_each_reverse([&](auto i, const auto& layer) {
      auto& now = detail::at(layers_, i);
      const Index width = layer.width(), terms = layer.previous() + layer.inputs();
      terms_ += width + terms + 8;
      above += width + 8;
      // Of its own sums; twice (for v - y) of its adjoints, which are products of sums over all layers above, and of the
      // gradient's sum over it and over the layers.
      now.of_sum = detail::rounding_of_sum(terms);
      now.of_cut = now.of_sum + 2 * detail::rounding_of_sum(width + above);
      now.of_next = of_above_;
      of_above_ = now.of_sum;
    });
  }

  /// B = |W^z| Z + |W^y| h + |b| and Z = |g(0)| + L B of every layer, L the largest slope between -B and B.
  template <class Point>
  void cover(const F& f, const Point& h) {
    const double* p = f.parameters().data();
    f.chain().for_each([&](auto i, const auto& layer) {
      using Type = std::remove_cvref_t<decltype(layer)>;
      auto& now = detail::at(layers_, i);
      now.outside.setConstant(std::numeric_limits<double>::min());  // for what underflows: weighed like all else
      if (layer.has_bias()) now.outside += layer.b(p).cwiseAbs();
      if (layer.has_passthrough()) detail::add_absolute_product(layer.Wy(p), h, now.outside);
      now.sum = now.outside;
      if constexpr (Type::Previous != 0) {
        if (layer.previous() > 0) {
          detail::add_absolute_product(layer.Wz(p), detail::at(layers_, detail::below(i)).output, now.sum);
        }
      }
      now.sum *= 1.01;
      now.find_slopes(layer.activation(), now.sum, -now.sum);
      now.output = std::abs(layer.activation().jet(0.0).value) + (now.slope.array() * now.sum.array());
    });
    term_error_ = term_size(f, h, h) * 4 * detail::rounding_of_sum(f.inputs() + low_.size());
  }

  template <class Ws>
  [[nodiscard]] double cut_error(const F& f, const Ws& ws) const {
    double error = term_error_ + std::numeric_limits<double>::min() * static_cast<double>(terms_);
    f.chain().for_each([&](auto i, const auto&) {
      const auto& tape = detail::at(ws.tapes, i);
      const auto& layer = detail::at(layers_, i);
      const auto v = tape.v.col(0).array(), delta = tape.delta.col(0).array(), z = tape.z.col(0).array();
      error += (v.abs() * (layer.of_cut * layer.outside.array()) +
                delta.abs() * (layer.of_next * z.abs() +
                               2 * detail::activation_error * (layer.output.array() + 2 * layer.sum.array())))
                   .sum();
    });
    return 1.01 * error;  // for the rounding of this very sum
  }

  /// Another forward pass, with E at least the error of z as f computes it, and of z as this pass does:
  ///
  ///     e = W^z E + |W^y| dy + gamma (W^z (|z| + 2 E) + |W^y| (|y| + 2 dy) + |b|),   E' = L e + ulps,
  ///
  /// L the largest slope between s - 2 e and s + 2 e, where all three arguments are.
  template <class Point, class Error>
  [[nodiscard]] double value_error(const F& f, const Point& y, const Error& dy) {
    const double* p = f.parameters().data();
    farthest_ = y.cwiseAbs() + 2 * dy;
    const bool is_exact = (dy.array() == 0).all();
    double result = 0;
    f.chain().for_each([&](auto i, const auto& layer) {
      using Type = std::remove_cvref_t<decltype(layer)>;
      auto& now = detail::at(scratch_, i);
      auto &s = now.output, &size = now.sum;
      s.setZero();
      size.setConstant(std::numeric_limits<double>::min());
      now.error.setZero();
      if (layer.has_bias()) {
        s = layer.b(p);
        size += s.cwiseAbs();
      }
      if (layer.has_passthrough()) {
        kernels::add_product(layer.Wy(p), y, s);
        detail::add_absolute_product(layer.Wy(p), farthest_, size);
        if (!is_exact) detail::add_absolute_product(layer.Wy(p), dy, now.error);
      }
      if constexpr (Type::Previous != 0) {
        if (layer.previous() > 0) {
          const auto& before = detail::at(scratch_, detail::below(i));
          kernels::add_product(layer.Wz(p), before.output, s);
          detail::add_absolute_product(layer.Wz(p), before.outside, size);  // |z| + 2 E
          detail::add_absolute_product(layer.Wz(p), before.error, now.error);
        }
      }
      now.error += detail::at(layers_, i).of_sum * size;
      now.find_slopes(layer.activation(), s + 2 * now.error, s - 2 * now.error);
      size = std::abs(layer.activation().jet(0.0).value) + now.slope.array() * (s.cwiseAbs() + 2 * now.error).array();
      kernels::apply(layer.activation(), kernels::Order::value, layer.width(), s.data(), static_cast<double*>(nullptr),
                     static_cast<double*>(nullptr));
      now.error = now.slope.cwiseProduct(now.error) + detail::activation_error * (size + s.cwiseAbs());
      now.outside = s.cwiseAbs() + 2 * now.error;
      result = now.error(0) + 4 * detail::epsilon * now.outside(0);  // of the last layer, in the end
    });
    farthest_ = y.cwiseAbs();
    const double size = term_size(f, farthest_, farthest_) + 2 * term_size(f, farthest_, dy);
    return 1.01 * (result + size * 4 * detail::rounding_of_sum(f.inputs() + low_.size()) +
                   2 * (term_size(f, farthest_, dy) + term_size(f, dy, dy))) +
           std::numeric_limits<double>::min() * static_cast<double>(terms_);
  }

 private:
  template <class Of>
  struct Layer {
    using Values = Vector<double, Of::Width>;

    template <class L>
    explicit Layer(const ScratchSize<L>& room)
        : outside(room.layer.width()),
          sum(outside),
          output(outside),
          error(outside),
          slope(outside),
          end(outside),
          other(outside) {}

    /// slope := the largest |g'| between low and high: that of a convex function is at an end.
    template <class A, class High, class Low>
    void find_slopes(const A& activation, const High& high, const Low& low) {
      const auto at = [&](const auto& point, double* out) {
        end = point;
        kernels::apply(activation, kernels::Order::first, end.size(), end.data(), out, static_cast<double*>(nullptr));
      };
      at(high, slope.data());
      if (never_decreases(activation)) return;
      at(low, other.data());
      slope = slope.cwiseAbs().cwiseMax(other.cwiseAbs());
    }

    Values outside;      ///< |W^y| h + |b|
    Values sum;          ///< B, at least |s|
    Values output;       ///< Z, at least |z|
    Values error;        ///< E, of a value
    Values slope;        ///< L
    Values end, other;   ///< scratch
    double of_sum = 0;   ///< what rounding does to one of its sums, relatively
    double of_cut = 0;   ///< beside that, to the adjoints and to the slope of a cut
    double of_next = 0;  ///< to the sums of the layer above
  };

  /// The output term in absolute values as a bilinear form, h'D d + (|L| h)'|L| d + d'|d|; it changes from y to y + dy by
  /// 2 term_size(y, dy) + term_size(dy, dy) at most.
  template <class H, class D>
  [[nodiscard]] double term_size(const F& f, const H& h, const D& d) {
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

  typename Chain::template Storage<Layer> layers_, scratch_;  ///< the latter of a value: its vectors alone
  Vector<double> low_;
  Vector<double, Chain::Inputs> farthest_;
  Index terms_ = 0;
  double term_error_ = 0, of_above_ = 0;
};

/// Without an entropy, which is the solver's business.
template <class G>
class Rounding<Regularized<G>> {
  using F = Regularized<G>;

 public:
  explicit Rounding(const F& f) : inner_(f.function()), region_(f.inputs()), size_(f.inputs()) {}

  template <class Point>
  void cover(const F& f, const Point& h) {
    inner_.cover(f.function(), h);
    region_ = h;
  }
  template <class Ws>
  [[nodiscard]] double cut_error(const F& f, const Ws& ws) const {
    return inner_.cut_error(f.function(), ws.inner) + error(f, region_, region_);
  }
  template <class Point, class Error>
  [[nodiscard]] double value_error(const F& f, const Point& y, const Error& dy) {
    const auto& t = f.terms();
    size_ = y.cwiseAbs();
    const double moved = ((t.proximal * (size_ + t.center.cwiseAbs() + dy) + t.linear.cwiseAbs()).cwiseProduct(dy)).sum();
    return inner_.value_error(f.function(), y, dy) + error(f, size_, size_) + moved;
  }

 private:
  /// Of rho |y - c|^2 / 2 - q'y, their gradients times 2 h, and the sum over coordinates.
  [[nodiscard]] static double error(const F& f, const Vector<double>& y, const Vector<double>& h) {
    const auto& t = f.terms();
    const double size = t.proximal * (y + h + t.center.cwiseAbs()).squaredNorm() + 2 * (y + h).dot(t.linear.cwiseAbs());
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

  template <class Point>
  void cover(const F& f, const Point& h) {
    f.lift_point(h, y_);
    y_ = y_.cwiseAbs();
    inner_.cover(f.function(), y_);
  }
  template <class Ws>
  [[nodiscard]] double cut_error(const F& f, const Ws& ws) const {
    return inner_.cut_error(f.function(), ws.inner);
  }
  template <class Point, class Error>
  [[nodiscard]] double value_error(const F& f, const Point& y, const Error& dy) {
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

  template <class Point>
  void cover(const F& f, const Point& h) {
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

  template <class Point>
  void cover(const F& f, const Point& h) {
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
  template <class Point, class Error>
  [[nodiscard]] double value_error(const F& f, const Point& y, const Error& dy) {
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
