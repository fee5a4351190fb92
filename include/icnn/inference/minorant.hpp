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

#include "icnn/inference/rounding.hpp"

/// Affine functions below a network, from one slope per neuron. Where every activation gives way to one of its tangents,
/// g(s) >= t s - g*(t), what is left of f is affine in y and, because W^z >= 0, nowhere above f. With the adjoints
///
///     delta_k = 1,  v_i = delta_{i+1} o t_i,  delta_i = W^z_i' v_i
///
/// it is  sum_i v_i'(W^y_i y + b_i) - delta_{i+1}'g_i*(t_i): one backward pass, whatever slopes they are. For a function f:
///
///     neurons()                 how many slopes there are: layer after layer, summand after summand
///     read(f, ws, v)            after a gradient, with the adjoints still in ws: writes v
///     make_slopes(f, v)         in place: the slopes of a combination of such v, with weights that sum to 1
///     at(f, t, c, h, g)         the minorant at c and, in g, its gradient there: m(y) = value + g'(y - c) <= f(y) - q(y,
///     c),
///                               with q what is left of quadratics beside the layers, at least modulus |y - c|^2 / 2; the
///                               error is of rounding, for |y_j| <= h_j
namespace icnn::inline ICNN_ISA {

/// value is -infinity where a slope is none that the activation has.
struct AffineMinorant {
  double value = 0;
  double error = 0;

  AffineMinorant& operator+=(const AffineMinorant& other) {
    value += other.value;
    error += other.error;
    return *this;
  }
};

template <class F>
class Minorant;

namespace detail {

/// The slope of a tangent, moved into the range that the activation has.
template <class A>
[[nodiscard]] double admissible_slope(const A& activation, double slope) {
  constexpr double far = 1e300;
  const double least = activation.jet(-far).first, most = activation.jet(far).first;
  return slope < least ? least : slope > most ? most : slope;
}

}  // namespace detail

template <class Chain>
class Minorant<BasicFicnn<Chain>> {
  using F = BasicFicnn<Chain>;

 public:
  explicit Minorant(const F& f) : terms_(f.inputs()), sizes_(f.inputs()), low_(f.output_term().rank()), spread_(low_) {
    Index widest = 1;
    f.chain().for_each([&](auto, const auto& layer) {
      first_.push_back(neurons_);
      neurons_ += layer.width();
      widest = std::max({widest, layer.width(), layer.previous()});
      terms_ += 2 * layer.width() + 8;  // its adjoints, and the sum over them
      complete_ = complete_ && HasConjugate<std::remove_cvref_t<decltype(layer.activation())>>;
    });
    delta_.resize(widest);
    v_.resize(widest);
  }

  [[nodiscard]] Index neurons() const noexcept { return neurons_; }
  /// Whether every activation knows its conjugate.
  [[nodiscard]] bool is_complete() const noexcept { return complete_; }

  template <class Ws>
  void read(const F& f, const Ws& ws, PointRef v) const {
    f.chain().for_each([&](auto i, const auto& layer) {
      v.segment(first(i), layer.width()) = detail::at(ws.tapes, i).v.col(0).head(layer.width());
    });
  }

  void make_slopes(const F& f, PointRef v) {
    pass(f, [&](auto i, const auto& layer, auto delta, auto out) {
      const double usual = layer.activation().jet(0.0).first;
      for (Index j = 0; j < layer.width(); ++j) {
        double& slope = v(first(i) + j);
        slope = delta(j) > 0 ? detail::admissible_slope(layer.activation(), slope / delta(j)) : usual;
        out(j) = slope * delta(j);
      }
    });
  }

  [[nodiscard]] AffineMinorant at(const F& f, ConstPointRef t, ConstPointRef c, ConstPointRef h, PointRef g) {
    const double* p = f.parameters().data();
    double constant = 0, size = 0;
    g.setZero();
    sizes_.setZero();
    pass(f, [&](auto i, const auto& layer, auto delta, auto v) {
      for (Index j = 0; j < layer.width(); ++j) {
        const double slope = t(first(i) + j), conjugate = conjugate_of(layer.activation(), slope);
        v(j) = slope * delta(j);
        constant -= conjugate == 0 ? 0 : std::max(delta(j), 0.0) * conjugate;
        if (!(conjugate < infinity)) constant = -infinity;
        size += delta(j) * std::abs(conjugate);
      }
      if (layer.has_bias()) {
        constant += v.dot(layer.b(p).col(0));
        size += v.cwiseAbs().dot(layer.b(p).col(0).cwiseAbs());
      }
      if (!layer.has_passthrough()) return;
      const auto w = layer.Wy(p);
      for (Index j = 0; j < g.size(); ++j) {
        g(j) += w.col(j).dot(v);
        sizes_(j) += w.col(j).cwiseAbs().dot(v.cwiseAbs());
      }
    });
    for (Index j = 0; j < g.size(); ++j) size += sizes_(j) == 0 ? 0 : sizes_(j) * (h(j) + std::abs(c(j)));
    const double underflow = std::numeric_limits<double>::min() * static_cast<double>(terms_);
    AffineMinorant result{constant + g.dot(c), 2 * detail::rounding_of_sum(terms_) * size + underflow};
    return result += term(f, c, h, g);
  }

