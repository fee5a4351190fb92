// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "icnn/functions/combinator.hpp"

namespace icnn::inline ICNN_ISA {

/// f + g + ...; see sum().
template <class... F>
class Sum : public ConvexFunction<Sum<F...>, typename std::tuple_element_t<0, std::tuple<std::remove_cvref_t<F>...>>::Scalar,
                                  std::tuple_element_t<0, std::tuple<std::remove_cvref_t<F>...>>::has_context> {
  template <class G>
  using Plain = std::remove_cvref_t<G>;
  using First = std::tuple_element_t<0, std::tuple<Plain<F>...>>;

 public:
  static constexpr std::size_t summands = sizeof...(F);
  using Scalar = typename First::Scalar;
  static constexpr int Inputs = First::Inputs;
  static_assert((std::is_same_v<typename Plain<F>::Scalar, Scalar> && ...), "the summands have different scalar types");
  static_assert(((Plain<F>::has_context == First::has_context) && ...),
                "either every summand is a function of (x, y) or none: put networks at their context first");
  static constexpr int SingleColumns = ((Plain<F>::SingleColumns == 1) && ...) ? 1 : Dynamic;

  template <int Cols>
  struct Workspace : WorkspaceState {
    using Inner = std::tuple<typename Plain<F>::template Workspace<Cols>...>;
    Workspace(const Sum& f, const WorkspaceOptions& room, Inner held)
        : WorkspaceState(f.shape_key(), room),
          y(f.inputs(), capacity),
          w(f.inputs(), capacity),
          values(1, capacity),
          slopes(1, capacity),
          alpha(1, capacity),
          inner(std::move(held)) {}

    Matrix<Scalar, Inputs, Cols> y, w;
    Matrix<Scalar, 1, Cols> values, slopes, alpha;
    Inner inner;
  };

  explicit Sum(RefOrValue<F>... functions) : functions_(std::move(functions)...) {
    std::size_t number = 0;
    for_each([&](const auto& f) {
      key_ = mix(key_, static_cast<Index>(f.shape_key()));
      const auto fits = [](Index own, Index others) { return own == 0 || others == 0 || own == others; };
      if (f.inputs() != inputs() || !fits(f.context_size(), context_size()) || !fits(detail::batch_of(f), batch()) ||
          (First::has_context && f.context_size() != context_size())) {
        fail({"sum",
              detail::text("functions of ", inputs(), " inputs, ", context_size(), " context values and ", batch(),
                           " bound samples (0: any)"),
              detail::text("one of ", f.inputs(), ", ", f.context_size(), " and ", detail::batch_of(f))});
      }
      layout_.append(f.layout(), std::to_string(number++) + ":");
    });
  }

  /// The same in another scalar, with functions of its own.
  template <class T>
  [[nodiscard]] auto cast() const {
    return std::apply(
        [](const auto&... f) {
          return Sum<decltype(f.get().template cast<T>())...>(
              RefOrValue<decltype(f.get().template cast<T>())>(f.get().template cast<T>())...);
        },
        functions_);
  }
  /// Takes over a sum of the same shape, possibly in another scalar, into functions held by value; allocates nothing.
  template <class... G>
  requires(sizeof...(G) == sizeof...(F)) void assign(const Sum<G...>& other) {
    if (other.shape_key() != key_) fail({"assign", "a sum of the same shape", "another"});
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (std::get<I>(functions_).own().assign(other.template summand<I>()), ...);
    }
    (std::index_sequence_for<F...>{});
  }
  template <std::size_t I>
  [[nodiscard]] const auto& summand() const noexcept {
    return std::get<I>(functions_).get();
  }

  [[nodiscard]] Scalar strong_convexity() const {
    Scalar modulus(0);
    for_each([&](const auto& f) { modulus += f.strong_convexity(); });
    return modulus;
  }
  [[nodiscard]] Index inputs() const noexcept { return first().inputs(); }
  [[nodiscard]] Index context_size() const noexcept {
    return first_positive([](const auto& f) { return f.context_size(); });
  }
  [[nodiscard]] Index parameter_count() const noexcept { return layout_.size(); }

