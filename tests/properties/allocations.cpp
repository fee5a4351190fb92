// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <atomic>
#include <cstdlib>

#include <icnn/functions/batches.hpp>
#include <icnn/functions/maximum.hpp>
#include <icnn/functions/precomposed.hpp>
#include <icnn/functions/regularized.hpp>
#include <icnn/functions/restricted.hpp>
#include <icnn/functions/standardized.hpp>
#include <icnn/functions/sum.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/inference/argmin_batch.hpp>
#include <icnn/inference/tracker.hpp>
#include <icnn/learning/optimizers.hpp>
#include <icnn/networks/feed_forward.hpp>
#include <icnn/networks/picnn_batch.hpp>
#include <icnn/sets/ball.hpp>
#include <icnn/sets/product.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/networks.hpp"

/// No allocation with a workspace: malloc itself is interposed, for Eigen does not go through operator new.
namespace {
std::atomic<long> allocations{0};
}

#if defined(__GLIBC__)
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* p, std::size_t size) {
  ++allocations;
  return __libc_realloc(p, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t size) {
  ++allocations;
  *p = __libc_memalign(alignment, size);
  return *p ? 0 : 12;
}
}

using namespace icnn;
using namespace icnn::test;

namespace {

template <class Call>
long count(Call call) {
  const long before = allocations;
  call();
  return allocations - before;
}

/// Every call of ConvexFunction, on B columns.
template <class F, class S = typename F::Scalar>
void check_none(const F& f, Index samples) {
  Random random(1);
  const Matrix<S> x = random_matrix<S>(random, f.context_size(), samples), w = random_matrix<S>(random, f.inputs(), samples);
  const Matrix<S> y = Matrix<S>::Constant(f.inputs(), samples, S(0.4)) + S(0.01) * w;
  Matrix<S> gy = y, gx = x, h(f.inputs(), f.inputs() * samples);
  Vector<S> gp(f.parameter_count());
  RowVector<S> alpha = RowVector<S>::Constant(samples, S(0.01)), slopes = alpha;
  auto ws = f.workspace({.columns = samples});
  const auto run = [&](auto call) {
    if constexpr (F::has_context) {
      CHECK(count([&] { call(x, y); }) == 0);
    } else {
      CHECK(count([&] { call(y); }) == 0);
    }
  };
  Wanted<S> all{.y = gy, .parameters = gp};
  if (f.context_size() > 0) all.x = gx;
  run([&](const auto&... p) { f.value(p..., ws); });
  run([&](const auto&... p) { f.gradients(p..., all, ws); });
  run([&](const auto&... p) { f.gradient_and_hessian(p..., gy, h, ws); });
  run([&](const auto&... p) { f.hessian_product(p..., w, gy, ws); });
  run([&](const auto&... p) { f.mixed_product(p..., w, all, ws); });
  run([&](const auto&... p) { f.line(p..., w, ws); });
  CHECK(count([&] { f.along(alpha, ws, slopes); }) == 0);
}

template <class S>
void check_networks(Index width, Index inputs, Index samples) {
  Random random(2);
  Ficnn<S, Softplus> f(
      {.inputs = inputs, .hidden = {width, width}, .output = {.diagonal = true, .rank = 3, .linear = true}});
  Ficnn<S, Softplus> q({.inputs = inputs, .hidden = {width, width}, .quadratic_rank = 2});
  Picnn<S, Softplus, Tanh> g({.context = 17,
                              .inputs = inputs,
                              .hidden = {width, width},
                              .context_hidden = {width, width},
                              .output = {.bilinear = true}});
  randomize(f, random);
  randomize(g, random);
  randomize(q, random);
  check_none(f, samples);
  check_none(q, samples);
  check_none(g, samples);
  check_none(g.at(Matrix<S>(Matrix<S>::Ones(17, samples))), samples);
  check_none(regularized(f, {.entropy = S(1), .proximal = S(1)}), samples);
  std::vector<Index> free;
  for (Index j = 0; j < inputs; j += 2) free.push_back(j);
  check_none(restrict_to(f, Vector<S>::Constant(inputs, S(0.3)), free), samples);
  check_none(precompose(f, Matrix<S>::Identity(inputs, inputs)), samples);
  check_none(sum(f, f), samples);
  check_none(maximum(f, scaled(f, S(0.5))), samples);
  check_none(sum(std::vector{f, f}), samples);
  check_none(standardized(g, {.scale = Vector<S>::Constant(inputs, S(2)), .context_scale = Vector<S>::Constant(17, S(3))}),
             samples);
  Vector<S> x = Vector<S>::Ones(17);
  auto at = g.at(x);
  auto ws = g.workspace();
  CHECK(count([&] { g.rebind(at, x, ws); }) == 0);
}

}  // namespace

