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

  // What the passes of Combination ask for.
  static constexpr bool all_count = false;
  template <class Ws>
  [[nodiscard]] static bool counts(Index number, Index column, const Ws& ws) {
    return ws.active(column) == number;
  }
  /// The values, and which function has them: the first of those that attain the maximum. NaN propagates.
  template <class Ws>
  void take_values(Ws& ws) const {
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
