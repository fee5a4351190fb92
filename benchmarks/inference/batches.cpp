// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin_batch.hpp>

#include <string>
#include <type_traits>

#include "benchmarks/networks/cases.hpp"
#include "benchmarks/support/measure.hpp"
#include "benchmarks/support/registry.hpp"

/// The actions that a critic takes to be best in 256 states, to a gap of 1e-4: in lockstep, on one thread and on two, and
/// one problem after the other. And what an evaluation at every state takes, with shared products and without.
namespace icnn::benchmarks {

namespace {

constexpr Index states = 256, inputs = 6, together = 16;

template <class A, int width>
[[nodiscard]] const Picnn<double, A>& critic() {
  static const auto f = randomized(
      Picnn<double, A>({.context = 17, .inputs = inputs, .hidden = {width, width}, .context_hidden = {width, width}}));
  return f;
}
[[nodiscard]] const Matrix<double>& contexts() {
  static const Matrix<double> x = samples<double>(17, states);
  return x;
}
[[nodiscard]] Box actions() { return Box::cube(inputs, -1, 1); }
const Settings settings{.relative_gap = 1e-4};

template <class A, int width>
void in_lockstep(benchmark::State& state, Index threads) {
  const auto f = critic<A, width>().at(contexts());
  ArgminBatchWorkspace ws(f, {.threads = threads});
  const Box box = actions();
  ArgminBatch result;
  argmin(f, box, settings, ws, result);
  if (!result.all_optimal()) return state.SkipWithError("not optimal");
  measure(state, {}, [&] {
    argmin(f, box, settings, ws, result);
    return result.values(0);
  });
}

template <class A, int width>
void one_by_one(benchmark::State& state) {
  const auto f = critic<A, width>().at(contexts());
  auto column = f.column(0);
  ArgminWorkspace ws(column);
  const Box box = actions();
  Result result;
  measure(state, {}, [&] {
    for (Index c = 0; c < states; ++c) {
      f.move_to_column(c, column);
      argmin(column, box, settings, ws, result);
    }
    return result.value;
  });
}

template <class A, int width>
void evaluate_together(benchmark::State& state) {
  const auto f = critic<A, width>().at(contexts());
  const ModelPointer model = make_model(f, false);
  auto& column = detail::move_to_column(*model, f, 0);
  auto shared = column.make_shared(together, detail::columns_alike(f.inputs()));
  for (Index k = 0; k < together; ++k) {
    detail::move_to_column(*model, f, k);
    column.share_context(shared, k);
    vec::fill(shared.point(k), 0.1);
  }
  measure(state, {}, [&] {
    for (Index c = 0; c < states; c += together) column.evaluate(shared, Order::first, together);
    return shared.gradients.data();
  });
}

template <class A, int width>
void evaluate_one_by_one(benchmark::State& state) {
  const auto f = critic<A, width>().at(contexts()).column(0);
  const ModelPointer model = make_model(f, false);
  const Vector<double> y = Vector<double>::Constant(inputs, 0.1);
  Vector<double> g(inputs);
  measure(state, {}, [&] {
    for (Index c = 0; c < states; ++c) {
      model->value(Order::first, y);
      model->gradient(g);
    }
    return g.data();
  });
}

template <class A, int width>
void add_rows() {
  const std::string kind = std::is_same_v<A, Softplus> ? " softplus" : " leaky relu";
  const std::string name = "critic 17+6-" + std::to_string(width) + "-" + std::to_string(width) + "-1" + kind;
  const std::string solve = name + " in 256 states", evaluate = name + " evaluated in 256 states";
  add({"batch", solve, "double", "icnn"}, [](benchmark::State& state) { in_lockstep<A, width>(state, 1); });
  add({"batch", solve, "double", "icnn_one_by_one"}, one_by_one<A, width>);
#ifdef _OPENMP
  add({"batch", solve, "double", "icnn_two_threads"}, [](benchmark::State& state) { in_lockstep<A, width>(state, 2); });
#endif
  add({"batch", evaluate, "double", "icnn"}, evaluate_together<A, width>);
  add({"batch", evaluate, "double", "icnn_one_by_one"}, evaluate_one_by_one<A, width>);
}

const Registration rows([] {
  add_rows<Softplus, 200>();
  add_rows<LeakyRelu, 200>();
  add_rows<Softplus, 512>();
  add_rows<LeakyRelu, 512>();
});

}  // namespace

}  // namespace icnn::benchmarks
