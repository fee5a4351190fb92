// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <limits>
#include <utility>

#include "icnn/functions/combinator.hpp"

namespace icnn::inline ICNN_ISA {

/// Which entropy: that of n independent bits on a box, or that of a distribution on the simplex.
enum class EntropyOn {
  box,      ///< H = -sum t log t + (1 - t) log(1 - t), t = (y - lower) / (upper - lower)
  simplex,  ///< H = -sum y log y
};

/// What regularized() adds to f: - entropy H(y) + proximal / 2 |y - center|^2 - <linear, y>.
template <class S>
struct Regularization {
  S entropy = S(0);  ///< tau >= 0
  EntropyOn on = EntropyOn::box;
  Vector<S> lower = {};   ///< of the box; empty: 0
  Vector<S> upper = {};   ///< empty: 1
  S proximal = S(0);      ///< rho >= 0
  Vector<S> center = {};  ///< empty: 0
  Vector<S> linear = {};  ///< q; empty: 0

  /// The same in another scalar.
  template <class T>
  [[nodiscard]] Regularization<T> cast() const {
    Regularization<T> result;
    result.assign(*this);
    return result;
  }
  template <class T>
  void assign(const Regularization<T>& other) {
    entropy = static_cast<S>(other.entropy);
    on = other.on;
    lower = other.lower.template cast<S>();
    upper = other.upper.template cast<S>();
    proximal = static_cast<S>(other.proximal);
    center = other.center.template cast<S>();
    linear = other.linear.template cast<S>();
  }
};

/// f - tau H + rho / 2 |y - c|^2 - <q, y>; see regularized().
template <class F>
class Regularized : public Combinator<Regularized<F>, F> {
  using Base = Combinator<Regularized<F>, F>;

 public:
  using typename Base::Function;
  using typename Base::Scalar;
  static constexpr int Inputs = Function::Inputs;

  template <int Cols>
  struct Workspace : CombinatorWorkspace<Scalar, Cols, typename Function::template Workspace<Cols>> {
    using Inner = typename Function::template Workspace<Cols>;
    Workspace(const Regularized& f, const WorkspaceOptions& room, Inner held)
        : CombinatorWorkspace<Scalar, Cols, Inner>(f.shape_key(), room, std::move(held)),
          y(f.inputs(), room.columns),
          w(f.inputs(), room.columns) {}
    Matrix<Scalar, Inputs, Cols> y, w;
  };

  Regularized(RefOrValue<F> function, Regularization<Scalar> terms) : Base(std::move(function)), terms_(std::move(terms)) {
    using std::isfinite;
    const auto weight = [](const char* name, const Scalar& value) {
      if (!(value >= 0) || !isfinite(value)) {
        fail({"regularized", detail::text("a finite ", name, " >= 0"), detail::text(value), "f would no longer be convex"});
      }
    };
    weight("entropy", terms_.entropy);
    weight("proximal", terms_.proximal);
    const auto fill = [&](const char* name, Vector<Scalar>& v, const Scalar& value) {
      detail::complete("regularized", name, v, inputs(), value);
    };
    fill("center", terms_.center, Scalar(0));
    fill("linear", terms_.linear, Scalar(0));
    if (!(terms_.entropy > 0)) return;
    fill("lower", terms_.lower, Scalar(0));
    fill("upper", terms_.upper, Scalar(1));
    if (!(terms_.lower.array() < terms_.upper.array()).all()) {
      fail({"regularized", "lower < upper in every coordinate", "an empty interval"});
    }
  }

  [[nodiscard]] const Regularization<Scalar>& terms() const noexcept { return terms_; }
  [[nodiscard]] Index inputs() const { return Base::function().inputs(); }
  /// The function's own modulus, rho, and that of the entropy on a box; on a simplex it depends on how large y may be.
  [[nodiscard]] Scalar strong_convexity() const {
    Scalar modulus = Base::strong_convexity() + terms_.proximal;
    if (terms_.entropy > 0 && terms_.on == EntropyOn::box) {
      const Scalar width = (terms_.upper - terms_.lower).maxCoeff();
      modulus += Scalar(4) * terms_.entropy / (width * width);  // 1 / (t (1 - t)) >= 4
    }
    return modulus;
  }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return mix(Base::inner_key(), 1); }
  [[nodiscard]] Regularity regularity() const {
    Regularity result = Base::function().regularity();
    if (terms_.entropy > 0 || terms_.proximal > 0) result.piecewise_linear = false;
    return result;
  }

  /// The same in another scalar, with a function of its own.
  template <class T>
  [[nodiscard]] auto cast() const {
    auto inner = Base::function().template cast<T>();
    return Regularized<decltype(inner)>(RefOrValue<decltype(inner)>(std::move(inner)), terms_.template cast<T>());
  }
  /// Takes over a function of the same shape, possibly in another scalar, and its terms; allocates nothing.
  template <class G>
  void assign(const Regularized<G>& other) {
    Base::assign_function(other.function());
    terms_.assign(other.terms());
  }
  /// Takes the entropy away: what is left is finite, and smooth where the function is, on all of R^n.
  void drop_entropy() noexcept { terms_.entropy = Scalar(0); }
  /// Another q, of the same length; allocates nothing. Throws Error on wrong sizes and NaN.
  void set_linear(const Vector<Scalar>& linear) {
    require_shape("set_linear", "linear", linear.rows(), linear.cols(), inputs(), Index{1});
    if (!linear.allFinite()) fail({"set_linear", "a finite vector", "NaN or infinity"});
    terms_.linear = linear;
  }

  /// f(x, .) of a PICNN for one context, with the same terms.
  template <class X>
  requires(Function::has_context&& is_sample<X>) [[nodiscard]] auto at(const Eigen::MatrixBase<X>& x) const {
    using Held = decltype(Base::function().at(x));
    return Regularized<Held>(RefOrValue<Held>(Base::function().at(x)), terms_);
  }

