// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>
#include <tuple>
#include <type_traits>

#include "icnn/core/error.hpp"
#include "icnn/core/lifetime.hpp"
#include "icnn/core/types.hpp"
#include "icnn/core/view.hpp"
#include "icnn/functions/workspace.hpp"
#include "icnn/kernels/elementwise.hpp"
#include "icnn/layers/wanted.hpp"

namespace icnn::inline ICNN_ISA {

using kernels::Order;

namespace detail {

/// The number of columns to which a function is bound; 0: any.
template <class F>
[[nodiscard]] Index batch_of(const F& f) {
  if constexpr (requires { f.batch(); }) {
    return f.batch();
  } else {
    return 0;
  }
}

/// Whether what a function refers to still has the shape for which it was made.
template <class F>
[[nodiscard]] bool is_current(const F& f) noexcept {
  if constexpr (requires { f.is_current(); }) {
    return f.is_current();
  } else {
    return true;
  }
}

template <class F>
void require_current(const char* where, const F& f) {
  if (is_current(f)) [[likely]]
    return;
  fail({where, "the network that this function was made from",
        "one of another shape in its place, or none: it has been destroyed",
        "make the function anew after assigning to a network, and keep that where it is"});
}

}  // namespace detail

/// The evaluation interface of every convex function f(y), or f(x, y) convex in y: FICNN, PICNN, a network at a context,
/// and whatever regularized, restrict_to, precompose and sum make of them.
///
/// y is n x 1 or, for a batch, n x B; x is c x 1 or c x B; matrices or arrays. Functions of a context take x first; all
/// others omit it. For one sample (a vector type) a call returns the scalar; for a batch, a row of B values that lives in
/// the workspace. A p x 1 dynamic matrix is a batch of one. Inputs may be any expressions and may share memory with the
/// outputs.
///
/// With a workspace nothing allocates (float and double). All of it is const and thread-safe: threads share the function,
/// each with its own workspace. Wrong shapes throw Error before anything is written; NaN and infinities propagate. Seeds
/// must not share memory with outputs.
///
/// A Derived class provides bind, forward, backward, tangent, second_backward, add_hessian, start_line and step_line, the
/// unchecked passes behind these calls, which add to their outputs, and each_tape, what these leave behind of every layer.
template <class Derived, class S, bool HasContext>
class ConvexFunction {
  template <class M>
  using Input = Eigen::DenseBase<M>;  ///< a matrix or an array

  /// As a matrix of this function's scalar.
  template <class M>
  [[nodiscard]] static decltype(auto) matrix(const Input<M>& of) {
    static_assert(std::is_same_v<typename M::Scalar, S>,
                  "points, contexts and directions are in the scalar of the function: y.cast<double>(), or float");
    if constexpr (std::is_base_of_v<Eigen::MatrixBase<M>, M>) {
      return of.derived();
    } else {
      return of.derived().matrix();
    }
  }

 public:
  /// Of this object: what refers to it knows when it is gone.
  [[nodiscard]] const Lifetime& lifetime() const noexcept requires(detail::has_lifetime<Derived>) { return lifetime_; }

  static constexpr bool has_context = HasContext;  ///< x comes first in every call

  /// f. Cost: one forward pass.
  template <class Y, class Ws>
  auto value(const Input<Y>& y, Ws& ws) const requires(!HasContext) {
    start("value", Order::value, y, ws, nothing_to_bind);
    return values<Y>(ws.values, ws);
  }
  template <class X, class Y, class Ws>
  auto value(const Input<X>& x, const Input<Y>& y, Ws& ws) const requires(HasContext) {
    start("value", Order::value, y, ws, binder("value", x, ws));
    return values<Y>(ws.values, ws);
  }

  /// f, and the derivatives that \p wanted names. Cost: a forward and a reverse pass, and the parameters' outer products
  /// where they are wanted.
  template <class Y, class Ws>
  auto gradients(const Input<Y>& y, const Wanted<S>& wanted, Ws& ws) const requires(!HasContext) {
    return gradients_of(y, wanted, ws, nothing_to_bind);
  }
  template <class X, class Y, class Ws>
  auto gradients(const Input<X>& x, const Input<Y>& y, const Wanted<S>& wanted, Ws& ws) const requires(HasContext) {
    return gradients_of(y, wanted, ws, binder("gradients", x, ws));
  }

