// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <utility>
#include <vector>

#include "icnn/functions/parts.hpp"

namespace icnn::inline ICNN_ISA {

/// f + g + ...; see sum().
template <class Parts>
class Sum : public Combination<Sum<Parts>, Parts> {
  using Base = Combination<Sum<Parts>, Parts>;
  using Base::parts_;

 public:
  using typename Base::Scalar;

  explicit Sum(Parts parts) : Base("sum", 0, std::move(parts)) {}

  /// The same in another scalar, with functions of its own.
  template <class T>
  [[nodiscard]] auto cast() const {
    return Sum<decltype(parts_.template cast<T>())>(parts_.template cast<T>());
  }
  [[nodiscard]] Scalar strong_convexity() const {
    Scalar modulus(0);
    parts_.for_each([&](const auto& f) { modulus += f.strong_convexity(); });
    return modulus;
  }
  [[nodiscard]] Regularity regularity() const {
    Regularity result = parts_.first().regularity();
    parts_.for_each([&](const auto& f) { result = combine(result, f.regularity()); });
    return result;
  }

  // What the passes of Combination ask for.
  static constexpr bool all_count = true;
  template <class Ws>
  [[nodiscard]] static bool counts(Index, Index, const Ws&) {
    return true;
  }
  template <class Ws>
  void take_values(Ws& ws) const {
    auto values = first_columns(ws.values, ws.columns);
    values.setZero();
    parts_.for_each(ws.inner, [&](const auto&, auto& inner) { values += first_columns(inner.values, ws.columns); });
  }
  template <class Ws>
  void take_slopes(Ws& ws) const {
    auto slopes = first_columns(ws.slopes, ws.columns);
    slopes.setZero();
    parts_.for_each(ws.inner, [&](const auto&, auto& inner) { slopes += first_columns(inner.slopes, ws.columns); });
  }
};

/// y -> f(y) + g(y) + ..., or of (x, y) for functions of a context, which they share: again convex. The parameters are
/// those of f, then those of g, ... Throws Error where sizes differ.
template <class... F>
requires(sizeof...(F) >= 1) [[nodiscard]] auto sum(F&&... functions) {
  using Parts = PartsTuple<RefOrValueType<F>...>;
  return Sum<Parts>(Parts(RefOrValue<RefOrValueType<F>>(std::forward<F>(functions))...));
}

/// The same for any number of functions of one type, which it takes over. Throws Error where there is none.
template <class F>
[[nodiscard]] auto sum(std::vector<F> functions) {
  return Sum<PartsList<F>>(PartsList<F>("sum", std::move(functions)));
}

}  // namespace icnn::inline ICNN_ISA
