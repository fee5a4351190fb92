// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: Proposition 1: an activation behind W^z must be convex and non-decreasing
// names: Falling
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

struct Falling {  // exp(-t): convex, decreasing
  static constexpr bool convex = true;
#ifdef WELL_FORMED
  static constexpr bool non_decreasing = true;  // a lie, which the suite of property tests is there to catch
#else
  static constexpr bool non_decreasing = false;
#endif
  template <class S>
  icnn::Jet<S> jet(const S& t) const {
    using std::exp;
    const S e = exp(-t);
    return {e, -e, e};
  }
  friend bool operator==(const Falling&, const Falling&) = default;
};

int main() { return static_cast<int>(icnn::Ficnn<double, Falling>({.inputs = 2, .hidden = {3}}).depth()); }