  /// The derivatives of another combination of the outputs of the latest value-and-derivative call on this workspace:
  /// sum_b seeds_b f(x_b, y_b). The way from a loss to its gradient: values first, seeds = dloss/df, then this.
  template <class Ws>
  void pullback(const Wanted<S>& wanted, Ws& ws) const {
    check_workspace("pullback", ws);
    if (!ws.derivable) {
      fail({"pullback", "gradients(), hessian() or a product as the latest call on this workspace", "none, or another",
            "gradients(y, {}, ws) is a value that derivatives can be pulled back from"});
    }
    check_batch("pullback", ws.columns);
    check_wanted("pullback", wanted, ws.columns);
    detail::clear(wanted, self().layout());
    self().backward(wanted, ws);
  }

  /// f and its Hessian in y, n x n, symmetric and positive semidefinite by construction; a batch writes n x (n B), block
  /// by block. Where g is kinked, its second derivative counts as 0. Cost: value + gradient, and per layer of width m one
  /// product m x m' x n and half of one n x m x n.
  template <class Y, class Ws>
  auto hessian(const Input<Y>& y, const MatrixView<S>& h, Ws& ws) const requires(!HasContext) {
    return hessian_of("hessian", y, {}, h, ws, nothing_to_bind);
  }
  template <class X, class Y, class Ws>
  auto hessian(const Input<X>& x, const Input<Y>& y, const MatrixView<S>& h, Ws& ws) const requires(HasContext) {
    return hessian_of("hessian", y, {}, h, ws, binder("hessian", x, ws));
  }

  /// The same with the gradient in y (n x B), which costs next to nothing more.
  template <class Y, class Ws>
  auto gradient_and_hessian(const Input<Y>& y, const MatrixView<S>& gradient, const MatrixView<S>& h, Ws& ws) const
      requires(!HasContext) {
    return hessian_of("gradient_and_hessian", y, gradient, h, ws, nothing_to_bind);
  }
  template <class X, class Y, class Ws>
  auto gradient_and_hessian(const Input<X>& x, const Input<Y>& y, const MatrixView<S>& gradient, const MatrixView<S>& h,
                            Ws& ws) const requires(HasContext) {
    return hessian_of("gradient_and_hessian", y, gradient, h, ws, binder("gradient_and_hessian", x, ws));
  }

  /// H w, column by column, and the slopes w' grad_y f. Cost: about two values and gradients.
  template <class Y, class W, class Ws>
  auto hessian_product(const Input<Y>& y, const Input<W>& w, const MatrixView<S>& product, Ws& ws) const
      requires(!HasContext) {
    return mixed_of("hessian_product", y, w, {.y = product}, ws, nothing_to_bind);
  }
  template <class X, class Y, class W, class Ws>
  auto hessian_product(const Input<X>& x, const Input<Y>& y, const Input<W>& w, const MatrixView<S>& product, Ws& ws) const
      requires(HasContext) {
    return mixed_of("hessian_product", y, w, {.y = product}, ws, binder("hessian_product", x, ws));
  }

  /// The slopes w' grad_y f, and their derivatives: in y (H w), in x, in the parameters. w is held constant.
  template <class Y, class W, class Ws>
  auto mixed_product(const Input<Y>& y, const Input<W>& w, const Wanted<S>& wanted, Ws& ws) const requires(!HasContext) {
    return mixed_of("mixed_product", y, w, wanted, ws, nothing_to_bind);
  }
  template <class X, class Y, class W, class Ws>
  auto mixed_product(const Input<X>& x, const Input<Y>& y, const Input<W>& w, const Wanted<S>& wanted, Ws& ws) const
      requires(HasContext) {
    return mixed_of("mixed_product", y, w, wanted, ws, binder("mixed_product", x, ws));
  }

  /// Restricts f to the line(s) y + alpha d, for along(), until another evaluation uses this workspace. Cost: the products
  /// with W^y, once.
  template <class Y, class D, class Ws>
  void line(const Input<Y>& y, const Input<D>& d, Ws& ws) const requires(!HasContext) {
    line_of(y, d, ws, nothing_to_bind);
  }
  template <class X, class Y, class D, class Ws>
  void line(const Input<X>& x, const Input<Y>& y, const Input<D>& d, Ws& ws) const requires(HasContext) {
    line_of(y, d, ws, binder("line", x, ws));
  }

