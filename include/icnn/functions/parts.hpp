// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/functions/combinator.hpp"

/// Functions made of several: how they are held, and what sums and maxima of them have in common.
namespace icnn::inline ICNN_ISA {

/// Functions of different types, as many as there are types.
template <class... F>
class PartsTuple {
  using First = std::remove_cvref_t<std::tuple_element_t<0, std::tuple<F...>>>;
  template <class G>
  using Plain = std::remove_cvref_t<G>;

 public:
  using Scalar = typename First::Scalar;
  static constexpr bool has_context = First::has_context;
  static constexpr int Inputs = First::Inputs;
  static constexpr int SingleColumns = ((Plain<F>::SingleColumns == 1) && ...) ? 1 : Dynamic;
  static_assert((std::is_same_v<typename Plain<F>::Scalar, Scalar> && ...), "the functions have different scalar types");
  static_assert(((Plain<F>::has_context == has_context) && ...),
                "either every function is one of (x, y) or none: put networks at their context first");
  template <int Cols>
  using Workspaces = std::tuple<typename Plain<F>::template Workspace<Cols>...>;

  explicit PartsTuple(RefOrValue<F>... functions) : functions_(std::move(functions)...) {}

  [[nodiscard]] static constexpr Index count() noexcept { return static_cast<Index>(sizeof...(F)); }
  /// Whether everything that is held by reference is still there.
  [[nodiscard]] bool is_alive() const noexcept {
    return std::apply([](const auto&... f) { return (f.is_alive() && ...); }, functions_);
  }
  [[nodiscard]] const First& first() const { return std::get<0>(functions_).get(); }
  template <class Visit>
  void for_each(Visit visit) const {
    std::apply([&](const auto&... f) { (visit(f.get()), ...); }, functions_);
  }
  template <class Workspaces, class Visit>
  void for_each(Workspaces& ws, Visit visit) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (visit(std::get<I>(functions_).get(), std::get<I>(ws)), ...); }
    (std::index_sequence_for<F...>{});
  }
  template <class Make>
  [[nodiscard]] auto make(Make make) const {
    return std::apply([&](const auto&... f) { return std::tuple<decltype(make(f.get()))...>{make(f.get())...}; },
                      functions_);
  }
  template <class T>
  [[nodiscard]] auto cast() const {
    return std::apply(
        [](const auto&... f) {
          return PartsTuple<decltype(f.get().template cast<T>())...>(
              RefOrValue<decltype(f.get().template cast<T>())>(f.get().template cast<T>())...);
        },
        functions_);
  }
  template <class... G>
  void assign(const PartsTuple<G...>& other) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (std::get<I>(functions_).own().assign(std::get<I>(other.functions_).get()), ...);
    }
    (std::index_sequence_for<F...>{});
  }

 private:
  template <class...>
  friend class PartsTuple;

  std::tuple<RefOrValue<F>...> functions_;
};

/// Any number of functions of one type, at least one.
template <class F>
class PartsList {
 public:
  using Scalar = typename F::Scalar;
  static constexpr bool has_context = F::has_context;
  static constexpr int Inputs = F::Inputs;
  static constexpr int SingleColumns = F::SingleColumns;
  template <int Cols>
  using Workspaces = std::vector<typename F::template Workspace<Cols>>;

  PartsList(const char* what, std::vector<F> functions) : functions_(std::move(functions)) {
    if (functions_.empty()) fail({what, "at least one function", "an empty vector"});
  }

  [[nodiscard]] Index count() const noexcept { return static_cast<Index>(functions_.size()); }
  [[nodiscard]] static constexpr bool is_alive() noexcept { return true; }
  [[nodiscard]] const F& first() const noexcept { return functions_.front(); }
  [[nodiscard]] F& at(Index i) {
    if (i < 0 || i >= count()) fail({"part", detail::text("a number in 0..", count() - 1), detail::text(i)});
    return functions_[static_cast<std::size_t>(i)];
  }
  template <class Visit>
  void for_each(Visit visit) const {
    for (const F& f : functions_) visit(f);
  }
  template <class Workspaces, class Visit>
  void for_each(Workspaces& ws, Visit visit) const {
    for (std::size_t i = 0; i < functions_.size(); ++i) visit(functions_[i], ws[i]);
  }
  template <class Make>
  [[nodiscard]] auto make(Make make) const {
    std::vector<decltype(make(functions_.front()))> made;
    for (const F& f : functions_) made.push_back(make(f));
    return made;
  }
  template <class T>
  [[nodiscard]] auto cast() const {
    return PartsList<decltype(functions_.front().template cast<T>())>("cast",
                                                                      make([](const F& f) { return f.template cast<T>(); }));
  }
  template <class G>
  void assign(const PartsList<G>& other) {
    std::size_t i = 0;
    other.for_each([&](const G& g) { functions_[i++].assign(g); });
  }

