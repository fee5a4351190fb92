// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/minimize.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/curved.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// sum cosh(y_j - c_j): smooth, convex, with its minimum in the middle of some faces of a box.
auto bowl(const Vector<double>& c) {
  return [c](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    g = (y - c).array().sinh();
    h = (y - c).array().cosh().matrix().asDiagonal();
    return (y - c).array().cosh().sum();
  };
}

}  // namespace

TEST_CASE("every plan leads to the minimum, through one type of oracle and one of set", "[argmin]") {
  const Vector<double> c{{0.3, 1.4, -0.2}}, best{{0.3, 1, 0}};
  const auto f = bowl(c);
  Curved oracle(f, 3);
  OracleView oracle_view(oracle);
  const Box box = Box::unit(3);
  const auto set_view = detail::view_of(box);
  AnyOracle& any_oracle = oracle_view;
  const Region& any_set = set_view;
  CHECK(any_oracle.inputs() == 3);
  CHECK(!any_oracle.line(c, c));
  CHECK(any_oracle.adjoint_count() == 0);
  for (const Method method :
       {Method::projected_gradient, Method::newton, Method::bundle, Method::level, Method::cutting_plane}) {
    for (const Index gradients : {0, 2}) {
      MethodWorkspace ws(3);
      Result r;
      r.y = Vector<double>::Constant(3, 0.5);
      const Settings settings{.relative_gap = 1e-6};
      detail::minimize(any_oracle, any_set, static_cast<const EntropyTerm*>(nullptr), {method, gradients}, settings, ws, r);
      INFO(to_string(method) << ", " << gradients << " gradient evaluations: " << r);
      CHECK(r.status == Status::optimal);
      CHECK((r.y - best).norm() < 2e-3);
      CHECK(ws.newton.has_value() == (method == Method::newton));
      CHECK(ws.bundle.has_value() == (method != Method::newton && method != Method::projected_gradient));
      CHECK(!ws.entropy_bundle.has_value());
    }
  }
}

TEST_CASE("beside an entropy, too", "[argmin]") {
  const auto f = bowl(Vector<double>{{0.5, 0.5}});
  Curved oracle(f, 2);
  OracleView oracle_view(oracle);
  const Box box = Box::unit(2);
  const auto set_view = detail::view_of(box);
  AnyOracle& any_oracle = oracle_view;
  const Region& any_set = set_view;
  const EntropyTerm entropy(box, 0.5);
  for (const Method method : {Method::mirror_gradient, Method::newton, Method::bundle}) {
    MethodWorkspace ws(2);
    Result r;
    r.y = Vector<double>{{0.2, 0.9}};
    detail::minimize(any_oracle, any_set, &entropy, {method, 0}, {.relative_gap = 1e-8}, ws, r);
    INFO(to_string(method) << ": " << r);
    CHECK(r.status == Status::optimal);
    CHECK((r.y.array() - 0.5).matrix().norm() < 1e-3);
    CHECK(std::abs(r.value - (2 - 2 * 0.5 * std::log(2.0))) < 1e-7);
    CHECK(ws.entropy_bundle.has_value() == (method == Method::bundle));
  }
}

TEST_CASE("a set without a point is told before anything is minimized", "[argmin]") {
  const Box box = Box::unit(2);
  Result r;
  CHECK(detail::is_feasible(detail::view_of(box), r));
  const Polyhedron nowhere(box, Matrix<double>{{1, 1}}, Vector<double>{{-1}});
  const auto view = detail::view_of(nowhere);
  r.y = Vector<double>::Ones(2);
  CHECK(!detail::is_feasible(view, r));
  CHECK(r.status == Status::infeasible);
  CHECK(r.lower_bound == infinity);
  CHECK(r.y == Vector<double>::Ones(2));
}