  /// f(y + alpha d) on the line of the latest line() call, one sample. Cost: the z-path.
  template <class Ws>
  S along(const S& alpha, Ws& ws) const {
    start_along(1, ws);
    first_columns(ws.alpha, 1)(0) = alpha;
    self().step_line(Order::value, ws);
    return first_columns(ws.values, 1)(0);
  }
  /// The same with the derivative in alpha.
  template <class Ws>
  S along(const S& alpha, S& slope, Ws& ws) const {
    start_along(1, ws);
    first_columns(ws.alpha, 1)(0) = alpha;
    self().step_line(Order::first, ws);
    slope = first_columns(ws.slopes, 1)(0);
    return first_columns(ws.values, 1)(0);
  }
  /// The same for a batch: one alpha per column (1 x B); the slopes (1 x B) only where wanted.
  template <class A, class Ws>
  auto along(const Input<A>& alpha, Ws& ws, const MatrixView<S>& slopes = {}) const {
    start_along(alpha.cols(), ws);
    require_shape("along", "steps alpha", alpha.rows(), alpha.cols(), Index{1}, ws.columns);
    if (slopes) require_shape("along", "slopes", slopes.rows(), slopes.cols(), Index{1}, ws.columns);
    first_columns(ws.alpha, ws.columns) = matrix(alpha);
    self().step_line(slopes ? Order::first : Order::value, ws);
    if (slopes) slopes.map() = first_columns(ws.slopes, ws.columns);
    return values<Matrix<S>>(ws.values, ws);
  }

  /// f, the gradient and the Hessian in y without a workspace: convenient, and allocating.
  template <class... XY>
  requires(sizeof...(XY) == (HasContext ? 2 : 1)) [[nodiscard]] auto operator()(const Input<XY>&... xy) const {
    auto ws = workspace_for(xy...);
    if constexpr (last_is_sample<XY...>) {
      return value(xy..., ws);
    } else {
      return RowVector<S>(value(xy..., ws));
    }
  }
  /// The same for a function of one input.
  [[nodiscard]] S operator()(const S& y) const requires(!HasContext) { return (*this)(Eigen::Map<const Vector<S>>(&y, 1)); }
  template <class... XY>
  [[nodiscard]] auto gradient(const Input<XY>&... xy) const {
    auto ws = workspace_for(xy...);
    using Values = std::conditional_t<last_is_sample<XY...>, Vector<S>, Matrix<S>>;
    Values result(self().inputs(), columns_of(xy...));
    gradients(xy..., Wanted<S>{.y = result}, ws);
    return result;
  }
  template <class... XY>
  [[nodiscard]] Matrix<S> hessian(const Input<XY>&... xy) const {
    auto ws = workspace_for(xy...);
    Matrix<S> result(self().inputs(), self().inputs() * columns_of(xy...));
    hessian(xy..., MatrixView<S>(result), ws);
    return result;
  }

 private:
  [[nodiscard]] const Derived& self() const noexcept { return static_cast<const Derived&>(*this); }

  template <class... XY>
  static constexpr bool last_is_sample = is_sample<std::tuple_element_t<sizeof...(XY) - 1, std::tuple<XY...>>>;

  template <class... XY>
  [[nodiscard]] static Index columns_of(const XY&... xy) {
    Index columns = 0;
    ((columns = xy.cols()), ...);  // of the last one, y
    return columns;
  }

  template <class... XY>
  [[nodiscard]] auto workspace_for(const XY&... xy) const {
    const Index columns = columns_of(xy...);
    if constexpr (last_is_sample<XY...>) {
      return self().workspace();
    } else {
      return self().workspace(WorkspaceOptions{.columns = columns > 1 ? columns : 1});
    }
  }

  /// The result of a call: a scalar for a vector y, else the row in the workspace.
  template <class Y, class Row, class Ws>
  [[nodiscard]] static auto values(const Row& row, Ws& ws) {
    if constexpr (is_sample<Y>) {
      return S(row(0));
    } else {
      return first_columns(row, ws.columns);
    }
  }

  template <class Ws>
  void check_workspace(const char* where, const Ws& ws) const {
    if (ws.key != self().shape_key()) [[unlikely]] {
      fail({where, "a workspace made by this function's workspace()", "one made for a function of another shape"});
    }
    detail::require_current(where, self());
  }

  static constexpr auto nothing_to_bind = [](Index) {};

  /// Checks x against the number of samples and hands it to the function, once everything else has been checked.
  template <class X, class Ws>
  [[nodiscard]] auto binder(const char* where, const Input<X>& x, Ws& ws) const {
    return [this, where, &x, &ws](Index samples) {
      require_shape(where, "a context x", x.rows(), x.cols(), self().context_size(), samples,
                    "one column of x per column of y; for one x and many y use at(x)");
      self().bind(matrix(x), ws);
    };
  }