TEST_CASE("no allocation with a workspace, single samples", "[allocations]") {
  check_networks<double>(16, 6, 1);
  check_networks<double>(200, 6, 1);
  check_networks<double>(200, 159, 1);
  check_networks<float>(200, 159, 1);
}

TEST_CASE("no allocation with a workspace, batches", "[allocations]") {
  check_networks<double>(200, 6, 64);
  check_networks<float>(300, 20, 130);
}

TEST_CASE("no allocation: compile-time sizes and feed-forward networks", "[allocations]") {
  Random random(3);
  FicnnOf<double, Inputs<6>, Dense<16, Softplus>, Dense<16, Softplus>, Dense<1>> f;
  randomize(f, random);
  check_none(f, 1);
  check_none(f, 20);  // as lanes, where there are vector registers
  auto ws = f.workspace();
  const Vector<double, 6> y = Vector<double, 6>::Ones();
  Vector<double, 6> g;
  Matrix<double, 6, 6> h;
  CHECK(count([&] { f.gradient_and_hessian(y, g, h, ws); }) == 0);
  FeedForward<double, Tanh> net({.inputs = 20, .hidden = {200, 200}, .outputs = 5});
  randomize(net, random);
  const Matrix<double> x = random_matrix<double>(random, 20, 64);
  Matrix<double> gx(20, 64), j(5, 20);
  Vector<double> gp(net.parameter_count()), x0 = x.col(0);
  auto net_ws = net.workspace({.columns = 64});
  CHECK(count([&] { net.gradients(x, {.x = gx, .parameters = gp}, net_ws); }) == 0);
  CHECK(count([&] { net.jacobian(x0, j, net_ws); }) == 0);
}

namespace {

/// argmin with a workspace and a result that has been used.
template <class F, class Set>
void check_argmin(const F& f, const Set& set) {
  ArgminWorkspace<F> ws(f);
  Result result;
  for (const bool certificate : {false, true}) {
    const Settings settings{.relative_gap = 1e-9, .max_evaluations = 100, .certificate = certificate};
    argmin(f, set, settings, ws, result);
    CHECK(result.evaluations > 1);
    CHECK(count([&] { argmin(f, set, settings, ws, result); }) == 0);
  }
  if (choose_method(f.regularity(), f.inputs(), kind_of<Set>, detail::is_entropic(f)).method != Method::newton) return;
  const Settings named{.relative_gap = 1e-9, .method = Method::newton};
  argmin(f, set, named, ws, result);
  CHECK(count([&] { argmin(f, set, named, ws, result); }) == 0);
}

template <class S>
void check_argmins() {
  Random random(4);
  Ficnn<S, Softplus> f({.inputs = 40, .hidden = {100, 100}, .output = {.diagonal = true, .rank = 3, .linear = true}});
  randomize(f, random);
  check_argmin(f, Box::unit(40));
  check_argmin(f, Simplex(40));
  check_argmin(f, Ball(Vector<double>::Ones(40), 1));
  check_argmin(f, Product(Box::unit(10), Simplex(30)));
  check_argmin(regularized(f, {.entropy = S(0.5)}), Box::unit(40));
  check_argmin(regularized(f, {.entropy = S(0.5), .on = EntropyOn::simplex}), Simplex(40));
  check_argmin(restrict_to(f, Vector<S>::Constant(40, S(0.3)), {1, 5, 7}), Box::unit(3));
  check_argmin(precompose(f, Matrix<S>(Matrix<S>::Identity(40, 8))), Box::unit(8));
  check_argmin(sum(f, f), Box::unit(40));
  Ficnn<S, Softplus> wide({.inputs = 450, .hidden = {30}});  // beyond Newton with a Hessian
  randomize(wide, random, 3);
  check_argmin(wide, Box::unit(450));
  Ficnn<S, Relu> kinked({.inputs = 40, .hidden = {60}});
  randomize(kinked, random);
  check_argmin(kinked, Box::unit(40));
  check_argmin(kinked, Product(Box::unit(10), Simplex(30)));
  check_argmin(kinked, Ball(Vector<double>::Zero(40), 1));
  check_argmin(regularized(kinked, {.entropy = S(0.5)}), Box::unit(40));
  FicnnOf<S, Inputs<3>, Dense<8, Softplus>, Dense<1>> tiny;
  randomize(tiny, random);
  check_argmin(tiny, Box::unit(3));
  Ficnn<S, Softplus> curved({.inputs = 20, .hidden = {30, 20}, .quadratic_rank = 2});
  randomize(curved, random);
  check_argmin(curved, Box::unit(20));
}

}  // namespace

