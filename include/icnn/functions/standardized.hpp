// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <type_traits>
#include <utility>

#include "icnn/functions/affine_substitution.hpp"

namespace icnn::inline ICNN_ISA {

/// Units of a function's inputs and output: what data were divided by before a network was trained on them. A function of
/// the data's own units is  output_scale f((x - context_center) / context_scale, (y - center) / scale) + output_center.
template <class S>
struct Scaling {
  Vector<S> center = {};          ///< n; empty: 0
  Vector<S> scale = {};           ///< n, > 0; empty: 1
  Vector<S> context_center = {};  ///< c; empty: 0
  Vector<S> context_scale = {};   ///< c, > 0; empty: 1
  S output_center = S(0);
  S output_scale = S(1);  ///< >= 0

  /// The same in another scalar.
  template <class T>
  [[nodiscard]] Scaling<T> cast() const {
    Scaling<T> result;
    result.assign(*this);
    return result;
  }
  template <class T>
  void assign(const Scaling<T>& other) {
    center = other.center.template cast<S>();
    scale = other.scale.template cast<S>();
    context_center = other.context_center.template cast<S>();
    context_scale = other.context_scale.template cast<S>();
    output_center = static_cast<S>(other.output_center);
    output_scale = static_cast<S>(other.output_scale);
  }
};

/// A function with the units of its data; see standardized() and scaled().
template <class F>
class Standardized : public AffineSubstitution<Standardized<F>, F, std::remove_cvref_t<F>::Inputs> {
  using Base = AffineSubstitution<Standardized<F>, F, std::remove_cvref_t<F>::Inputs>;

 public:
  using typename Base::Function;
  using typename Base::Scalar;

  template <int Cols>
  struct Workspace : Base::template Workspace<Cols> {
    using Inner = typename Function::template Workspace<Cols>;
    Workspace(const Standardized& f, const WorkspaceOptions& room, Inner held)
        : Base::template Workspace<Cols>(f, room, std::move(held)),
          context_gradient(f.context_size(), room.columns),
          seeds(1, room.columns) {}

    Matrix<Scalar> context_gradient;
    Matrix<Scalar, 1, Cols> seeds;
  };

  /// \p what is who asks, for messages.
  Standardized(const char* what, RefOrValue<F> function, Scaling<Scalar> units)
      : Base(std::move(function)), units_(std::move(units)) {
    detail::complete(what, "center", units_.center, inputs(), Scalar(0));
    detail::complete(what, "scale", units_.scale, inputs(), Scalar(1));
    detail::complete(what, "context_center", units_.context_center, Base::context_size(), Scalar(0));
    detail::complete(what, "context_scale", units_.context_scale, Base::context_size(), Scalar(1));
    for (const Vector<Scalar>* v : {&units_.scale, &units_.context_scale}) {
      for (Index j = 0; j < v->size(); ++j) {
        if (!((*v)(j) > 0)) fail({what, "scales > 0", detail::text((*v)(j), " at coordinate ", j)});
      }
    }
    using std::isfinite;
    if (!(units_.output_scale >= 0) || !isfinite(units_.output_scale)) {
      fail({what, "a finite factor >= 0", detail::text(units_.output_scale), "f would no longer be convex"});
    }
    if (!isfinite(units_.output_center)) fail({what, "a finite output_center", "NaN or infinity"});
  }

  [[nodiscard]] const Scaling<Scalar>& units() const noexcept { return units_; }
  [[nodiscard]] Index inputs() const { return Base::function().inputs(); }
  [[nodiscard]] Scalar strong_convexity() const {
    const Scalar widest = units_.scale.maxCoeff();
    return Base::strong_convexity() * units_.output_scale / (widest * widest);
  }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return mix(Base::inner_key(), 5); }

  /// The same in another scalar, with a function of its own.
  template <class T>
  [[nodiscard]] auto cast() const {
    auto inner = Base::function().template cast<T>();
    return Standardized<decltype(inner)>("cast", RefOrValue<decltype(inner)>(std::move(inner)), units_.template cast<T>());
  }
  /// Takes over a function of the same shape, possibly in another scalar, and its units; allocates nothing.
  template <class G>
  void assign(const Standardized<G>& other) {
    Base::assign_function(other.function());
    units_.assign(other.units());
  }

  /// f(x, .) of a PICNN for one context in the data's units: again a function in these.
  template <class X>
  requires(Function::has_context&& is_sample<X>) [[nodiscard]] auto at(const Eigen::MatrixBase<X>& x) const {
    const Vector<Scalar> inner_x = (x - units_.context_center).cwiseQuotient(units_.context_scale);
    using Held = decltype(Base::function().at(inner_x));
    return Standardized<Held>("at", RefOrValue<Held>(Base::function().at(inner_x)),
                              {.center = units_.center,
                               .scale = units_.scale,
                               .output_center = units_.output_center,
                               .output_scale = units_.output_scale});
  }

  template <class X, class Ws>
  void bind(const X& x, Ws& ws) const {
    auto inner = ws.context_gradient.leftCols(x.cols());  // as a buffer
    for (Index c = 0; c < x.cols(); ++c) {
      for (Index j = 0; j < x.rows(); ++j) {
        inner(j, c) = (x.coeff(j, c) - units_.context_center(j)) / units_.context_scale(j);
      }
    }
    Base::function().bind(inner, ws.inner);
  }

