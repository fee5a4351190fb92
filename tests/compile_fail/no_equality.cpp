// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: an activation is a regular value
// names: activation
#include <icnn/evaluate.hpp>

struct Mine {
  static constexpr bool convex = true, non_decreasing = true;
  template <class S>
  icnn::Jet<S> jet(const S& t) const {
    return {t, S(1), S(0)};
  }
#ifdef WELL_FORMED
  friend bool operator==(const Mine&, const Mine&) = default;
#endif
};

int main() { const icnn::Ficnn<double, Mine> f({.inputs = 2}); }
