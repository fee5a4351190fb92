// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin_batch.hpp>

#include <icnn/activations/any.hpp>
#include <icnn/activations/leaky_relu.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// Of one type, whatever the activation, so that all is compiled once.
AnyPicnn<double> energy(const AnyActivation& activation, Index n, Random& random) {
  AnyPicnn<double> f({.context = 3,
                      .inputs = n,
                      .hidden = {12, 10},
                      .context_hidden = {8, 8},
                      .output = {.diagonal = true, .bilinear = true, .linear = true}},
                     activation, Tanh{});
  randomize(f, random);
  return f;
}

bool same_column(const ArgminBatch& a, Index c, const ArgminBatch& b, Index d) {
  return a.y.col(c) == b.y.col(d) && a.values(c) == b.values(d) && a.lower_bounds(c) == b.lower_bounds(d) &&
         a.statuses[static_cast<std::size_t>(c)] == b.statuses[static_cast<std::size_t>(d)];
}

}  // namespace

TEST_CASE("a batch is solved column by column, whatever else is in it", "[argmin_batch]") {
  Random random(1);
  const Index n = 4, columns = 37;  // which are begun as others end
  const Matrix<double> x = random_matrix<double>(random, 3, columns);
  const Settings settings{.relative_gap = 1e-9};
  const auto each = [&](const auto& net, const auto& make, const auto& set) {
    const auto at = net.at(x);
    const auto f = make(at);
    const ArgminBatch found = argmin(f, set, settings);
    CHECK(found.all_optimal());
    CHECK(found.largest_gap() <= 1e-8 * (1 + found.values.cwiseAbs().maxCoeff()));
    for (Index c = 0; c < columns; ++c) {
      const auto alone_at = net.at(Vector<double>(x.col(c)));
      const Result alone = argmin(make(alone_at), set, settings);
      CHECK(found.lower_bounds(c) <= alone.value + alone.value_error);
      CHECK(alone.lower_bound <= found.values(c) + found.value_errors(c));
      CHECK(found.column(c).gap() == found.gap(c));
    }
    // Others beside them, in another order, and with more threads: the same bits.
    Matrix<double> others(3, 4);
    others << x.col(5), x.col(2), random_matrix<double>(random, 3, 1), x.col(0);
    const auto at_others = net.at(others);
    const ArgminBatch mixed = argmin(make(at_others), set, settings);
    CHECK(same_column(mixed, 0, found, 5));
    CHECK(same_column(mixed, 1, found, 2));
    CHECK(same_column(mixed, 3, found, 0));
    ArgminBatchWorkspace ws(f, {.threads = 3});
    ArgminBatch threaded;
    for (int twice = 0; twice < 2; ++twice) {
      argmin(f, set, settings, ws, threaded);
      for (Index c = 0; c < columns; ++c) CHECK(same_column(threaded, c, found, c));
    }
    Settings warm = settings;
    warm.warm_start = true;
    argmin(f, set, warm, ws, threaded);
    CHECK(threaded.all_optimal());
    CHECK((threaded.values - found.values).cwiseAbs().maxCoeff() <= 1e-7);
  };
  const auto smooth = energy(Softplus{}, n, random);
  const auto kinked = energy(LeakyRelu{}, n, random);
  const auto bare = [](const auto& f) { return regularized(f, {}); };
  const auto both = [&](const auto& net) {
    each(net, bare, Box::cube(n, -1, 1));
    each(net, bare, Simplex(n));
    each(net, bare, Polyhedron(Box::cube(n, -1, 1), Matrix<double>::Ones(1, n), Vector<double>::Constant(1, 0.5)));
    each(
        net, [](const auto& f) { return regularized(f, {.entropy = 0.2}); }, Box::unit(n));
  };
  both(smooth);
  both(kinked);
  const ArgminBatch plain = argmin(kinked.at(x), Box::cube(n, -1, 1), settings);
  CHECK(same_column(plain, 3, argmin(regularized(kinked.at(x), {}), Box::cube(n, -1, 1), settings), 3));

  // Boxes of their own beside an entropy, one of them another than the entropy's: told before any thread begins.
  const auto entropic = regularized(smooth.at(x), {.entropy = 0.2});
  std::vector<Box> boxes(static_cast<std::size_t>(columns), Box::unit(n));
  CHECK(argmin(entropic, boxes, settings).all_optimal());
  boxes[5] = Box::cube(n, -1, 1);
  CHECK_ERROR(argmin(entropic, boxes, settings), "the box of the entropy");

  // Known values of their own.
  const auto at = smooth.at(x);
  const Matrix<double> known = random_matrix<double>(random, n, columns);
  const ArgminBatch part = argmin(restrict_to(at, known, {0, 2}), Box::cube(2, -1, 1), settings);
  const auto both_ways = regularized(restrict_to(regularized(at, {.proximal = 0.5}), known, {0, 2}), {.proximal = 0.25});
  const ArgminBatch of_both = argmin(both_ways, Box::cube(2, -1, 1), settings);
  CHECK((part.all_optimal() && of_both.all_optimal()));
  for (Index c = 0; c < columns; ++c) {
    const auto alone = restrict_to(smooth.at(Vector<double>(x.col(c))), Matrix<double>(known.col(c)), {0, 2});
    CHECK(std::abs(part.values(c) - argmin(alone, Box::cube(2, -1, 1), settings).value) <=
          1e-8 * (1 + std::abs(part.values(c))));
    const auto both_alone = regularized(restrict_to(regularized(smooth.at(Vector<double>(x.col(c))), {.proximal = 0.5}),
                                                    Matrix<double>(known.col(c)), {0, 2}),
                                        {.proximal = 0.25});
    CHECK(std::abs(of_both.values(c) - argmin(both_alone, Box::cube(2, -1, 1), settings).value) <=
          1e-8 * (1 + std::abs(part.values(c))));
  }
}

