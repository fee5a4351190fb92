// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>

#include "icnn/inference/find_multipliers.hpp"

namespace icnn::inline ICNN_ISA::detail {

[[gnu::cold]] ICNN_INLINE bool has_multipliers(const Settings& settings, Result& result) {
  if (settings.multipliers && result.minorant.slope.size() > 0) return true;
  if (result.multipliers.lower.size() > 0) result.multipliers = {};
  return false;
}

[[gnu::cold]] ICNN_INLINE MultiplierSearch::MultiplierSearch(const EntropyTerm* entropy, Result& result)
    : below_(result.minorant), entropy_(entropy), y_(result.y), values_(result.multipliers) {
  for (Vector<double>* bounds : {&values_.lower, &values_.upper}) {
    bounds->resize(y_.size());
    vec::fill(*bounds, 0);
  }
}
[[gnu::cold]] ICNN_INLINE MultiplierSearch::~MultiplierSearch() {
  const auto take = [](const std::vector<double>& from, Vector<double>& to) {
    to.resize(static_cast<Index>(from.size()));
    std::copy(from.begin(), from.end(), to.data());
  };
  take(rows_, values_.rows);
  take(equalities_, values_.equalities);
  take(balls_, values_.balls);
}

/// Where m > 0, the minimizer is the point nearest to where the minorant's gradient would be 0.
template <class Set>
[[nodiscard, gnu::cold]] Vector<double> MultiplierSearch::normal(const Set& set) const {
  const Index n = set.dimension();
  const double m = below_.curvature;
  Vector<double> g(n), nearest(n), scratch(n);
  for (Index j = 0; j < n; ++j) g(j) = below_.slope(first_ + j);
  if (!(m > 0)) return g;
  vec::scale_to(-1 / m, g, nearest);
  project(set, nearest, scratch);
  vec::add_scaled(m, nearest, g);
  return g;
}

[[gnu::cold]] ICNN_INLINE void MultiplierSearch::add(const WholeSpace& set) { first_ += set.dimension(); }

/// An entropy keeps y away from the bounds.
[[gnu::cold]] ICNN_INLINE void MultiplierSearch::add(const Box& set) {
  const Vector<double> g = normal(set);
  for (Index j = 0; j < g.size() && entropy_ == nullptr; ++j) {
    if (g(j) > 0 && set.lower()(j) > -infinity) values_.lower(first_ + j) = g(j);
    if (g(j) < 0 && set.upper()(j) < infinity) values_.upper(first_ + j) = -g(j);
  }
  first_ += set.dimension();
}

/// y >= 0, and the sum as an equality. With an entropy the slope is the same wherever y > 0: on average.
[[gnu::cold]] ICNN_INLINE void MultiplierSearch::add(const Simplex& set) {
  const Index n = set.dimension();
  const Vector<double> g = normal(set);
  double least = entropy_ == nullptr ? infinity : 0.0;
  for (Index j = 0; j < n; ++j) {
    if (entropy_ == nullptr) {
      least = std::min(least, g(j));
    } else if (y_(j) > 0) {
      double first = 0, second = 0;
      entropy_->derivatives(j, y_(j), set.total() - y_(j), first, second);
      least += y_(j) / set.total() * (below_.slope(j) + below_.curvature * y_(j) + first);
    }
  }
  for (Index j = 0; j < n && entropy_ == nullptr; ++j) values_.lower(first_ + j) = g(j) - least;
  equalities_.push_back(-least);
  first_ += n;
}

[[gnu::cold]] ICNN_INLINE void MultiplierSearch::add(const Ball& set) {
  balls_.push_back(vec::norm(normal(set)));
  first_ += set.dimension();
}
[[gnu::cold]] ICNN_INLINE void MultiplierSearch::add(const HalfSpace& set) {
  rows_.push_back(std::max(0.0, -vec::dot(set.normal(), normal(set))));
  first_ += set.dimension();
}
[[gnu::cold]] ICNN_INLINE void MultiplierSearch::add(const Affine& set) {
  const Vector<double> g = normal(set);
  const ConstColumns rows(set.basis());
  for (Index i = 0; i < rows.columns(); ++i) equalities_.push_back(-vec::dot(rows(i), g));
  first_ += set.dimension();
}

[[gnu::cold]] ICNN_INLINE void hand_on_bounds_of_simplex(Index first, Index n, double& equality, ConstraintValues& values) {
  double total = 0;
  for (Index j = first; j < first + n; ++j) total += values.upper(j);
  equality += total;
  for (Index j = first; j < first + n; ++j) {
    values.lower(j) += total - values.upper(j);
    values.upper(j) = 0;
  }
}

}  // namespace icnn::inline ICNN_ISA::detail
