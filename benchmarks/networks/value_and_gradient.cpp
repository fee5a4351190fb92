// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <benchmark/benchmark.h>

#include <icnn/icnn.hpp>

/// Value and gradient in y of one sample, ours beside the same formulas written in plain Eigen: a tiny network
/// (6-16-16-1, softplus, double) and the critic of a reinforcement learner (context 17, 6 actions, 200-200, float).
using namespace icnn;

namespace {

template <class Net>
void randomize(Net& network) {
  Random random(1);
  network.edit([&](auto& edit) {
    for (const Block& block : network.layout().blocks()) {
      auto map = edit[block];
      random.fill_uniform(map, block.sign == Sign::non_negative ? 0.0 : -1.0, 1);
      map /= static_cast<typename Net::Scalar>(std::sqrt(static_cast<double>(block.cols)));
    }
  });
}

/// What a careful user writes by hand: stored weights, no temporaries, one pass up and one down.
template <class S, class G>
struct PlainEigen {
  using M = Matrix<S>;
  using V = Vector<S>;
  std::vector<M> wz, wy;
  std::vector<V> b, z, first, delta, v;

  template <class Net>
  explicit PlainEigen(const Net& f) {
    for (Index i = 0; i < f.depth(); ++i) {
      wz.push_back(i > 0 ? M(f.parameters()[block_name("Wz", i)]) : M());
      wy.emplace_back(f.parameters()[block_name("Wy", i)]);
      b.emplace_back(f.parameters()[block_name("b", i)]);
      for (auto* buffer : {&z, &first, &delta, &v}) buffer->emplace_back(b.back().size());
    }
  }

