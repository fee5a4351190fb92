// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>
#include <icnn/inference/argmin_of_view.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using Owner = FicnnOf<double, Inputs<3, 1, 2>, Dense<8, Softplus>, Dense<4, Celu>, Dense<1>>;
using View = FicnnView<Owner>;

/// max(t, 0), and no word of where it bends; a template, since nobody compares it.
template <class = void>
struct BentAnywhere {
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;
  template <class S>
  [[nodiscard]] Jet<S> jet(const S& t) const {
    return t > S(0) ? Jet<S>{t, S(1), S(0)} : Jet<S>{S(0), S(0), S(0)};
  }
  friend bool operator==(const BentAnywhere&, const BentAnywhere&) = default;
};
using BentSomewhere = BentAnywhere<>;

}  // namespace

TEST_CASE("argmin of a view is that of its network, certified", "[argmin]") {
  Random random(1);
  Owner f({.output = {.diagonal = true}});
  ViewArgminWorkspace<View> ws{View(f)};
  ResultOf<3> result;
  const int problems = cases(2000, 200, 30);
  for (int k = 0; k < problems; ++k) {
    randomize(f, random, std::pow(10.0, random.uniform(-1, 0.5)));
    const Vector<double, 3> middle = random_vector<double>(random, 3), reach = random_vector<double>(random, 3).cwiseAbs();
    const BoxOf<3> box(middle - reach, middle + reach);
    const View view(f);
    argmin(view, box, {.relative_gap = 1e-8}, ws, result);
    const Result general = argmin(f, Box(box), {.relative_gap = 1e-8});
    INFO("problem " << k << ", " << result << ", general " << general);
    CHECK(result.status == Status::optimal);
    CHECK(result.gap() <= 1e-8 * std::max(1.0, std::abs(result.value)));
    CHECK(result.lower_bound <= general.value + general.value_error);
    CHECK(general.lower_bound <= result.value + result.value_error);
    CHECK(((result.y - box.lower()).array() >= 0).all());
    CHECK(((box.upper() - result.y).array() >= 0).all());
    CHECK(ws.evaluation().key == f.shape_key());
    CHECK(view.value(result.y, ws.evaluation()) == f(result.y));
  }
  // On the whole space, and at where it was solved already.
  const View view(f);
  const auto everywhere = BoxOf<3>::cube(-infinity, infinity);
  argmin(view, everywhere, {}, ws, result);
  CHECK(result.status == Status::optimal);
  const Index evaluations = result.evaluations;
  argmin(view, everywhere, {.warm_start = true}, ws, result);
  CHECK(result.status == Status::optimal);
  CHECK(result.evaluations <= std::min<Index>(evaluations, 2));
  CHECK(argmin(view, everywhere).value == argmin(view, everywhere, {}).value);
}

TEST_CASE("argmin of a kinked view: by softened kinks, certified by slopes", "[argmin]") {
  Random random(4);
  FicnnOf<double, Inputs<4, 0, 0>, Dense<8, AbsoluteValue>, Dense<8, LeakyRelu>, Dense<1>> f;
  using Kinked = FicnnView<decltype(f)>;
  ViewArgminWorkspace<Kinked> ws{Kinked(f)};
  ArgminWorkspace<decltype(f)> general_ws(f);
  ResultOf<4> result;
  int closed = 0;
  const int problems = cases(1000, 200, 30);
  for (int k = 0; k < problems; ++k) {
    randomize(f, random, std::pow(10.0, random.uniform(-1, 0.5)));
    const Vector<double, 4> middle = random_vector<double>(random, 4), reach = random_vector<double>(random, 4).cwiseAbs();
    const BoxOf<4> box(middle - reach, middle + reach);
    argmin(Kinked(f), box, {}, ws, result);
    const Result general = argmin(f, Box(box), {}, general_ws);
    INFO("problem " << k << ", " << result << ", general " << general);
    CHECK(result.lower_bound <= general.value + general.value_error);
    CHECK(general.lower_bound <= result.value + result.value_error);
    CHECK(result.gap() <= 1e-4 * std::max(1.0, std::abs(result.value)));
    CHECK(((result.y - box.lower()).array() >= 0).all());
    CHECK(((box.upper() - result.y).array() >= 0).all());
    closed += result.status == Status::optimal ? 1 : 0;
  }
  CHECK(closed >= 0.97 * problems);
  // Strong convexity stands in for bounds that are far, or not there.
  decltype(f) curved({.output = {.diagonal = true}});
  ViewArgminWorkspace<Kinked> curved_ws{Kinked(curved)};
  for (int k = 0; k < problems / 10; ++k) {
    randomize(curved, random);
    curved.edit([&](auto& p) { p["D"].array() += 0.01; });
    const double reach = k % 2 == 0 ? infinity : 1e6;
    argmin(Kinked(curved), BoxOf<4>::cube(-reach, reach), {}, curved_ws, result);
    const Result general = argmin(curved, WholeSpace(4));
    INFO("problem " << k << ", " << result << ", general " << general);
    CHECK(result.status == Status::optimal);
    CHECK(result.lower_bound <= general.value + general.value_error);
    CHECK(general.lower_bound <= result.value + result.value_error);
  }
}

