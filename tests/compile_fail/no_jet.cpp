// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

// sentence: an activation has template <class S> Jet<S> jet(const S& t) const
// names: activation
#include <icnn/evaluate.hpp>

struct Mine {
  static constexpr bool convex = true, non_decreasing = true;
#ifdef WELL_FORMED
  template <class S>
  icnn::Jet<S> jet(const S& t) const {
    return {t, S(1), S(0)};
  }
#endif
  friend bool operator==(const Mine&, const Mine&) = default;
};

int main() { const icnn::Ficnn<double, Mine> f({.inputs = 2}); }
