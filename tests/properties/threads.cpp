// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <thread>
#include <vector>

#include <icnn/inference/argmin.hpp>
#include <icnn/networks/picnn_batch.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

/// Threads share a network, each with its own workspace, and agree bit for bit. Also run under the thread sanitizer.
using namespace icnn;
using namespace icnn::test;

namespace {

constexpr int threads = 8;

/// work() gives a vector of numbers; all threads must give the same.
template <class Work>
void check_threads(Work work) {
  const Vector<double> expected = work();
  std::vector<Vector<double>> results(threads);
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) pool.emplace_back([&, t] { results[static_cast<std::size_t>(t)] = work(); });
  for (auto& thread : pool) thread.join();
  for (const auto& result : results) CHECK(result == expected);
}

}  // namespace

TEST_CASE("eight threads on one PICNN agree bit for bit", "[threads]") {
  Random random(1);
  AnyPicnn<double> f({.context = 5,
                      .inputs = 4,
                      .hidden = {20, 20},
                      .context_hidden = {16, 16},
                      .quadratic_rank = 1,
                      .output = {.diagonal = true, .rank = 2, .bilinear = true}},
                     PicnnActivations<AnyActivation, AnyContextActivation, AnyFirstActivation, AnyActivation>{
                         {{Softplus{}}, Softplus{}, Identity{}}, Tanh{}});
  randomize(f, random);
  const Matrix<double> x = random_matrix<double>(random, 5, 6), y = random_matrix<double>(random, 4, 6),
                       w = random_matrix<double>(random, 4, 6);
  const auto batch = f.at(x);
  const auto at = f.at(Vector<double>(x.col(0)));
  check_threads([&] {
    auto ws = f.workspace({.columns = 6});
    auto batch_ws = batch.workspace();
    auto at_ws = at.workspace();
    Vector<double> out = Vector<double>::Zero(2 * f.parameter_count() + 200), gp(f.parameter_count());
    Matrix<double> gy(4, 6), gx(5, 6), h(4, 24);
    for (int repeat = 0; repeat < 20; ++repeat) {
      f.gradients(x, y, {.y = gy, .x = gx, .parameters = gp}, ws);
      out.head(gp.size()) = gp;
      batch.mixed_product(y, w, {.y = gy, .x = gx, .parameters = gp}, batch_ws);
      out.segment(gp.size(), gp.size()) = gp;
      at.hessian(Vector<double>(y.col(0)), h.leftCols(4), at_ws);
    }
    out.tail(16) = h.leftCols(4).reshaped();
    out.segment(2 * gp.size(), 30) = gx.reshaped();
    return out;
  });
}

TEST_CASE("eight threads minimize one function and agree bit for bit", "[threads]") {
  Random random(2);
  Ficnn<float, Softplus> f({.inputs = 5, .hidden = {16, 16}});
  randomize(f, random);
  const auto entropic = regularized(f, {.entropy = 0.5F});
  check_threads([&] {
    const Result box = argmin(f, Box::unit(5)), mirror = argmin(entropic, Box::unit(5));
    Vector<double> out(14);
    out << box.y, mirror.y, box.lower_bound, mirror.lower_bound, box.value, mirror.value;
    return out;
  });
}