TEST_CASE("no allocation in argmin with a workspace", "[allocations]") {
  check_argmins<double>();
  check_argmins<float>();
  const auto parabola = [](const Vector<double>& y, Vector<double>& g) {
    g = 2 * (y.array() - 0.3).matrix();
    return (y.array() - 0.3).square().sum();
  };
  BlackBoxWorkspace ws(5);
  Result result;
  const Settings settings;
  argmin(parabola, Box::unit(5), settings, ws, result);
  const Box box = Box::unit(5);
  CHECK(count([&] { argmin(parabola, box, settings, ws, result); }) == 0);
  const auto curved = [&](const Vector<double>& y, Vector<double>& g, Matrix<double>& h) {
    h.setIdentity();
    h *= 2;
    return parabola(y, g);
  };
  argmin(curved, box, settings, ws, result);
  CHECK(count([&] { argmin(curved, box, settings, ws, result); }) == 0);
}

TEST_CASE("no allocation in a tracker, whatever moves", "[allocations]") {
  Random random(8);
  const Index n = 6;
  const auto each = [&](auto activation) {
    using A = decltype(activation);
    Picnn<double, A, Tanh> f({.context = 3, .inputs = n, .hidden = {10, 9}, .context_hidden = {5, 5}});
    randomize(f, random);
    const Vector<double> x = random_vector<double>(random, 3), further = x.array() + 0.05;
    Tracker of_context(f, Box::cube(n, -1, 1));
    (void)of_context.solve(x);
    CHECK(count([&] { (void)of_context.solve(further); }) == 0);

    const auto at = f.at(x);
    auto part = restrict_to(at, Matrix<double>(Vector<double>::Zero(n)), {0, 1, 3});
    auto moved = precompose(part, Matrix<double>(random_matrix<double>(random, 3, 4)), Vector<double>::Zero(3));
    const Matrix<double> A_rows = random_matrix<double>(random, 3, 4), E_rows = random_matrix<double>(random, 1, 4);
    Tracker tracker(moved,
                    Polyhedron(Box::cube(4, -1, 1), A_rows, Vector<double>::Ones(3), E_rows, Vector<double>::Zero(1)));
    const Matrix<double> known = Vector<double>::Constant(n, 0.1);
    const Vector<double> offset = Vector<double>::Constant(3, 0.1), b = Vector<double>::Constant(3, 0.6),
                         e = Vector<double>::Constant(1, 0.05), lower = Vector<double>::Constant(4, -0.8),
                         upper = Vector<double>::Constant(4, 0.9);
    (void)tracker.solve();
    part.set_known(known);
    (void)tracker.solve();
    CHECK(count([&] {
            part.set_known(known);
            moved.set_offset(offset);
            tracker.set_bounds(lower, upper);
            tracker.set_right_hand_sides(b, e);
            tracker.shift(1);
            (void)tracker.solve();
          }) == 0);
    CHECK(tracker.result().status == Status::optimal);
  };
  each(Softplus{});
  each(Relu{});
}