TEST_CASE("in lockstep or one after the other: the same minima", "[argmin_batch]") {
  Random random(4);
  const Index columns = 21;
  int other_bits = 0;
  const auto check = [&](const auto& net, const auto& set, const Settings& settings) {
    using S = typename std::remove_cvref_t<decltype(net)>::Scalar;
    const auto at = net.at(random_matrix<S>(random, net.context_size(), columns));
    const ArgminBatch together = argmin(at, set, settings);
    Settings timed = settings;
    timed.time_limit = 1e6;  // each problem's own, so that they are solved one after the other
    const ArgminBatch alone = argmin(at, set, timed);
    CHECK((together.all_optimal() && alone.all_optimal()));
    for (Index c = 0; c < columns; ++c) {
      CHECK(together.lower_bounds(c) <= alone.values(c) + alone.value_errors(c));
      CHECK(alone.lower_bounds(c) <= together.values(c) + together.value_errors(c));
      other_bits += same_column(together, c, alone, c) ? 0 : 1;
    }
    CHECK(std::abs(together.values.sum() - alone.values.sum()) <= 1e-5 * (1 + alone.values.cwiseAbs().sum()));
  };
  const auto cube = [](const auto& net) { return Box::cube(net.inputs(), -1, 1); };
  const auto smooth = energy(Softplus{}, 4, random), wide = energy(Softplus{}, 33, random);
  const auto kinked = energy(Relu{}, 4, random), wide_and_kinked = energy(Relu{}, 33, random);
  check(smooth, cube(smooth), {});
  check(wide, cube(wide), {});  // by gradients at first, which know no lockstep
  check(wide, cube(wide), {.method = Method::newton});
  check(kinked, cube(kinked), {});
  check(wide_and_kinked, cube(wide_and_kinked), {});
  check(kinked, cube(kinked), {.method = Method::bundle});
  check(kinked, Ball(Vector<double>::Zero(4), 1), {.relative_gap = 1e-4});
  check(smooth.cast<float>(), cube(smooth), {});
  check(kinked.cast<float>(), cube(kinked), {});
  PicnnOf<double, Context<3>, Inputs<2>, Gated<7, Softplus, 4, Tanh>, Gated<5, Softplus, 4, Tanh>, Gated<1>> tiny;
  randomize(tiny, random);
  check(tiny, cube(tiny), {});
  CHECK(other_bits > columns);  // two ways to compute them
}

TEST_CASE("a float network's batch has the weights of now", "[argmin_batch]") {
  Random random(5);
  auto f = energy(Softplus{}, 3, random).cast<float>();
  const Box box = Box::cube(3, -1, 1);
  const Matrix<float> x = random_matrix<float>(random, 3, 5);
  auto at = f.at(x);
  ArgminBatchWorkspace ws(at);
  ArgminBatch result;
  argmin(at, box, {}, ws, result);
  randomize(f, random);
  at.rebind(x);
  argmin(at, box, {}, ws, result);
  const ArgminBatch anew = argmin(f.at(x), box);
  for (Index c = 0; c < 5; ++c) CHECK(same_column(result, c, anew, c));
}