 private:
  std::vector<F> functions_;
};

/// Base of sums and maxima. The parameters are those of the first function, then those of the second, ...
template <class Derived, class Parts>
class Combination : public ConvexFunction<Derived, typename Parts::Scalar, Parts::has_context> {
 public:
  using Scalar = typename Parts::Scalar;
  static constexpr int Inputs = Parts::Inputs;
  static constexpr int SingleColumns = Parts::SingleColumns;

  template <int Cols>
  struct Workspace : WorkspaceState {
    using Inner = typename Parts::template Workspaces<Cols>;
    Workspace(ShapeKey shape, Index inputs, const WorkspaceOptions& room, Inner held)
        : WorkspaceState(shape, room),
          y(inputs, capacity),
          w(inputs, capacity),
          values(1, capacity),
          slopes(1, capacity),
          alpha(1, capacity),
          seeds(1, capacity),
          active(1, capacity),
          inner(std::move(held)) {}

    Matrix<Scalar, Inputs, Cols> y, w;
    Matrix<Scalar, 1, Cols> values, slopes, alpha, seeds;
    Matrix<Index, 1, Cols> active;  ///< of a maximum: the number of the function that attains it
    Inner inner;
  };

  [[nodiscard]] const Parts& parts() const noexcept { return parts_; }
  /// One of several functions of one type, to change it in place: part(i).set_offset(e), say. It has to keep its shape.
  /// Throws Error where there is none of this number.
  [[nodiscard]] auto& part(Index i) requires requires(Parts& parts) { parts.at(i); }
  { return parts_.at(i); }
  [[nodiscard]] Index inputs() const { return parts_.first().inputs(); }
  [[nodiscard]] Index context_size() const {
    return first_positive([](const auto& f) { return f.context_size(); });
  }
  [[nodiscard]] Index parameter_count() const noexcept { return layout_.size(); }
  /// The blocks of all functions, their names preceded by "0:", "1:", ...
  [[nodiscard]] const Layout& layout() const noexcept { return layout_; }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return key_; }
  [[nodiscard]] Index batch() const {
    return first_positive([](const auto& f) { return detail::batch_of(f); });
  }
  /// Whether the functions still have the shapes for which this was made.
  [[nodiscard]] bool is_current() const noexcept {
    bool current = parts_.is_alive();
    if (!current) return false;
    parts_.for_each([&](const auto& f) { current = current && detail::is_current(f); });
    return current && key_of_parts() == key_;
  }
  /// Whether a test is true of any of the functions.
  template <class Test>
  [[nodiscard]] bool any_part(Test test) const {
    bool any = false;
    parts_.for_each([&](const auto& f) { any = any || test(f); });
    return any;
  }

  /// Takes over functions of the same shapes, possibly in another scalar, into those held by value; allocates nothing.
  template <class D, class P>
  void assign(const Combination<D, P>& other) {
    if (other.shape_key() != key_) fail({"assign", "a combination of the same shape", "another"});
    parts_.assign(other.parts());
  }

  [[nodiscard]] Workspace<SingleColumns> workspace() const {
    if constexpr (SingleColumns == Dynamic) {
      return workspace({.columns = batch() > 1 ? batch() : 1});
    } else {
      return {key_, inputs(), {}, parts_.make([](const auto& f) { return f.workspace(); })};
    }
  }
  [[nodiscard]] Workspace<Dynamic> workspace(const WorkspaceOptions& options) const {
    return {key_, inputs(), options, parts_.make([&](const auto& f) { return f.workspace(options); })};
  }

  template <class X, class Ws>
  void bind(const X& x, Ws& ws) const {
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) { f.bind(x, inner); });
  }
  template <class Ws, class Visit>
  void each_tape(Ws& ws, Visit&& visit) const {
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) { f.each_tape(inner, visit); });
  }

  // The passes behind ConvexFunction are those of all functions. Derived makes one value of theirs, take_values(ws) and
  // take_slopes(ws), and says which counts in a column: counts(number, column, ws), or all_count.

  template <class Y, class Ws>
  void forward(Order order, const Y& y, Ws& ws) const {
    set_point(y, ws);
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) { f.forward(order, first_columns(ws.y, ws.columns), inner); });
    self().take_values(ws);
  }
  template <class Ws>
  void backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    split(wanted, ws, [](const auto& f, const Wanted<Scalar>& part, auto& inner) { f.backward(part, inner); });
  }
  template <class W, class Ws>
  void tangent(const W& w, Ws& ws) const {
    first_columns(ws.w, ws.columns) = w;
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) { f.tangent(first_columns(ws.w, ws.columns), inner); });
    self().take_slopes(ws);
  }
  template <class Ws>
  void second_backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    split(wanted, ws, [](const auto& f, const Wanted<Scalar>& part, auto& inner) { f.second_backward(part, inner); });
  }
  template <class Ws>
  void add_hessian(Index column, const MatrixView<Scalar>& h, Ws& ws) const {
    Index number = 0;
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) {
      if (self().counts(number++, column, ws)) f.add_hessian(column, h, inner);
    });
  }
  template <class Y, class D, class Ws>
  void start_line(const Y& y, const D& d, Ws& ws) const {
    set_point(y, ws);
    first_columns(ws.w, ws.columns) = d;
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) {
      f.start_line(first_columns(ws.y, ws.columns), first_columns(ws.w, ws.columns), inner);
    });
  }
  template <class Ws>
  void step_line(Order order, Ws& ws) const {
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) {
      first_columns(inner.alpha, ws.columns) = first_columns(ws.alpha, ws.columns);
      f.step_line(order, inner);
    });
    self().take_values(ws);
    if (order != Order::value) self().take_slopes(ws);
  }

 protected:
  /// \p kind tells apart combinations of the same functions.
  Combination(const char* what, Index kind, Parts parts) : parts_(std::move(parts)), kind_(kind), key_(key_of_parts()) {
    std::size_t number = 0;
    parts_.for_each([&](const auto& f) {
      const auto fits = [](Index own, Index others) { return own == 0 || others == 0 || own == others; };
      if (f.inputs() != inputs() || !fits(f.context_size(), context_size()) || !fits(detail::batch_of(f), batch()) ||
          (Parts::has_context && f.context_size() != context_size())) {
        fail({what,
              detail::text("functions of ", inputs(), " inputs, ", context_size(), " context values and ", batch(),
                           " bound samples (0: any)"),
              detail::text("one of ", f.inputs(), ", ", f.context_size(), " and ", detail::batch_of(f))});
      }
      layout_.append(f.layout(), std::to_string(number++) + ":");
    });
  }

  Parts parts_;

 private:
  [[nodiscard]] const Derived& self() const noexcept { return static_cast<const Derived&>(*this); }

  template <class Y, class Ws>
  static void set_point(const Y& y, Ws& ws) {
    ws.columns = y.cols();
    first_columns(ws.y, ws.columns) = y;
  }

  /// pass(f, wanted, workspace) for every function: each adds to the same y and x, and to its own stretch of the parameters,
  /// with seeds of 0 in the columns in which it does not count.
  template <class Ws, class Pass>
  void split(const Wanted<Scalar>& wanted, Ws& ws, Pass pass) const {
    Index offset = 0, number = 0;
    std::size_t block = 0;
    auto seeds = first_columns(ws.seeds, ws.columns);
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) {
      Wanted<Scalar> part = wanted;
      const std::size_t blocks = f.layout().blocks().size();
      if (f.context_size() == 0) part.x = {};
      if (wanted.parameters) part.parameters = wanted.parameters.rows_from(offset, f.parameter_count());
      if (!wanted.only.empty()) part.only = wanted.only.subspan(block, blocks);
      if constexpr (!Derived::all_count) {
        for (Index c = 0; c < ws.columns; ++c) {
          const Scalar seed = wanted.seeds ? Scalar(wanted.seeds.map()(0, c)) : Scalar(1);
          seeds(c) = self().counts(number, c, ws) ? seed : Scalar(0);
        }
        part.seeds = MatrixView<const Scalar>(seeds);
      }
      offset += f.parameter_count();
      block += blocks;
      ++number;
      pass(f, part, inner);
    });
  }
  [[nodiscard]] ShapeKey key_of_parts() const {
    ShapeKey key = mix(4, kind_);
    parts_.for_each([&](const auto& f) { key = mix(key, static_cast<Index>(f.shape_key())); });
    return key;
  }
  template <class Property>
  [[nodiscard]] Index first_positive(Property property) const {
    Index found = 0;
    parts_.for_each([&](const auto& f) { found = found > 0 ? found : property(f); });
    return found;
  }

  Index kind_;
  Layout layout_{};
  ShapeKey key_;
};

}  // namespace icnn::inline ICNN_ISA