  template <class Y, class Ws>
  void forward(Order order, const Y& y, Ws& ws) const {
    Base::forward(order, y, ws);
    scale_values(ws);
  }
  template <class Ws>
  void backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    through(wanted, ws, [&](const Wanted<Scalar>& inner) { Base::function().backward(inner, ws.inner); });
  }
  template <class W, class Ws>
  void tangent(const W& w, Ws& ws) const {
    Base::tangent(w, ws);
    scale_slopes(ws);
  }
  /// As those of backward(), but that directions are not what f is differentiated in: grad_y w'grad f scales as grad_y f.
  template <class Ws>
  void second_backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    through(wanted, ws, [&](const Wanted<Scalar>& inner) { Base::function().second_backward(inner, ws.inner); });
  }
  template <class Ws>
  void step_line(Order order, Ws& ws) const {
    Base::step_line(order, ws);
    scale_values(ws);
    if (order != Order::value) scale_slopes(ws);
  }

  template <class V, class Y>
  void lift_point(const V& v, Y&& y) const {
    for (Index c = 0; c < v.cols(); ++c) {
      for (Index j = 0; j < inputs(); ++j) y(j, c) = (v(j, c) - units_.center(j)) / units_.scale(j);
    }
  }
  template <class V, class Y>
  void lift_direction(const V& v, Y&& y) const {
    for (Index c = 0; c < v.cols(); ++c) {
      for (Index j = 0; j < inputs(); ++j) y(j, c) = v(j, c) / units_.scale(j);
    }
  }
  template <class H, class Out>
  void pull_hessian(const H& h, H&, Out out) const {
    for (Index c = 0; c < inputs(); ++c) {
      for (Index r = 0; r <= c; ++r) {
        const Scalar curvature = units_.output_scale * (h(r, c) / units_.scale(r)) / units_.scale(c);
        out(r, c) += curvature;
        if (r != c) out(c, r) += curvature;  // in this order it would round differently
      }
    }
  }

 private:
  template <class Ws>
  void scale_values(Ws& ws) const {
    for (Index c = 0; c < ws.columns; ++c) ws.values(c) = units_.output_scale * ws.values(c) + units_.output_center;
  }
  template <class Ws>
  void scale_slopes(Ws& ws) const {
    for (Index c = 0; c < ws.columns; ++c) ws.slopes(c) *= units_.output_scale;
  }

  /// A reverse pass of f; the gradients in y and x are divided by their scales and added. output_scale is multiplied with
  /// them or, where parameters are wanted, with the seeds (not always: add_hessian() relies on seeds of 1).
  template <class Ws, class Pass>
  void through(const Wanted<Scalar>& wanted, Ws& ws, Pass pass) const {
    const bool by_seeds = static_cast<bool>(wanted.parameters);
    const Scalar factor = by_seeds ? Scalar(1) : units_.output_scale;
    Wanted<Scalar> inner = wanted;
    if (by_seeds) {
      auto seeds = first_columns(ws.seeds, ws.columns);
      for (Index c = 0; c < ws.columns; ++c) {
        seeds(c) = units_.output_scale * (wanted.seeds ? Scalar(wanted.seeds.map()(0, c)) : Scalar(1));
      }
      inner.seeds = MatrixView<const Scalar>(seeds);
    }
    auto gradient = first_columns(ws.gradient, ws.columns);
    auto context_gradient = first_columns(ws.context_gradient, ws.columns);
    if (wanted.y) {
      gradient.setZero();
      inner.y = MatrixView<Scalar>(gradient);
    }
    if (wanted.x) {
      context_gradient.setZero();
      inner.x = MatrixView<Scalar>(context_gradient);
    }
    pass(inner);
    const auto add = [&](const auto& from, const Vector<Scalar>& scale, auto to) {
      for (Index c = 0; c < ws.columns; ++c) {
        for (Index j = 0; j < scale.size(); ++j) to(j, c) += factor * (from(j, c) / scale(j));
      }
    };
    if (wanted.y) add(gradient, units_.scale, wanted.y.map());
    if (wanted.x) add(context_gradient, units_.context_scale, wanted.x.map());
  }

  Scaling<Scalar> units_;
};

/// A function, or a network with its scaler, in the units of its data: output_scale f((y - center) / scale) + output_center,
/// and likewise for a context. Again convex. Made from a temporary it holds the network, so that both are stored, copied and
/// passed on together. Throws Error on wrong sizes, NaN, scales that are not positive and a negative output_scale.
template <class F>
[[nodiscard]] auto standardized(F&& f, Scaling<typename std::remove_cvref_t<F>::Scalar> units) {
  using Held = RefOrValueType<F>;
  return Standardized<Held>("standardized", RefOrValue<Held>(std::forward<F>(f)), std::move(units));
}

/// a f(y): again convex. Throws Error unless a is finite and >= 0.
template <class F>
[[nodiscard]] auto scaled(F&& f, typename std::remove_cvref_t<F>::Scalar a) {
  using Held = RefOrValueType<F>;
  return Standardized<Held>("scaled", RefOrValue<Held>(std::forward<F>(f)), {.output_scale = a});
}

}  // namespace icnn::inline ICNN_ISA
