// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: Proposition 1: the activation of the first layer must be convex
// names: Undeclared
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

struct Undeclared {
#ifdef WELL_FORMED
  static constexpr bool convex = true;
#endif
  template <class S>
  icnn::Jet<S> jet(const S& t) const {
    return {t, S(1), S(0)};
  }
  friend bool operator==(const Undeclared&, const Undeclared&) = default;
};

int main() { return static_cast<int>(icnn::Ficnn<double, icnn::Relu, Undeclared>({.inputs = 2, .hidden = {3}}).depth()); }