TEST_CASE("the general argmin takes views, too, on any set", "[argmin]") {
  Random random(2);
  FicnnOf<double, Inputs<3, 0, 0>, Dense<8, Relu>, Dense<1>> f;
  randomize(f, random);
  FicnnView<decltype(f)> view(f);
  ArgminWorkspace<FicnnView<decltype(f)>> ws(view);
  const Ball ball(Vector<double>::Zero(3), 1);
  const Result result = argmin(view, ball, {}, ws), of_network = argmin(f, ball);
  CHECK(result.status == Status::optimal);
  CHECK(result.value == of_network.value);
}

TEST_CASE("argmin of a view: budgets, values that are not finite, and misuse", "[argmin]") {
  Random random(3);
  Owner f({.output = {.diagonal = true}});
  randomize(f, random);
  const View view(f);
  const auto box = BoxOf<3>::cube(-1, 1);
  CHECK(argmin(view, box, {.max_evaluations = 1}).status == Status::budget_reached);
  CHECK(argmin(view, box, {.max_evaluations = 0}).status == Status::budget_reached);
  CHECK(argmin(view, box, {.time_limit = 0}).status == Status::deadline_reached);
  f.edit([&](auto& p) { p["A[0]"].setConstant(1e200); });
  const auto overflowed = argmin(view, box);
  CHECK(overflowed.lower_bound <= overflowed.value);
  INFO(overflowed << " general " << argmin(f, Box(box)));
  CHECK(overflowed.status != Status::optimal);

  ViewArgminWorkspace<View> ws(view);
  ResultOf<3> result;
  result.value = 7;
  const auto refuse = [&](const Settings& settings, const char* text) {
    CHECK_ERROR(argmin(view, box, settings, ws, result), text);
    CHECK(result.value == 7);
  };
  refuse({.method = Method::bundle}, "Method::newton (or automatic) for a view");
  refuse({.start = Vector<double>::Zero(3)}, "neither start, certificate nor multipliers");
  refuse({.certificate = true}, "neither start, certificate nor multipliers");
  refuse({.multipliers = true}, "neither start, certificate nor multipliers");
  refuse({.relative_gap = -1}, "relative_gap >= 0");
  result.y.setConstant(std::nan(""));
  refuse({.warm_start = true}, "a finite result.y to begin at");
  using Bent = FicnnOf<double, Inputs<3, 0, 0>, Dense<8, BentSomewhere>, Dense<1>>;
  const Bent bent;
  CHECK_ERROR(argmin(FicnnView<Bent>(bent), box, {}), "activations that are smooth, or have pieces(), for a view");
  // What is affine has its minimum in a corner.
  FicnnOf<double, Inputs<3, 0, 0>, Dense<1>> affine;
  affine.edit([](auto& p) { p["Wy[0]"].setConstant(2); });
  const auto corner = argmin(FicnnView<decltype(affine)>(affine), box);
  CHECK(corner.status == Status::optimal);
  CHECK(corner.value == -6);
}
