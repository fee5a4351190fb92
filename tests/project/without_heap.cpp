// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// A program as a small device has it: without exceptions and run-time type information, with networks in constexpr arrays,
/// one block of memory whose size the compiler knows, and a malloc that aborts. It makes networks, evaluates them, and finds
/// certified minima. With an argument, a network that has its parameters on the heap: that has to abort.

#include <cstdlib>

#include "tests/project/embedded/celu.hpp"
#include "tests/project/embedded/gated.hpp"
#include "tests/project/no_malloc.hpp"

namespace {

using icnn::Vector;
using View = icnn::FicnnView<celu::Network>;
using PartialView = icnn::PicnnView<gated::Network>;
using AtContext = PartialView::AtContext;

/// A kinked one: |y_1|, |y_2|, and ReLUs of these.
using Kinked = icnn::FicnnOf<double, icnn::Inputs<2, 0, 0>, icnn::Dense<2, icnn::AbsoluteValue>, icnn::Dense<2, icnn::Relu>,
                             icnn::Dense<1>>;
constexpr double kinked_weights[] = {1,  0.3, -0.2, 2,    -0.5,  0.25, 1, 0.5, 0,    2, 0.5,
                                     -1, -1,  1,    -0.5, -0.25, 1,    1, 0.1, -0.1, 0};
using KinkedView = icnn::FicnnView<Kinked>;

/// All memory that the networks need, beside their weights.
struct Arena {
  explicit Arena(const View& f, const PartialView& g, const KinkedView& kinked)
      : solving(f),
        solving_kinked(kinked),
        evaluating(g.workspace()),
        at(g.at(Vector<double, 2>::Zero(), evaluating, weights)),
        solving_at(at) {}

  icnn::ViewArgminWorkspace<View> solving;
  icnn::ViewArgminWorkspace<KinkedView> solving_kinked;
  PartialView::Workspace<1> evaluating;
  PartialView::EffectiveWeights weights{};
  AtContext at;
  icnn::ViewArgminWorkspace<AtContext> solving_at;
};
static_assert(sizeof(Arena) < 32768);

void require(bool good) {
  if (!good) std::abort();
}

/// The gradient is that of central differences, the Hessian times a direction that of gradients.
template <class Evaluate, int N>
void check_derivatives(Evaluate evaluate, const Vector<double, N>& y) {
  constexpr double step = 1e-5;
  Vector<double, N> g, ignored;
  evaluate(y, g);
  for (int j = 0; j < N; ++j) {
    Vector<double, N> above = y, below = y;
    above(j) += step;
    below(j) -= step;
    const double slope = (evaluate(above, ignored) - evaluate(below, ignored)) / (2 * step);
    require(std::abs(slope - g(j)) <= 1e-6 * (1 + std::abs(slope)));
  }
}

/// Closed, and below the function everywhere on a grid.
template <class Evaluate, int N>
void check_minimum(const icnn::ResultOf<N>& result, const icnn::BoxOf<N>& box, Evaluate evaluate) {
  require(result.status == icnn::Status::optimal);
  require(result.gap() <= 1e-6 * std::max(1.0, std::abs(result.value)));
  constexpr int per_side = 5;
  int points = 1;
  for (int j = 0; j < N; ++j) points *= per_side;
  Vector<double, N> y, ignored;
  for (int k = 0; k < points; ++k) {
    for (int j = 0, rest = k; j < N; ++j, rest /= per_side) {
      const double share = static_cast<double>(rest % per_side) / (per_side - 1);
      y(j) = box.lower()(j) + share * (box.upper()(j) - box.lower()(j));
    }
    require(evaluate(y, ignored) >= result.lower_bound);
  }
}

}  // namespace

int main(int argc, char**) {
  icnn::test::malloc_aborts = true;
  if (argc > 1) {
    const celu::Network on_the_heap({.output = {.diagonal = true}});
    return on_the_heap.inputs() == 4 ? 0 : 1;
  }
  const View f = celu::network();
  const PartialView g = gated::network();
  const KinkedView kinked({}, kinked_weights);
  static Arena arena(f, g, kinked);

  const auto value_of_f = [&](const Vector<double, 4>& y, Vector<double, 4>& gradient) {
    return f.gradients(y, {.y = gradient}, arena.solving.evaluation());
  };
  check_derivatives(value_of_f, Vector<double, 4>(0.5, -1, 2, 0.1));
  icnn::ResultOf<4> result;
  for (const double width : {0.1, 1.0, 10.0}) {
    const auto box = icnn::BoxOf<4>::cube(-width, 2 * width);
    icnn::argmin(f, box, {}, arena.solving, result);
    check_minimum(result, box, value_of_f);
  }

  const auto value_of_kinked = [&](const Vector<double, 2>& y, Vector<double, 2>& gradient) {
    return kinked.gradients(y, {.y = gradient}, arena.solving_kinked.evaluation());
  };
  icnn::ResultOf<2> in_kink;
  for (const double width : {0.1, 1.0, 10.0}) {
    const icnn::BoxOf<2> box({-width, -2 * width}, {2 * width, width});
    icnn::argmin(kinked, box, {}, arena.solving_kinked, in_kink);
    check_minimum(in_kink, box, value_of_kinked);
  }

  icnn::ResultOf<3> at_context;
  for (const double x : {-1.0, 0.0, 2.0}) {
    const Vector<double, 2> context(x, 1 - x);
    const auto value_of_g = [&](const Vector<double, 3>& y, Vector<double, 3>& gradient) {
      return g.gradients(context, y, {.y = gradient}, arena.evaluating);
    };
    check_derivatives(value_of_g, Vector<double, 3>(0.5, -1, 2));
    const auto at = g.at(context, arena.evaluating, arena.weights);
    const auto box = icnn::BoxOf<3>::cube(-2, 1);
    icnn::argmin(at, box, {}, arena.solving_at, at_context);
    check_minimum(at_context, box, value_of_g);
  }
  return 0;
}