  /// The blocks of all summands, their names preceded by "0:", "1:", ...
  [[nodiscard]] const Layout& layout() const noexcept { return layout_; }
  [[nodiscard]] Regularity regularity() const {
    Regularity result = first().regularity();
    for_each([&](const auto& f) { result = combine(result, f.regularity()); });
    return result;
  }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return key_; }
  [[nodiscard]] Index batch() const noexcept {
    return first_positive([](const auto& f) { return detail::batch_of(f); });
  }

  /// Whether the summands still have the shapes for which this was made.
  [[nodiscard]] bool is_current() const noexcept {
    ShapeKey key = 4;
    bool current = true;
    for_each([&](const auto& f) {
      key = mix(key, static_cast<Index>(f.shape_key()));
      current = current && detail::is_current(f);
    });
    return current && key == key_;
  }

  [[nodiscard]] auto workspace() const {
    if constexpr (SingleColumns == Dynamic) {
      return workspace({.columns = batch() > 1 ? batch() : 1});
    } else {
      return std::apply([&](const auto&... f) { return Workspace<SingleColumns>(*this, {}, {f.get().workspace()...}); },
                        functions_);
    }
  }
  [[nodiscard]] auto workspace(const WorkspaceOptions& options) const {
    return std::apply([&](const auto&... f) { return Workspace<Dynamic>(*this, options, {f.get().workspace(options)...}); },
                      functions_);
  }

  template <class X, class Ws>
  void bind(const X& x, Ws& ws) const {
    for_each(ws, [&](const auto& f, auto& inner) { f.bind(x, inner); });
  }

  template <class Y, class Ws>
  void forward(Order order, const Y& y, Ws& ws) const {
    ws.columns = y.cols();
    first_columns(ws.y, ws.columns) = y;
    for_each(ws, [&](const auto& f, auto& inner) { f.forward(order, first_columns(ws.y, ws.columns), inner); });
    add_values(ws);
  }

  template <class Ws>
  void backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    split(wanted, ws, [](const auto& f, const Wanted<Scalar>& part, auto& inner) { f.backward(part, inner); });
  }

  template <class W, class Ws>
  void tangent(const W& w, Ws& ws) const {
    first_columns(ws.w, ws.columns) = w;
    for_each(ws, [&](const auto& f, auto& inner) { f.tangent(first_columns(ws.w, ws.columns), inner); });
    add_slopes(ws);
  }

  template <class Ws>
  void second_backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    split(wanted, ws, [](const auto& f, const Wanted<Scalar>& part, auto& inner) { f.second_backward(part, inner); });
  }

  template <class Ws>
  void add_hessian(Index column, const MatrixView<Scalar>& h, Ws& ws) const {
    for_each(ws, [&](const auto& f, auto& inner) { f.add_hessian(column, h, inner); });
  }

  template <class Y, class D, class Ws>
  void start_line(const Y& y, const D& d, Ws& ws) const {
    ws.columns = y.cols();
    first_columns(ws.y, ws.columns) = y;
    first_columns(ws.w, ws.columns) = d;
    for_each(ws,
             [&](const auto& f, auto& inner) { f.start_line(first_columns(ws.y, ws.columns), first_columns(ws.w, ws.columns), inner); });
  }

  template <class Ws>
  void step_line(Order order, Ws& ws) const {
    for_each(ws, [&](const auto& f, auto& inner) {
      first_columns(inner.alpha, ws.columns) = first_columns(ws.alpha, ws.columns);
      f.step_line(order, inner);
    });
    add_values(ws);
    if (order != Order::value) add_slopes(ws);
  }

 private:
  [[nodiscard]] const First& first() const noexcept { return std::get<0>(functions_).get(); }

  template <class Property>
  [[nodiscard]] Index first_positive(Property property) const noexcept {
    Index found = 0;
    for_each([&](const auto& f) { found = found > 0 ? found : property(f); });
    return found;
  }

  template <class Visit>
  void for_each(Visit visit) const {
    std::apply([&](const auto&... f) { (visit(f.get()), ...); }, functions_);
  }

  template <class Ws, class Visit>
  void for_each(Ws& ws, Visit visit) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (visit(std::get<I>(functions_).get(), std::get<I>(ws.inner)), ...); }
    (std::index_sequence_for<F...>{});
  }

  template <class Ws>
  void add_values(Ws& ws) const {
    auto values = first_columns(ws.values, ws.columns);
    values.setZero();
    for_each(ws, [&](const auto&, auto& inner) { values += first_columns(inner.values, ws.columns); });
  }
  template <class Ws>
  void add_slopes(Ws& ws) const {
    auto slopes = first_columns(ws.slopes, ws.columns);
    slopes.setZero();
    for_each(ws, [&](const auto&, auto& inner) { slopes += first_columns(inner.slopes, ws.columns); });
  }

  /// Every summand adds to the same y and x, and to its own stretch of the parameters.
  template <class Ws, class Pass>
  void split(const Wanted<Scalar>& wanted, Ws& ws, Pass pass) const {
    Index offset = 0;
    std::size_t block = 0;
    for_each(ws, [&](const auto& f, auto& inner) {
      Wanted<Scalar> part = wanted;
      const std::size_t blocks = f.layout().blocks().size();
      if (f.context_size() == 0) part.x = {};
      if (wanted.parameters) part.parameters = wanted.parameters.rows_from(offset, f.parameter_count());
      if (!wanted.only.empty()) part.only = wanted.only.subspan(block, blocks);
      offset += f.parameter_count();
      block += blocks;
      pass(f, part, inner);
    });
  }

  std::tuple<RefOrValue<F>...> functions_;
  Layout layout_;
  ShapeKey key_ = 4;
};

/// y -> f(y) + g(y) + ..., or of (x, y) for functions of a context, which they share: again convex. The parameters are
/// those of f, then those of g, ... Throws Error where sizes differ.
template <class... F>
requires(sizeof...(F) >= 1) [[nodiscard]] auto sum(F&&... functions) {
  return Sum<RefOrValueType<F>...>(RefOrValue<RefOrValueType<F>>(std::forward<F>(functions))...);
}

}  // namespace icnn::inline ICNN_ISA
