// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <type_traits>
#include <utility>

#include "icnn/activations/properties.hpp"
#include "icnn/core/layout.hpp"
#include "icnn/core/lifetime.hpp"
#include "icnn/core/parameters.hpp"
#include "icnn/functions/convex_function.hpp"

/// What regularized, restrict_to, precompose and sum share: they hold a function (by reference when made from an lvalue,
/// which then must outlive them; by value when made from a temporary), hand contexts and parameters through, and keep
/// the inner workspace inside their own.
namespace icnn::inline ICNN_ISA {

/// How a combinator holds a function that it is given as F&&.
template <class F>
using RefOrValueType =
    std::conditional_t<std::is_lvalue_reference_v<F>, const std::remove_cvref_t<F>&, std::remove_cvref_t<F>>;

template <class F>
class RefOrValue {
 public:
  explicit RefOrValue(F function) : function_(std::move(function)) {}
  [[nodiscard]] const F& get() const noexcept { return function_; }
  [[nodiscard]] F& own() noexcept { return function_; }
  [[nodiscard]] static constexpr bool is_alive() noexcept { return true; }

 private:
  F function_;
};

template <class F>
class RefOrValue<const F&> {
 public:
  explicit RefOrValue(const F& function) noexcept : function_(function) {}
  /// Throws Error where the function is gone.
  [[nodiscard]] const F& get() const { return function_.get(); }
  [[nodiscard]] bool is_alive() const noexcept { return function_.is_alive(); }
  void point_to(const F& function) noexcept { function_ = Watched<F>(function); }

 private:
  Watched<F> function_;
};

/// Scratch of a combinator: the inner workspace, and rows of its own.
template <class S, int Cols, class Inner>
struct CombinatorWorkspace : WorkspaceState {
  CombinatorWorkspace(ShapeKey shape, const WorkspaceOptions& room, Inner held)
      : WorkspaceState(shape, room), values(1, capacity), slopes(1, capacity), alpha(1, capacity), inner(std::move(held)) {}

  Matrix<S, 1, Cols> values, slopes, alpha;
  Inner inner;

  /// Takes over the inner function's values and, on request, slopes.
  void copy_values() { first_columns(values, columns) = first_columns(inner.values, columns); }
  void copy_slopes() { first_columns(slopes, columns) = first_columns(inner.slopes, columns); }
};

namespace detail {

/// Where \p v was left empty: \p value in each of its \p size entries. Throws Error on another size and on NaN or infinity.
template <class S>
void complete(const char* what, const char* name, Vector<S>& v, Index size, const S& value) {
  if (v.size() == 0) v = Vector<S>::Constant(size, value);
  require_shape(what, name, v.rows(), v.cols(), size, Index{1});
  using std::isfinite;
  for (Index j = 0; j < size; ++j) {
    if (!isfinite(v(j))) fail({what, text("a finite ", name), text("NaN or infinity at coordinate ", j)});
  }
}

}  // namespace detail

/// Base of the combinators of one function; Derived::Workspace is made from (Derived, options, inner workspace).
template <class Derived, class F>
class Combinator
    : public ConvexFunction<Derived, typename std::remove_cvref_t<F>::Scalar, std::remove_cvref_t<F>::has_context> {
 public:
  using Function = std::remove_cvref_t<F>;
  using Scalar = typename Function::Scalar;
  static constexpr int SingleColumns = Function::SingleColumns;

  explicit Combinator(RefOrValue<F> function) : function_(std::move(function)), inner_key_(this->function().shape_key()) {}

  [[nodiscard]] const Function& function() const { return function_.get(); }
  [[nodiscard]] Index context_size() const { return function().context_size(); }
  [[nodiscard]] Index parameter_count() const { return function().parameter_count(); }
  [[nodiscard]] const Layout& layout() const { return function().layout(); }
  [[nodiscard]] Regularity regularity() const { return function().regularity(); }
  [[nodiscard]] Index batch() const { return detail::batch_of(function()); }

  /// Whether the function still has the shape for which this was made; it may have been assigned another since.
  [[nodiscard]] bool is_current() const noexcept {
    return function_.is_alive() && function().shape_key() == inner_key_ && detail::is_current(function());
  }

  /// See ConvexNetwork::strong_convexity.
  [[nodiscard]] Scalar strong_convexity() const { return function().strong_convexity(); }

  /// Scratch for one sample, or for the batch that the function is bound to; and for batches of up to options.columns.
  [[nodiscard]] auto workspace() const {
    if constexpr (SingleColumns == Dynamic) {
      const Index samples = detail::batch_of(self());
      return workspace({.columns = samples > 1 ? samples : 1});
    } else {
      return typename Derived::template Workspace<1>(self(), {}, function().workspace());
    }
  }
  [[nodiscard]] auto workspace(const WorkspaceOptions& options) const {
    return typename Derived::template Workspace<Dynamic>(self(), options, function().workspace(options));
  }

  template <class X, class Ws>
  void bind(const X& x, Ws& ws) const {
    function().bind(x, ws.inner);
  }
  template <class Ws, class Visit>
  void each_tape(Ws& ws, Visit&& visit) const {
    function().each_tape(ws.inner, visit);
  }

  /// The parameters of a network held by value, read and written as there: see Parameterized. So a network with its scaler,
  /// say, is trained as one.
  [[nodiscard]] const auto& parameters() const { return function().parameters(); }
  template <class Change>
  void edit(Change&& change, Positivity positivity = Positivity::refuse) requires(!std::is_reference_v<F>) {
    function_.own().edit(std::forward<Change>(change), positivity);
  }
  template <class Change, class S>
  [[nodiscard]] bool sweep(Change&& change, Vector<S>& before) requires(!std::is_reference_v<F>) {
    return function_.own().sweep(std::forward<Change>(change), before);
  }

  /// Takes over another function of the same shape, the network at its next context, say: refers to it or, held by value,
  /// assigns it. Allocates nothing. Throws Error on another shape.
  template <class G>
  void assign_function(const G& other) {
    if (other.shape_key() != inner_key_) fail({"assign", "a function of the same shape", "another"});
    if constexpr (std::is_reference_v<F>) {
      function_.point_to(other);
    } else {
      function_.own().assign(other);
    }
  }

 protected:
  [[nodiscard]] ShapeKey inner_key() const noexcept { return inner_key_; }

 private:
  [[nodiscard]] const Derived& self() const noexcept { return static_cast<const Derived&>(*this); }

  RefOrValue<F> function_;
  ShapeKey inner_key_;
};

}  // namespace icnn::inline ICNN_ISA