  template <class Y>
  S operator()(const Y& y, Y& gradient) {
    const std::size_t depth = b.size();
    for (std::size_t i = 0; i < depth; ++i) {
      z[i] = b[i];
      z[i].noalias() += wy[i] * y;
      if (i > 0) z[i].noalias() += wz[i] * z[i - 1];
      for (Index j = 0; j < z[i].size(); ++j) {
        const Jet<S> jet = i + 1 < depth ? G{}.jet(z[i](j)) : Identity{}.jet(z[i](j));
        z[i](j) = jet.value;
        first[i](j) = jet.first;
      }
    }
    delta.back().setOnes();
    gradient.setZero();
    for (std::size_t i = depth; i-- > 0;) {
      v[i] = delta[i].cwiseProduct(first[i]);
      gradient.noalias() += wy[i].transpose() * v[i];
      if (i > 0) delta[i - 1].noalias() = wz[i].transpose() * v[i];
    }
    return z.back()(0);
  }
};

/// Times call(gradient), after checking that it agrees with the expected gradient.
template <class G, class Call>
void run(benchmark::State& state, const G& expected, G gradient, Call call) {
  call(gradient);
  if (!((gradient - expected).norm() <= 1e-4 * expected.norm())) {
    state.SkipWithError("wrong gradient");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(call(gradient));
    benchmark::DoNotOptimize(gradient.data());
    benchmark::ClobberMemory();
  }
}

using TinyStatic = FicnnOf<double, Inputs<6>, Dense<16, Softplus>, Dense<16, Softplus>, Dense<1>>;
using Tiny = Ficnn<double, Softplus>;
const FicnnArchitecture tiny{.inputs = 6, .hidden = {16, 16}};

void tiny_static(benchmark::State& state) {
  TinyStatic f;
  randomize(f);
  auto ws = f.workspace();
  const Vector<double, 6> y = Vector<double, 6>::LinSpaced(-1, 1);
  const Vector<double, 6> expected = f.gradient(y);
  run(state, expected, Vector<double, 6>(expected), [&](auto& g) { return f.gradients(y, {.y = g}, ws); });
}
BENCHMARK(tiny_static)->Name("value_and_gradient/6-16-16-1/double/icnn_compile_time_sizes");

void tiny_dynamic(benchmark::State& state) {
  Tiny f(tiny);
  randomize(f);
  auto ws = f.workspace();
  const Vector<double> y = Vector<double>::LinSpaced(6, -1, 1);
  const Vector<double> expected = f.gradient(y);
  run(state, expected, Vector<double>(expected), [&](auto& g) { return f.gradients(y, {.y = g}, ws); });
}
BENCHMARK(tiny_dynamic)->Name("value_and_gradient/6-16-16-1/double/icnn_run_time_sizes");

void tiny_any(benchmark::State& state) {
  AnyFicnn<double> f(tiny,
                     Activations<AnyActivation, AnyFirstActivation, AnyActivation>{{Softplus{}}, Softplus{}, Identity{}});
  randomize(f);
  auto ws = f.workspace();
  const Vector<double> y = Vector<double>::LinSpaced(6, -1, 1);
  const Vector<double> expected = f.gradient(y);
  run(state, expected, Vector<double>(expected), [&](auto& g) { return f.gradients(y, {.y = g}, ws); });
}
BENCHMARK(tiny_any)->Name("value_and_gradient/6-16-16-1/double/icnn_run_time_activations");

void tiny_eigen(benchmark::State& state) {
  Tiny f(tiny);
  randomize(f);
  PlainEigen<double, Softplus> plain(f);
  const Vector<double> y = Vector<double>::LinSpaced(6, -1, 1);
  const Vector<double> expected = f.gradient(y);
  run(state, expected, Vector<double>(expected), [&](auto& g) { return plain(y, g); });
}
BENCHMARK(tiny_eigen)->Name("value_and_gradient/6-16-16-1/double/plain_eigen");

template <class A>
auto critic() {
  Picnn<float, A> f({.context = 17, .inputs = 6, .hidden = {200, 200}, .context_hidden = {200, 200}});
  randomize(f);
  return f;
}

template <class A>
void critic_at(benchmark::State& state) {
  const auto f = critic<A>();
  const Vector<float> x = Vector<float>::LinSpaced(17, -1, 1), y = Vector<float>::LinSpaced(6, -1, 1);
  const auto at = f.at(x);
  auto ws = at.workspace();
  const Vector<float> expected = f.gradient(x, y);
  run(state, expected, Vector<float>(expected), [&](auto& g) { return at.gradients(y, {.y = g}, ws); });
}
BENCHMARK_TEMPLATE(critic_at, Relu)->Name("value_and_gradient/17+6-200-200/relu/float/icnn_at_a_context");
BENCHMARK_TEMPLATE(critic_at, Softplus)->Name("value_and_gradient/17+6-200-200/softplus/float/icnn_at_a_context");

template <class A>
void critic_eigen(benchmark::State& state) {
  const auto f = critic<A>();
  const Vector<float> x = Vector<float>::LinSpaced(17, -1, 1), y = Vector<float>::LinSpaced(6, -1, 1);
  PlainEigen<float, A> plain(f.at(x));
  const Vector<float> expected = f.gradient(x, y);
  run(state, expected, Vector<float>(expected), [&](auto& g) { return plain(y, g); });
}
BENCHMARK_TEMPLATE(critic_eigen, Relu)->Name("value_and_gradient/17+6-200-200/relu/float/plain_eigen");
BENCHMARK_TEMPLATE(critic_eigen, Softplus)->Name("value_and_gradient/17+6-200-200/softplus/float/plain_eigen");

template <class A>
void critic_full(benchmark::State& state) {
  const auto f = critic<A>();
  const Vector<float> x = Vector<float>::LinSpaced(17, -1, 1), y = Vector<float>::LinSpaced(6, -1, 1);
  auto ws = f.workspace();
  const Vector<float> expected = f.gradient(x, y);
  run(state, expected, Vector<float>(expected), [&](auto& g) { return f.gradients(x, y, {.y = g}, ws); });
}
BENCHMARK_TEMPLATE(critic_full, Relu)->Name("value_and_gradient/17+6-200-200/relu/float/icnn_context_included");

}  // namespace