  template <class Y, class Ws>
  void forward(Order order, const Y& y, Ws& ws) const {
    ws.columns = y.cols();
    first_columns(ws.y, ws.columns) = y;
    Base::function().forward(order, first_columns(ws.y, ws.columns), ws.inner);
    ws.copy_values();
    for (Index c = 0; c < ws.columns; ++c) {
      Scalar sum(0);  // on its own: many small terms would drown in a large value
      for (Index j = 0; j < inputs(); ++j) sum += penalty(j, ws.y(j, c)).value;
      ws.values(c) += sum;
    }
  }

  template <class Ws>
  void backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    Base::function().backward(wanted, ws.inner);
    add(wanted, ws, [&](Index j, Index c) { return penalty(j, ws.y(j, c)).first; });
  }

  template <class W, class Ws>
  void tangent(const W& w, Ws& ws) const {
    first_columns(ws.w, ws.columns) = w;
    Base::function().tangent(first_columns(ws.w, ws.columns), ws.inner);
    ws.copy_slopes();
    for (Index c = 0; c < ws.columns; ++c)
      for (Index j = 0; j < inputs(); ++j) ws.slopes(c) += penalty(j, ws.y(j, c)).first * ws.w(j, c);
  }

  template <class Ws>
  void second_backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    Base::function().second_backward(wanted, ws.inner);
    add(wanted, ws, [&](Index j, Index c) { return Scalar(penalty(j, ws.y(j, c)).second * ws.w(j, c)); });
  }

  template <class Ws>
  void add_hessian(Index column, const MatrixView<Scalar>& h, Ws& ws) const {
    Base::function().add_hessian(column, h, ws.inner);
    for (Index j = 0; j < inputs(); ++j) h.map()(j, j) += penalty(j, ws.y(j, column)).second;
  }

  template <class Y, class D, class Ws>
  void start_line(const Y& y, const D& d, Ws& ws) const {
    ws.columns = y.cols();
    first_columns(ws.y, ws.columns) = y;
    first_columns(ws.w, ws.columns) = d;
    Base::function().start_line(first_columns(ws.y, ws.columns), first_columns(ws.w, ws.columns), ws.inner);
  }

  template <class Ws>
  void step_line(Order order, Ws& ws) const {
    first_columns(ws.inner.alpha, ws.columns) = first_columns(ws.alpha, ws.columns);
    Base::function().step_line(order, ws.inner);
    ws.copy_values();
    if (order != Order::value) ws.copy_slopes();
    for (Index c = 0; c < ws.columns; ++c) {
      Scalar sum(0);
      for (Index j = 0; j < inputs(); ++j) {
        const auto jet = penalty(j, ws.y(j, c) + ws.alpha(c) * ws.w(j, c));
        sum += jet.value;
        if (order != Order::value) ws.slopes(c) += jet.first * ws.w(j, c);
      }
      ws.values(c) += sum;
    }
  }

 private:
  /// t log t, continued by 0 at 0 and by infinity below.
  [[nodiscard]] static Scalar t_log_t(const Scalar& t) {
    using std::log;
    if (t == 0) return Scalar(0);
    return t < 0 ? std::numeric_limits<Scalar>::infinity() : Scalar(t * log(t));
  }

  /// What coordinate j at t adds to f, with its derivatives. Outside the entropy's domain: infinity, and NaN slopes.
  [[nodiscard]] Jet<Scalar> penalty(Index j, const Scalar& y) const {
    using std::log;
    const Scalar offset = y - terms_.center(j);
    Jet<Scalar> jet{Scalar(Scalar(0.5) * terms_.proximal * offset * offset - terms_.linear(j) * y),
                    Scalar(terms_.proximal * offset - terms_.linear(j)), terms_.proximal};
    if (!(terms_.entropy > 0)) return jet;
    const Scalar& tau = terms_.entropy;
    if (terms_.on == EntropyOn::simplex) {
      jet.value += tau * t_log_t(y);
      jet.first += tau * (Scalar(1) + log(y));
      jet.second += tau / y;
    } else {
      const Scalar width = terms_.upper(j) - terms_.lower(j);
      const Scalar t = (y - terms_.lower(j)) / width;
      const Scalar rest = (terms_.upper(j) - y) / width;  // 1 - t without its rounding
      jet.value += tau * (t_log_t(t) + t_log_t(rest));
      jet.first += tau * (log(t) - log(rest)) / width;
      jet.second += tau * (Scalar(1) / t + Scalar(1) / rest) / (width * width);
    }
    return jet;
  }

  template <class Ws, class Entry>
  void add(const Wanted<Scalar>& wanted, const Ws& ws, Entry entry) const {
    if (!wanted.y) return;
    auto g = wanted.y.map();
    for (Index c = 0; c < ws.columns; ++c) {
      const Scalar seed = wanted.seeds ? wanted.seeds.map()(0, c) : Scalar(1);
      for (Index j = 0; j < inputs(); ++j) g(j, c) += seed * entry(j, c);
    }
  }

  Regularization<Scalar> terms_;
};

/// f(y) - entropy H(y) + proximal / 2 |y - center|^2 - <linear, y>: again convex, with the derivatives of f. Throws Error on
/// negative weights, wrong sizes and NaN. Outside the entropy's domain the value is infinite.
template <class F>
[[nodiscard]] auto regularized(F&& f, Regularization<typename std::remove_cvref_t<F>::Scalar> terms) {
  return Regularized<RefOrValueType<F>>(RefOrValue<RefOrValueType<F>>(std::forward<F>(f)), std::move(terms));
}

}  // namespace icnn::inline ICNN_ISA