TEST_CASE("one problem without a point, one that is not finite, and a budget of one leave the others alone",
          "[argmin_batch]") {
  Random random(2);
  const Index n = 3;
  const auto f = energy(LeakyRelu{}, n, random);
  Matrix<double> x = random_matrix<double>(random, 3, 4);
  const Box box = Box::cube(n, -1, 1);
  const ArgminBatch good = argmin(f.at(x), box);

  Matrix<double> broken = x;
  broken(1, 2) = std::nan("");
  const ArgminBatch one_bad = argmin(f.at(broken), box);
  CHECK(one_bad.statuses[2] == Status::non_finite);
  for (const Index c : {0, 1, 3}) CHECK(same_column(one_bad, c, good, c));

  const Matrix<double> sum = Matrix<double>::Ones(1, n);
  const auto at_most = [&](double limit) { return Polyhedron(box, sum, Vector<double>::Constant(1, limit)); };
  std::vector<Polyhedron> sets(4, at_most(0.5));
  const ArgminBatch all = argmin(f.at(x), sets);
  CHECK(all.all_optimal());
  sets[1] = at_most(-4);  // which no point of the box has
  const ArgminBatch one_empty = argmin(f.at(x), sets);
  CHECK(one_empty.statuses[1] == Status::infeasible);
  for (const Index c : {0, 2, 3}) CHECK(same_column(one_empty, c, all, c));

  const ArgminBatch hurried = argmin(f.at(x), box, {.max_evaluations = 1});
  for (Index c = 0; c < 4; ++c) {
    CHECK(hurried.evaluations[static_cast<std::size_t>(c)] == 1);
    CHECK(hurried.lower_bounds(c) <= good.values(c) + good.value_errors(c));
    CHECK(good.lower_bounds(c) <= hurried.values(c) + hurried.value_errors(c));
  }
}

TEST_CASE("misuse of a batch is told, and leaves the result alone", "[argmin_batch]") {
  Random random(3);
  const auto f = energy(Softplus{}, 3, random);
  const Matrix<double> x = random_matrix<double>(random, 3, 4);
  const auto at = f.at(x);
  const auto three = f.at(Matrix<double>(x.leftCols(3)));
  ArgminBatchWorkspace ws(at);
  ArgminBatch result;
  const Box box = Box::cube(3, -1, 1);
  argmin(at, box, {}, ws, result);
  const Matrix<double> kept = result.y;
  CHECK_ERROR(argmin(at, Box::cube(2, -1, 1), {}, ws, result), "a set in 3 dimensions");
  CHECK_ERROR(argmin(at, std::vector<Box>(3, box), {}, ws, result), "a set for each of 4 columns");
  CHECK_ERROR(argmin(at, box, {.relative_gap = -1}, ws, result), "relative_gap");
  CHECK_ERROR(argmin(at, box, {.certificate = true}, ws, result), "no certificate");
  CHECK_ERROR(argmin(three, box, {}, ws, result), "a workspace made for this function");
  CHECK_ERROR(argmin(at, box, {.method = Method::bundle, .start = Vector<double>::Zero(2)}, ws, result), "a start");
  result.y(0, 0) = std::nan("");
  CHECK_ERROR(argmin(at, box, {.warm_start = true}, ws, result), "a finite result.y");
  result.y(0, 0) = kept(0, 0);
  CHECK(result.y == kept);
  CHECK_ERROR((ArgminBatchWorkspace<std::remove_cvref_t<decltype(at)>>(at, {.threads = 0})), "threads >= 1");
  CHECK_ERROR(at.column(4), "a number in 0..3");
  auto other = energy(Softplus{}, 2, random).at(Vector<double>(x.col(0)));
  CHECK_ERROR(at.move_to_column(0, other), "one of another shape");
  CHECK((at.column(2).parameters().vector() - f.at(Vector<double>(x.col(2))).parameters().vector()).norm() <= 1e-12);
}

TEST_CASE("a method on its way says where it begins, whatever it has solved before", "[argmin_batch]") {
  Random random(9);
  const Index n = 4;
  for (const AnyActivation& activation : {AnyActivation(Softplus{}), AnyActivation(LeakyRelu{})}) {
    const auto net = energy(activation, n, random);
    const auto f = net.at(random_matrix<double>(random, 3, 1));
    const Box box = Box::cube(n, -1, 1);
    ArgminWorkspace ws(f);
    detail::move_to_column(*ws.model, f, 0);
    Plan plan = choose_method(f.regularity(), n, kind_of<Box>, false, Method::automatic);
    Result result;
    for (const double at : {0.25, -0.5}) {
      const Settings settings{.start = Vector<double>::Constant(n, at)};
      detail::check_problem(n, n, settings, ws.methods, result);
      ws.prepare(plan, f, settings.method);
      REQUIRE(detail::MethodOnItsWay::can_be(plan));
      detail::RegionOf<Box> region(box, false, settings, ws.methods);
      REQUIRE(detail::start(region.get(), settings, ws.methods, result));
      detail::MethodOnItsWay method;
      method.begin(*ws.model, region.get(), plan, settings, ws.methods, result);
      CHECK((method.point().map().array() == at).all());
      while (method.step()) {
      }
      CHECK(result.status == Status::optimal);
    }
  }
}