TEST_CASE("no allocation in argmin of a batch, whatever its contexts are", "[allocations]") {
  Random random(9);
  const Index n = 5;
  const auto each = [&](auto activation) {
    Picnn<double, decltype(activation), Tanh> f({.context = 3, .inputs = n, .hidden = {10, 9}, .context_hidden = {5, 5}});
    randomize(f, random);
    const Matrix<double> x = random_matrix<double>(random, 3, 7), y = random_matrix<double>(random, 3, 7);
    auto at = f.at(x);
    const auto g = regularized(at, {.proximal = 0.1});
    ArgminBatchWorkspace ws(g);
    ArgminBatch result;
    const Box box = Box::cube(n, -1, 1);
    argmin(g, box, {}, ws, result);
    at.rebind(y);
    const Settings settings;
    CHECK(count([&] { argmin(g, box, settings, ws, result); }) == 0);
    CHECK(result.all_optimal());
  };
  each(Softplus{});
  each(Relu{});
}

TEST_CASE("no allocation when a model takes over another function, nor in anything that it says", "[allocations]") {
  Random random(8);
  const auto check = [&](const auto& f, const auto& g) {
    const ModelPointer of = make_model(f, true);
    ConvexModel& model = *of;
    const Index n = model.inputs();
    const Vector<double> y = Vector<double>::Constant(n, 0.3), d = Vector<double>::Ones(n);
    Vector<double> gradient(n), product(n), slopes(model.neurons());
    Matrix<double> h(n, n);
    CHECK(count([&] {
            refresh(model, g);
            model.set_region(d);
            model.value(kernels::Order::second, y);
            model.gradient(gradient);
            model.adjoints(slopes);
            model.hessian(h);
            model.hessian_product(d, product);
            product(0) += model.cut_error() + model.value_error(y, d) + model.value_error(y);
            if (model.line(y, d)) product(0) += model.along(0.5);
            model.make_slopes(slopes);
            product(0) += model.minorant(slopes, y, d, gradient).value;
          }) == 0);
  };
  const auto check_scalar = [&](auto scalar) {
    using S = decltype(scalar);
    Ficnn<S, Softplus> f({.inputs = 6, .hidden = {30, 20}, .output = {.diagonal = true, .rank = 2, .linear = true}});
    randomize(f, random);
    const auto g = f;
    const auto vector = [&](Index size) { return random_vector<S>(random, size); };
    const auto nested = [&](const auto& one) {
      return precompose(sum(one, restrict_to(one, vector(6), {5, 4, 3, 2, 1, 0})), random_matrix<S>(random, 6, 3),
                        vector(6));
    };
    check(f, g);
    check(regularized(f, {.proximal = S(0.5), .linear = vector(6)}), regularized(g, {.center = vector(6)}));
    check(nested(f), nested(g));
  };
  check_scalar(double{});
  check_scalar(float{});
}

TEST_CASE("no allocation in batches cut into blocks, and in steps of an optimizer", "[allocations]") {
  Random random(7);
  Picnn<float, Relu> f({.context = 5, .inputs = 4, .hidden = {40, 40}, .context_hidden = {40, 40}});
  randomize(f, random);
  const auto x = random_matrix<float>(random, 5, 200), y = random_matrix<float>(random, 4, 200);
  Matrix<float> gy(4, 200), gx(5, 200), h(4, 800);
  Vector<float> gp(f.parameter_count()), before;
  Batches batches(f, {.columns = 200, .threads = 2, .block = 30, .hessian = true});
  CHECK(count([&] { batches.gradients(x, y, {.y = gy, .x = gx, .parameters = gp}); }) == 0);
  CHECK(count([&] { batches.pullback({.parameters = gp}); }) == 0);
  CHECK(count([&] { batches.mixed_product(x, y, y, {.x = gx, .parameters = gp}); }) == 0);
  CHECK(count([&] { batches.gradient_and_hessian(x, y, gy, h); }) == 0);
  Adam<float> adam;
  CHECK(take_step(f, adam, gp, 1, before));
  bool good = false;
  CHECK(count([&] { good = take_step(f, adam, gp, 1, before); }) == 0);
  CHECK(good);
}

TEST_CASE("negative control: the counter sees Eigen's allocations", "[allocations]") {
  const Matrix<double> w = Matrix<double>::Ones(50, 50);
  const Vector<double> y = Vector<double>::Ones(50);
  Vector<double> out(50);
  CHECK(count([&] { out = w * y; }) > 0);
  CHECK(count([&] { out.noalias() = w * y; }) == 0);
}
#else
TEST_CASE("SKIPPED: counting allocations needs glibc", "[allocations]") { WARN("SKIPPED: not glibc"); }
#endif