  template <class Y, class Ws>
  void check_point(const char* where, const Input<Y>& y, const Ws& ws) const {
    if (y.cols() < 1 || y.cols() > ws.capacity || y.rows() != self().inputs()) [[unlikely]] {
      fail({where,
            detail::text("y of shape ", self().inputs(), " x B with 1 <= B <= ", ws.capacity, " (the workspace's columns)"),
            detail::shape_text(y.rows(), y.cols()), hint_for(y.rows(), y.cols())});
    }
    check_batch(where, y.cols());
  }

  [[nodiscard]] std::string hint_for(Index rows, Index columns) const {
    const Index n = self().inputs();
    if (columns < 1) return "a batch needs at least one column";
    if (rows != n && columns == n) return "samples are columns: transpose y";
    return rows == n ? detail::text("workspace({.columns = ", columns, "}) has room for so many") : "";
  }

  void check_batch(const char* where, Index columns) const {
    const Index bound = detail::batch_of(self());
    if (bound > 0) {
      require_shape(where, "y", self().inputs(), columns, self().inputs(), bound, "this function has one column per sample");
    }
  }

  template <class Y, class Ws, class Bind>
  void start(const char* where, Order order, const Input<Y>& y, Ws& ws, Bind bind) const {
    check_workspace(where, ws);
    check_point(where, y, ws);
    bind(y.cols());
    ws.derivable = order != Order::value;
    ws.on_line = false;
    self().forward(order, matrix(y), ws);
  }

  void check_wanted(const char* where, const Wanted<S>& wanted, Index columns) const {
    detail::check_wanted(where, wanted, {self().inputs(), self().context_size(), 1, columns}, self().layout());
  }

  template <class Y, class Ws, class Bind>
  auto gradients_of(const Input<Y>& y, const Wanted<S>& wanted, Ws& ws, Bind bind) const {
    check_wanted("gradients", wanted, y.cols());
    start("gradients", Order::first, y, ws, bind);
    detail::clear(wanted, self().layout());
    if (wanted.y || wanted.x || wanted.parameters) self().backward(wanted, ws);
    return values<Y>(ws.values, ws);
  }

  template <class Y, class Ws, class Bind>
  auto hessian_of(const char* where, const Input<Y>& y, const MatrixView<S>& gradient, const MatrixView<S>& h, Ws& ws,
                  Bind bind) const {
    const Index n = self().inputs();
    const Wanted<S> wanted{.y = gradient};
    check_wanted(where, wanted, y.cols());
    require_shape(where, "the Hessian", h.rows(), h.cols(), n, n * y.cols());
    if (!ws.hessian) fail({where, "a workspace with room for Hessians", "one without", "workspace({.hessian = true})"});
    start(where, Order::second, y, ws, bind);
    detail::clear(wanted, self().layout());
    h.set_zero();
    self().backward(wanted, ws);
    for (Index c = 0; c < y.cols(); ++c) {
      self().add_hessian(c, MatrixView<S>(h.data() + c * n * h.stride(), n, n, h.stride()), ws);
    }
    return values<Y>(ws.values, ws);
  }

  template <class Y, class W, class Ws, class Bind>
  auto mixed_of(const char* where, const Input<Y>& y, const Input<W>& w, const Wanted<S>& wanted, Ws& ws, Bind bind) const {
    check_wanted(where, wanted, y.cols());
    require_shape(where, "a direction w", w.rows(), w.cols(), y.rows(), y.cols());
    start(where, Order::second, y, ws, bind);
    self().tangent(matrix(w), ws);
    detail::clear(wanted, self().layout());
    self().second_backward(wanted, ws);
    return values<Y>(ws.slopes, ws);
  }

  template <class Y, class D, class Ws, class Bind>
  void line_of(const Input<Y>& y, const Input<D>& d, Ws& ws, Bind bind) const {
    check_workspace("line", ws);
    check_point("line", y, ws);
    require_shape("line", "a direction d", d.rows(), d.cols(), y.rows(), y.cols());
    bind(y.cols());
    ws.derivable = false;
    ws.on_line = true;
    self().start_line(matrix(y), matrix(d), ws);
  }

  template <class Ws>
  void start_along(Index columns, const Ws& ws) const {
    check_workspace("along", ws);
    check_batch("along", ws.columns);
    if (!ws.on_line || ws.columns != columns) {
      fail({"along", detail::text("line() for ", columns, " column(s) as the latest call on this workspace"),
            ws.on_line ? detail::text("line() for ", ws.columns) : "none, or another"});
    }
  }

  [[no_unique_address]] std::conditional_t<detail::has_lifetime<Derived>, Lifetime, detail::NoLifetime> lifetime_{};
};

}  // namespace icnn::inline ICNN_ISA
