// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "icnn/functions/parts.hpp"

namespace icnn::inline ICNN_ISA {

/// max(f, g, ...); see maximum().
template <class Parts>
class Maximum : public Combination<Maximum<Parts>, Parts> {
  using Base = Combination<Maximum<Parts>, Parts>;
  using Base::parts_;

 public:
  using typename Base::Scalar;

  explicit Maximum(Parts parts) : Base("maximum", 1, std::move(parts)) {}

  /// The same in another scalar, with functions of its own.
  template <class T>
  [[nodiscard]] auto cast() const {
    return Maximum<decltype(parts_.template cast<T>())>(parts_.template cast<T>());
  }
  [[nodiscard]] Scalar strong_convexity() const {
    Scalar modulus = parts_.first().strong_convexity();
    parts_.for_each([&](const auto& f) { modulus = std::min(modulus, f.strong_convexity()); });
    return modulus;
  }
  /// Kinked, where it passes from one function to another.
  [[nodiscard]] Regularity regularity() const {
    Regularity result = parts_.first().regularity();
    parts_.for_each([&](const auto& f) { result = combine(result, f.regularity()); });
    if (parts_.count() > 1) result.derivatives = 0;
    return result;
  }

  template <class Y, class Ws>
  void forward(Order order, const Y& y, Ws& ws) const {
    Base::set_point(y, ws);
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) { f.forward(order, first_columns(ws.y, ws.columns), inner); });
    take_largest(ws);
  }
  template <class Ws>
  void backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    split_active(wanted, ws, [](const auto& f, const Wanted<Scalar>& part, auto& inner) { f.backward(part, inner); });
  }
  template <class W, class Ws>
  void tangent(const W& w, Ws& ws) const {
    Base::set_direction(w, ws);
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) { f.tangent(first_columns(ws.w, ws.columns), inner); });
    take_slopes(ws);
  }
  template <class Ws>
  void second_backward(const Wanted<Scalar>& wanted, Ws& ws) const {
    split_active(wanted, ws, [](const auto& f, const Wanted<Scalar>& part, auto& inner) { f.second_backward(part, inner); });
  }
  template <class Ws>
  void add_hessian(Index column, const MatrixView<Scalar>& h, Ws& ws) const {
    Index number = 0;
    parts_.for_each(ws.inner, [&](const auto& f, auto& inner) {
      if (ws.active(column) == number++) f.add_hessian(column, h, inner);
    });
  }
  template <class Y, class D, class Ws>
  void start_line(const Y& y, const D& d, Ws& ws) const {
    Base::set_point(y, ws);
    Base::set_direction(d, ws);
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
    take_largest(ws);
    if (order != Order::value) take_slopes(ws);
  }

 private:
  /// The values, and which function has them: the first of those that attain the maximum. NaN propagates.
  template <class Ws>
  void take_largest(Ws& ws) const {
    Index number = 0;
    parts_.for_each(ws.inner, [&](const auto&, auto& inner) {
      for (Index c = 0; c < ws.columns; ++c) {
        if (number > 0 && inner.values(c) <= ws.values(c)) continue;
        if (number > 0 && ws.values(c) != ws.values(c)) continue;
        ws.values(c) = inner.values(c);
        ws.active(c) = number;
      }
      ++number;
    });
  }
  template <class Ws>
  void take_slopes(Ws& ws) const {
    Index number = 0;
    parts_.for_each(ws.inner, [&](const auto&, auto& inner) {
      for (Index c = 0; c < ws.columns; ++c) {
        if (ws.active(c) == number) ws.slopes(c) = inner.slopes(c);
      }
      ++number;
    });
  }

  /// As split(), each function with the seeds of the columns that are its own, and zeros.
  template <class Ws, class Pass>
  void split_active(const Wanted<Scalar>& wanted, Ws& ws, Pass pass) const {
    Index number = 0;
    auto seeds = first_columns(ws.seeds, ws.columns);
    Base::split(wanted, ws, [&](const auto& f, Wanted<Scalar> part, auto& inner) {
      for (Index c = 0; c < ws.columns; ++c) {
        const Scalar seed = wanted.seeds ? Scalar(wanted.seeds.map()(0, c)) : Scalar(1);
        seeds(c) = ws.active(c) == number ? seed : Scalar(0);
      }
      part.seeds = MatrixView<const Scalar>(seeds);
      pass(f, part, inner);
      ++number;
    });
  }
};

/// y -> max(f(y), g(y), ...), or of (x, y) for functions of a context, which they share: again convex, and kinked where one
/// function takes over from another; the derivatives there are those of the first that attains the maximum. The parameters
/// are those of f, then those of g, ... Throws Error where sizes differ.
template <class... F>
requires(sizeof...(F) >= 1) [[nodiscard]] auto maximum(F&&... functions) {
  using Parts = PartsTuple<RefOrValueType<F>...>;
  return Maximum<Parts>(Parts(RefOrValue<RefOrValueType<F>>(std::forward<F>(functions))...));
}

/// The same for any number of functions of one type, which it takes over. Throws Error where there is none.
template <class F>
[[nodiscard]] auto maximum(std::vector<F> functions) {
  return Maximum<PartsList<F>>(PartsList<F>("maximum", std::move(functions)));
}

}  // namespace icnn::inline ICNN_ISA
