// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/functions/precomposed.hpp>
#include <icnn/functions/regularized.hpp>
#include <icnn/functions/restricted.hpp>
#include <icnn/functions/sum.hpp>
#include <icnn/networks/picnn_batch.hpp>

#include "tests/support/combined.hpp"
#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using V = Reference::V;

Reference added(const Reference& a, Index a_parameters, const Reference& b) {
  const auto first = [=](const V& t) { return V(t.head(a_parameters)); };
  const auto rest = [=](const V& t) { return V(t.tail(t.size() - a_parameters)); };
  return {[=](const V& t, const V& x, const V& y) { return Real(a.value(first(t), x, y) + b.value(rest(t), x, y)); },
          [=](const V& t, const V& x, const V& y) { return V(a.gradient(first(t), x, y) + b.gradient(rest(t), x, y)); }};
}

Vector<double> joined(const Vector<double>& a, const Vector<double>& b) {
  Vector<double> v(a.size() + b.size());
  v << a, b;
  return v;
}

}  // namespace

TEST_CASE("sum: every derivative, the parameters one after the other", "[sum]") {
  Combined c(5);
  AnyPicnn<double> other(c.partially, c.partially_chosen);
  randomize(other, c.random);
  const Reference r = reference(c.partially, c.partially_chosen);
  const auto s = sum(c.g, other);
  check_derivatives(s, added(r, c.g.parameter_count(), r), joined(c.g.parameters().vector(), other.parameters().vector()),
                    c.x, c.y, c.random, true);
  check_single_equals_batch(s, c.x, c.y, c.random);
  CHECK(s.layout().contains("0:Wz[1]"));
  CHECK(s.layout().contains("1:Wz[1]"));
}

TEST_CASE("sum: combinators nest", "[sum]") {
  Combined c(6);
  const Vector<double> q = random_vector<double>(c.random, 2), known = random_vector<double>(c.random, 3);
  const Matrix<double> E = random_matrix<double>(c.random, 3, 2), v = c.y.topRows(2);
  Matrix<double> pick = Matrix<double>::Zero(3, 2);
  pick(0, 0) = pick(1, 1) = 1;
  const auto nested = regularized(sum(precompose(c.f, E), restrict_to(c.f, known, {0, 1})), {.proximal = 2, .linear = q});
  const Reference one = reference(c.fully, c.fully_chosen);
  const Vector<double> fixed = known.cwiseProduct(Vector<double>::Unit(3, 2));
  const V linear = q.cast<Real>();
  const Reference both = Combined::plus(
      added(Combined::behind(one, E, Vector<double>::Zero(3)), c.f.parameter_count(), Combined::behind(one, pick, fixed)),
      [=](const V& y) { return Real(y.squaredNorm() - linear.dot(y)); }, [=](const V& y) { return V(2 * y - linear); });
  check_derivatives(nested, both, joined(c.f.parameters().vector(), c.f.parameters().vector()), Matrix<double>(0, 3), v,
                    c.random, true);
}

TEST_CASE("sum: bad input is refused", "[sum]") {
  const Ficnn<double, Softplus> f({.inputs = 3}), g({.inputs = 2});
  CHECK_ERROR(sum(f, g), "functions of 3 inputs");
  const Picnn<double, Softplus> p({.context = 1, .inputs = 3});
  CHECK_ERROR(sum(p.at(Matrix<double>::Zero(1, 4)), p.at(Matrix<double>::Zero(1, 5))), "4 bound samples");
  const Picnn<double, Softplus> q({.context = 2, .inputs = 3});
  CHECK_ERROR(sum(p.at(Matrix<double>::Zero(1, 4)), q.at(Matrix<double>::Zero(2, 4))), "1 context values");
  const auto mixed = sum(f, p.at(Matrix<double>::Ones(1, 4)));
  auto ws = mixed.workspace();
  Matrix<double> gx(1, 4);
  CHECK_NOTHROW(mixed.gradients(Matrix<double>::Zero(3, 4), {.x = gx}, ws));
  CHECK(sum(f, f, f)(Vector<double>::Ones(3).eval()) == 0);
}

TEST_CASE("sum: functions of one type can be changed in place", "[sum]") {
  Random random(5);
  Ficnn<double, Softplus> f({.inputs = 3, .hidden = {4}});
  randomize(f, random);
  const Matrix<double> E = random_matrix<double>(random, 3, 2);
  const Vector<double> y = random_vector<double>(random, 2), e = random_vector<double>(random, 3);
  auto both = sum(std::vector{precompose(f, E), precompose(f, E)});
  both.part(1).set_offset(e);
  CHECK(std::abs(both(y) - f(E * y) - f(E * y + e)) <= 1e-13);
  CHECK_ERROR(both.part(2), "a number in 0..1");
  CHECK_ERROR(both.part(-1), "a number in 0..1");
}