 private:
  [[nodiscard]] Index first(Index i) const { return first_[static_cast<std::size_t>(i)]; }

  /// From the last layer to the first: visit(i, layer, delta_{i+1}, v_i) writes v_i.
  template <class Visit>
  void pass(const F& f, Visit visit) {
    const double* p = f.parameters().data();
    delta_.setOnes();
    f.chain().for_each_reverse([&](auto i, const auto& layer) {
      using Type = std::remove_cvref_t<decltype(layer)>;
      visit(i, layer, delta_.head(layer.width()), v_.head(layer.width()));
      if constexpr (Type::Previous != 0) {
        if (layer.previous() > 0) {
          delta_.head(layer.previous()).noalias() = layer.Wz(p).transpose() * v_.head(layer.width());
        }
      }
    });
  }

  /// The output term's tangent at c; adds its gradient.
  [[nodiscard]] AffineMinorant term(const F& f, ConstPointRef c, ConstPointRef h, PointRef g) {
    const auto& q = f.output_term();
    const auto shape = q.shape();
    const double* p = f.parameters().data();
    double value = 0, size = 0;
    const auto add = [&](Index j, double slope, double magnitude, double share) {  // share of slope c_j is the value
      g(j) += slope;
      value += share * slope * c(j);
      size += magnitude == 0 ? 0 : magnitude * (h(j) + std::abs(c(j)));
    };
    if (shape.rank > 0) {
      low_.setZero();
      spread_.setZero();
      for (Index j = 0; j < c.size(); ++j) low_ += q.L(p).col(j) * c(j);
      for (Index j = 0; j < c.size(); ++j) spread_ += q.L(p).col(j).cwiseAbs() * std::abs(c(j));
    }
    for (Index j = 0; j < c.size(); ++j) {
      if (shape.diagonal) add(j, q.D(p)(j, 0) * c(j), q.D(p)(j, 0) * std::abs(c(j)), 0.5);
      if (shape.linear) add(j, q.d(p)(j, 0), std::abs(q.d(p)(j, 0)), 1);
      if (shape.rank > 0) add(j, q.L(p).col(j).dot(low_), q.L(p).col(j).cwiseAbs().dot(spread_), 0.5);
    }
    return {value, 4 * detail::rounding_of_sum(c.size() + low_.size()) * size};
  }

  std::vector<Index> first_;  ///< neuron of each layer
  Index neurons_ = 0, terms_;
  bool complete_ = true;
  Vector<double> delta_, v_;
  Vector<double> sizes_;         ///< sum_i |W^y_i|'|v_i|
  Vector<double> low_, spread_;  ///< L c, |L| |c|
};

namespace detail {

/// What the minorants of functions of one function have in common: the neurons are the inner one's.
template <class F>
class MinorantBehind {
 public:
  explicit MinorantBehind(const F& f) : inner_(f.function()) {}
  [[nodiscard]] Index neurons() const noexcept { return inner_.neurons(); }
  [[nodiscard]] bool is_complete() const noexcept { return inner_.is_complete(); }
  template <class Ws>
  void read(const F& f, const Ws& ws, PointRef v) const {
    inner_.read(f.function(), ws.inner, v);
  }
  void make_slopes(const F& f, PointRef v) { inner_.make_slopes(f.function(), v); }

 protected:
  Minorant<typename F::Function> inner_;
};

}  // namespace detail

/// Without an entropy, which is the solver's business.
template <class G>
class Minorant<Regularized<G>> : public detail::MinorantBehind<Regularized<G>> {
  using F = Regularized<G>;
  using detail::MinorantBehind<F>::inner_;

 public:
  using detail::MinorantBehind<F>::MinorantBehind;
  [[nodiscard]] AffineMinorant at(const F& f, ConstPointRef t, ConstPointRef c, ConstPointRef h, PointRef g) {
    AffineMinorant result = inner_.at(f.function(), t, c, h, g);
    const auto& terms = f.terms();
    double value = 0, size = 0;
    for (Index j = 0; j < g.size(); ++j) {
      const double off = c(j) - terms.center(j), slope = terms.proximal * off - terms.linear(j);
      const double magnitude = terms.proximal * (std::abs(c(j)) + std::abs(terms.center(j))) + std::abs(terms.linear(j));
      g(j) += slope;
      value += 0.5 * terms.proximal * off * off - terms.linear(j) * c(j);
      size += magnitude == 0 ? 0 : magnitude * (h(j) + 2 * std::abs(c(j)) + std::abs(terms.center(j)));
    }
    return result += {value, 2 * detail::rounding_of_sum(g.size()) * size};
  }
};

template <class G>
class Minorant<Restricted<G>> : public detail::MinorantBehind<Restricted<G>> {
  using F = Restricted<G>;
  using detail::MinorantBehind<F>::inner_;

