// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <functional>

#include <icnn/inference/model.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

/// The property suite of models: what they promise about rounding, and the affine functions that slopes make. What it checks
/// is compiled once; of every function it takes a model and the values in long double.
namespace icnn::test {

using Long = long double;

using ExactFunction = std::function<Long(const Vector<double>&)>;

template <class F>
ExactFunction exactly(const F& f) {
  return [exact = f.template cast<Long>()](const Vector<double>& y) { return exact(Vector<Long>(y.cast<Long>())); };
}

/// A point of |v_j| <= h_j, often on its boundary.
inline Vector<double> point_within(Random& random, const Vector<double>& h) {
  return random_vector<double>(random, h.size()).cwiseMax(-1).cwiseMin(1).cwiseProduct(h);
}

/// How often a promise would have been broken without its error terms.
struct Broken {
  int values = 0, cuts = 0;
};

/// At points of the region |v_j - c_j| <= r_j values are off by no more than value_error(), those that are known up to dy
/// included, and by no more than the largest_value_error(); and cuts are nowhere in the region above f by more than
/// cut_error(). An empty c stands for 0.
inline Broken check_rounding(const ModelPointer& model, const ExactFunction& exact, const Vector<double>& r, Random& random,
                             int points, const Vector<double>& c) {
  const Index n = model->inputs();
  model->set_region(r, c);
  const Vector<double> middle = c.size() > 0 ? c : Vector<double>::Zero(n);
  const auto within = [&]() -> Vector<double> { return middle + point_within(random, r) * (c.size() > 0 ? 0.999 : 1); };
  Vector<double> g(n);
  Broken broken;
  for (int k = 0; k < points; ++k) {
    const Vector<double> y = within();
    const double value = model->value(kernels::Order::first, y);
    model->gradient(g);
    const Long cut = static_cast<Long>(model->cut_error()), error = static_cast<Long>(model->value_error(y));
    const Long off = std::abs(static_cast<Long>(value) - exact(y));
    CHECK(off <= error);
    CHECK(off <= static_cast<Long>(model->largest_value_error()));
    broken.values += off > 0 ? 1 : 0;
    for (int v = 0; v < 6; ++v) {
      const double close = std::pow(2, -9 * v);  // from everywhere to where f is all but affine
      const Vector<double> at = v == 5 ? y : Vector<double>(y + close * (within() - y));
      if (((at - middle).cwiseAbs().array() > r.array()).any()) continue;  // rounding
      const Long tangent = static_cast<Long>(value) + g.cast<Long>().dot(at.cast<Long>() - y.cast<Long>());
      const Long below = exact(at);
      CHECK(below >= tangent - cut);
      broken.cuts += below < tangent ? 1 : 0;
    }
    const Vector<double> dy = random_vector<double>(random, n, std::pow(10, random.uniform(-12, 0))).cwiseAbs();
    const Long moved = static_cast<Long>(model->value_error(y, dy));
    CHECK(moved >= error);
    for (int v = 0; v < 5; ++v) {
      const Vector<double> at = y + 0.999 * point_within(random, dy);
      CHECK(std::abs(static_cast<Long>(value) - exact(at)) <= moved);
    }
  }
  return broken;
}
template <class F>
Broken check_rounding(const F& f, const Vector<double>& r, Random& random, int points = 1, const Vector<double>& c = {}) {
  return check_rounding(make_model(f, false), exactly(f), r, random, points, c);
}

/// Whether the error terms of a function of moderate size are small, too.
inline void check_small_errors(const ModelPointer& model, const Vector<double>& region, Random& random) {
  model->set_region(region);
  const Vector<double> y = point_within(random, region);
  Vector<double> g(model->inputs());
  const double size = 1 + std::abs(model->value(kernels::Order::first, y));
  model->gradient(g);
  const double cut = model->cut_error(), error = model->value_error(y);
  CHECK((cut > 0 && error > 0));
  CHECK((error < 1e-9 * size && cut < 1e-9 * size));
  const double largest = model->largest_value_error();
  CHECK((largest >= error && (largest < 1e-9 * size || largest == infinity)));
}

inline double any_slope(Random& random) {  // that Softplus has
  return random.uniform() < 0.2 ? (random.uniform() < 0.5 ? 0.0 : 1.0) : random.uniform();
}

/// Any slopes at all, whatever they come from, make a function below f on a region.
inline void check_any_slopes(const ModelPointer& model, const ExactFunction& exact, Random& random) {
  const Index n = model->inputs();
  const Vector<double> h = Vector<double>::Constant(n, 3), c = point_within(random, h);
  Vector<double> g(n), slopes(model->neurons());
  for (Index j = 0; j < slopes.size(); ++j) slopes(j) = any_slope(random);
  slopes(slopes.size() - 1) = 1;
  const AffineMinorant any = model->minorant(slopes, c, h, g);
  if (any.value == -infinity) return;  // the output of another summand
  for (int trial = 0; trial < 20; ++trial) {
    const Vector<double> y = point_within(random, h);
    const Long at = static_cast<Long>(any.value) + g.cast<Long>().dot(y.cast<Long>() - c.cast<Long>());
    CHECK(at - static_cast<Long>(any.error) <= exact(y));
  }
}

/// Whatever the slopes: below f on the region, and below the tangents' combination by no more than rounding. Counts where
/// they are clearly above it.
inline void check_minorants(const ModelPointer& model, const ExactFunction& exact, Random& random, int& strict) {
  const Index n = model->inputs();
  CHECK(model->knows_conjugates());
  const Vector<double> h = Vector<double>::Constant(n, 3);
  const auto point = [&] { return point_within(random, h); };
  Vector<double> g(n), total = Vector<double>::Zero(n), middle = total, v = Vector<double>::Zero(model->neurons()),
                       adjoints = v;
  // A combination of three tangents of f.
  double offset = 0;
  for (const double share : {0.5, 0.25, 0.25}) {
    const Vector<double> y = point();
    const double value = model->value(kernels::Order::first, y);
    model->gradient(g);
    model->adjoints(v);
    adjoints += share * v;
    total += share * g;
    offset += share * (value - g.dot(y));
    middle += share * y;
  }
  model->make_slopes(adjoints);
  const AffineMinorant combined = model->minorant(adjoints, middle, h, g);
  CHECK(combined.error < 1e-9 * (1 + std::abs(combined.value)));
  for (int trial = 0; trial < 20; ++trial) {
    const Vector<double> y = point();
    const double tangents = offset + total.dot(y), slopes = combined.value + g.dot(y - middle);
    CHECK(slopes >= tangents - 1e-10 * (1 + std::abs(tangents)));
    strict += slopes > tangents + 1e-3 ? 1 : 0;
    CHECK(static_cast<Long>(slopes) - static_cast<Long>(combined.error) <= exact(y));
  }
  check_any_slopes(model, exact, random);
}
template <class F>
void check_minorants(const F& f, Random& random, int& strict) {
  check_minorants(make_model(f, false), exactly(f), random, strict);
}

}  // namespace icnn::test
