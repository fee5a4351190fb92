// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/method_rooms.hpp>
#include <icnn/inference/minimize.hpp>
#include <icnn/solvers/black_box.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
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

TEST_CASE("every plan leads to the minimum, through one type of model and one of set", "[argmin]") {
  const Vector<double> c{{0.3, 1.4, -0.2}}, best{{0.3, 1, 0}};
  const auto f = bowl(c);
  BlackBoxBuffers buffers(3);
  FunctionModel of(f, buffers);
  ConvexModel& model = of;
  const Box box = Box::unit(3);
  SetRegion<Box> of_box(box);
  Region& region = of_box;
  CHECK(model.inputs() == 3);
  CHECK(!model.line(c, c));
  CHECK(model.neurons() == 0);
  for (const Method method : {Method::projected_gradient, Method::newton, Method::truncated_newton, Method::bundle,
                              Method::level, Method::cutting_plane}) {
    for (const Index gradients : {0, 2}) {
      MethodWorkspace ws(3);
      Result r;
      r.y = Vector<double>::Constant(3, 0.5);
      const Settings settings{.relative_gap = 1e-6};
      detail::minimize(model, region, nullptr, {method, gradients}, settings, ws, r);
      INFO(to_string(method) << ", " << gradients << " gradient evaluations: " << r);
      CHECK(r.status == Status::optimal);
      CHECK((r.y - best).norm() < 2e-3);
      const bool newton = method == Method::newton, truncated = method == Method::truncated_newton;
      CHECK(ws.rooms().newton.has_value() == newton);
      CHECK(ws.rooms().truncated.has_value() == truncated);
      CHECK(ws.rooms().bundle.has_value() == (!newton && !truncated && method != Method::projected_gradient));
      CHECK(ws.rooms().entropic.bundle == nullptr);
    }
  }
}

TEST_CASE("where conjugate gradients take long, the automatic choice goes on with whole Newton steps", "[argmin]") {
  const Index n = 48;
  const Box box = Box::cube(n, -1, 1);
  SetRegion<Box> region(box);
  const auto solve = [&](double condition, Method asked) {
    const auto f = [condition](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
      double value = 0;
      for (Index j = 0; j < y.size(); ++j) {
        const double a = std::pow(condition, -static_cast<double>(j) / static_cast<double>(n)), d = y(j) - 0.5;
        value += a * std::cosh(d);
        g(j) = a * std::sinh(d);
        h.col(j).setZero();
        h(j, j) = a * std::cosh(d);
      }
      return value;
    };
    BlackBoxBuffers buffers(n);
    FunctionModel model(f, buffers);
    MethodWorkspace ws(n);
    Result r;
    r.y = Vector<double>::Zero(n);
    const Settings settings{.relative_gap = 1e-9, .method = asked};
    detail::minimize(model, region, nullptr, {Method::truncated_newton, 0}, settings, ws, r);
    INFO("condition " << condition << ", " << to_string(asked) << ": " << r);
    CHECK(r.status == Status::optimal);
    return ws.rooms().newton.has_value();
  };
  CHECK(solve(1e5, Method::automatic));
  CHECK_FALSE(solve(2, Method::automatic));
  CHECK_FALSE(solve(1e5, Method::truncated_newton));
}

TEST_CASE("beside an entropy, too", "[argmin]") {
  const auto f = bowl(Vector<double>{{0.5, 0.5}});
  BlackBoxBuffers buffers(2);
  FunctionModel model(f, buffers);
  const Box box = Box::unit(2);
  SetRegion<Box> region(box);
  const EntropyTerm entropy(box, 0.5);
  for (const Method method : {Method::mirror_gradient, Method::newton, Method::bundle}) {
    MethodWorkspace ws(2);
    ws.allow_entropies();
    Result r;
    r.y = Vector<double>{{0.2, 0.9}};
    detail::minimize(model, region, &entropy, {method, 0}, {.relative_gap = 1e-8}, ws, r);
    INFO(to_string(method) << ": " << r);
    CHECK(r.status == Status::optimal);
    CHECK((r.y.array() - 0.5).matrix().norm() < 1e-3);
    CHECK(std::abs(r.value - (2 - 2 * 0.5 * std::log(2.0))) < 1e-7);
    CHECK((ws.rooms().entropic.bundle != nullptr) == (method == Method::bundle));
    CHECK(!ws.rooms().bundle.has_value());
  }
}

TEST_CASE("a set without a point is told before anything is minimized", "[argmin]") {
  const Box box = Box::unit(2);
  MethodWorkspace ws(2);
  Result r;
  CHECK(detail::start(detail::RegionOf<Box>(box, false, {}, ws).get(), {}, ws, r));
  CHECK(r.y == Vector<double>::Constant(2, 0.5));
  const Polyhedron nowhere(box, Matrix<double>{{1, 1}}, Vector<double>{{-1}});
  r.y = Vector<double>::Ones(2);
  CHECK(!detail::start(detail::RegionOf<Polyhedron>(nowhere, true, {}, ws).get(), {.warm_start = true}, ws, r));
  CHECK(r.status == Status::infeasible);
  CHECK(r.lower_bound == infinity);
}

TEST_CASE("a search begins at the start, at the point that is there, or in the middle; in the set", "[argmin]") {
  const Box box = Box::unit(2);
  SetRegion<Box> region(box);
  MethodWorkspace ws(2);
  Result r;
  const Vector<double> there{{0.25, 2}};
  CHECK(detail::start(region, {.start = there}, ws, r));
  CHECK(r.y == Vector<double>{{0.25, 1}});
  CHECK(detail::start(region, {.start = Vector<double>::Zero(2), .warm_start = true}, ws, r));
  CHECK(r.y == Vector<double>{{0.25, 1}});
  CHECK(detail::start(region, {}, ws, r));
  CHECK(r.y == Vector<double>{{0.5, 0.5}});
  r.y.resize(0);
  CHECK(detail::start(region, {.start = there, .warm_start = true}, ws, r));
  CHECK(r.y == Vector<double>{{0.25, 1}});
}

TEST_CASE("what does not fit together is refused", "[argmin]") {
  const MethodWorkspace ws(2);
  Result r;
  detail::check_problem(2, 2, {}, ws, r);
  CHECK_ERROR(detail::check_problem(2, 3, {}, ws, r), "a set in 2 dimensions");
  CHECK_ERROR(detail::check_problem(3, 3, {}, ws, r), "a workspace for 3 variables");
  CHECK_ERROR(detail::check_problem(2, 2, {.relative_gap = -1}, ws, r), "relative_gap");
  CHECK_ERROR(detail::check_problem(2, 2, {.start = Vector<double>::Ones(3)}, ws, r), "a start of shape 2 x 1");
  r.y = Vector<double>::Ones(3);
  detail::check_problem(2, 2, {}, ws, r);
  CHECK_ERROR(detail::check_problem(2, 2, {.warm_start = true}, ws, r), "for a warm start, got 3 coordinates");
}