 public:
  explicit Minorant(const F& f) : detail::MinorantBehind<F>(f), c_(f.function().inputs()), h_(c_), g_(c_) {}

  [[nodiscard]] AffineMinorant at(const F& f, ConstPointRef t, ConstPointRef c, ConstPointRef h, PointRef g) {
    f.lift_point(h, h_);
    h_ = h_.cwiseAbs();
    f.lift_point(c, c_);
    const AffineMinorant result = inner_.at(f.function(), t, c_, h_, g_);
    g.setZero();
    f.pull_gradient(g_, g);
    return result;
  }

 private:
  Vector<double> c_, h_, g_;
};

template <class G>
class Minorant<Precomposed<G>> : public detail::MinorantBehind<Precomposed<G>> {
  using F = Precomposed<G>;
  using detail::MinorantBehind<F>::inner_;

 public:
  explicit Minorant(const F& f) : detail::MinorantBehind<F>(f), c_(f.function().inputs()), h_(c_), g_(c_) {}

  /// The inner one at E c + e as computed, what that point is off by, and the rounding of E'g.
  [[nodiscard]] AffineMinorant at(const F& f, ConstPointRef t, ConstPointRef c, ConstPointRef h, PointRef g) {
    const double rounding = detail::rounding_of_sum(f.matrix().cols() + f.matrix().rows());
    h_ = f.offset().cwiseAbs().array() + std::numeric_limits<double>::min();
    for (Index j = 0; j < c.size(); ++j) h_ += f.matrix().col(j).cwiseAbs() * std::max(h(j), std::abs(c(j)));
    h_ *= 1 + rounding;
    f.lift_point(c, c_);
    AffineMinorant result = inner_.at(f.function(), t, c_, h_, g_);
    for (Index j = 0; j < g_.size(); ++j) result.error += g_(j) == 0 ? 0 : 4 * rounding * std::abs(g_(j)) * h_(j);
    g.noalias() = f.matrix().transpose() * g_;
    return result;
  }

 private:
  Vector<double> c_, h_, g_;
};

template <class... G>
class Minorant<Sum<G...>> {
  using F = Sum<G...>;

 public:
  explicit Minorant(const F& f) : Minorant(f, std::index_sequence_for<G...>{}) {}
  [[nodiscard]] Index neurons() const noexcept {
    return std::apply([](const auto&... inner) { return (inner.neurons() + ...); }, inner_);
  }
  [[nodiscard]] bool is_complete() const noexcept {
    return std::apply([](const auto&... inner) { return (inner.is_complete() && ...); }, inner_);
  }
  template <class Ws>
  void read(const F& f, const Ws& ws, PointRef v) const {
    each(*this, f, [&](const auto& summand, const auto& inner, Index first, auto i) {
      inner.read(summand, std::get<i()>(ws.inner), v.segment(first, inner.neurons()));
    });
  }
  void make_slopes(const F& f, PointRef v) {
    each(*this, f, [&](const auto& summand, auto& inner, Index first, auto) {
      inner.make_slopes(summand, v.segment(first, inner.neurons()));
    });
  }

  [[nodiscard]] AffineMinorant at(const F& f, ConstPointRef t, ConstPointRef c, ConstPointRef h, PointRef g) {
    AffineMinorant result;
    double size = 0;
    g.setZero();
    each(*this, f, [&](const auto& summand, auto& inner, Index first, auto) {
      const AffineMinorant part = inner.at(summand, t.segment(first, inner.neurons()), c, h, g_);
      g += g_;
      result += part;
      size += std::abs(part.value);
      for (Index j = 0; j < g.size(); ++j) size += g_(j) == 0 ? 0 : std::abs(g_(j)) * (h(j) + std::abs(c(j)));
    });
    result.error += detail::rounding_of_sum(static_cast<Index>(sizeof...(G))) * size;
    return result;
  }

 private:
  template <std::size_t... I>
  Minorant(const F& f, std::index_sequence<I...>)
      : inner_(Minorant<std::remove_cvref_t<G>>(f.template summand<I>())...), g_(f.inputs()) {}

  /// visit(summand, its minorant, its first slope, its number)
  template <class Self, class Visit>
  static void each(Self& self, const F& f, Visit visit) {
    Index first = 0;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((visit(f.template summand<I>(), std::get<I>(self.inner_), first, std::integral_constant<std::size_t, I>{}),
        first += std::get<I>(self.inner_).neurons()),
       ...);
    }
    (std::index_sequence_for<G...>{});
  }

  std::tuple<Minorant<std::remove_cvref_t<G>>...> inner_;
  Vector<double> g_;
};

}  // namespace icnn::inline ICNN_ISA
