// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/lifetime.hpp>
#include <icnn/functions/regularized.hpp>
#include <icnn/functions/sum.hpp>
#include <icnn/inference/argmin.hpp>
#include <icnn/networks/picnn.hpp>
#include <icnn/networks/picnn_batch.hpp>

#include <optional>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

/// What refers to a network knows when that is gone.
using namespace icnn;
using namespace icnn::test;

namespace {

using Network = Picnn<double, Softplus>;

Network network(std::uint64_t seed) {
  Random random(seed);
  Network g({.context = 2, .inputs = 3, .hidden = {4}, .context_hidden = {3}});
  randomize(g, random);
  return g;
}

const Matrix<double> contexts = Matrix<double>::Constant(2, 2, 0.25), points = Matrix<double>::Constant(3, 2, 0.5);
constexpr const char* gone = "it has been destroyed";

/// A network and what was made from it.
struct Holder {
  explicit Holder(Network&& network) : g(std::move(network)), batch(g.at(contexts)) {}
  Network g;
  decltype(std::declval<const Network&>().at(contexts)) batch;
};

auto from_a_local() {
  const Network g = network(1);
  return g.at(contexts);
}

}  // namespace

TEST_CASE("a lifetime ends with its object, and is not handed on", "[core]") {
  std::optional<Lifetime> life(std::in_place);
  const auto first = life->watch();
  const Lifetime copy = *life;
  const Lifetime moved = std::move(*life);
  CHECK(!first.expired());
  life.reset();
  CHECK(first.expired());
  CHECK((!copy.watch().expired() && !moved.watch().expired()));
  Lifetime assigned;
  const auto mine = assigned.watch();
  assigned = copy;
  CHECK(!mine.expired());  // the object is still where it was
}

TEST_CASE("a batch of a network that is gone is refused", "[core]") {
  const auto lost = from_a_local();
  CHECK_ERROR(lost(points), gone);
  CHECK_ERROR(lost.workspace(), gone);

  std::optional<Holder> first(std::in_place, network(2));
  const Holder copy = *first;  // refers to the network of the first
  const auto values = first->batch(points);
  CHECK(copy.batch(points) == values);
  first.reset();
  CHECK_ERROR(copy.batch(points), gone);
  CHECK(copy.g.at(contexts)(points) == values);  // which is made anew in the copy
}

TEST_CASE("functions made from one that is gone are refused, and argmin with them", "[core]") {
  const Vector<double> x = Vector<double>::Constant(2, 0.5), y = Vector<double>::Constant(3, 0.5);
  auto f = std::make_unique<decltype(network(3).at(x))>(network(3).at(x));
  const auto strong = regularized(*f, {.proximal = 1.0});
  const auto total = sum(*f, *f);
  const auto nested = regularized(total, {.proximal = 1.0});
  const double value = strong(y);
  auto ws = strong.workspace();
  ArgminWorkspace<std::remove_const_t<decltype(strong)>> argmin_ws(strong);
  const auto owned = regularized(std::move(*f), {.proximal = 1.0});  // what is handed over is owned
  CHECK(owned(y) == value);
  f.reset();
  CHECK(owned(y) == value);
  CHECK_ERROR(strong.value(y, ws), gone);
  CHECK_ERROR(strong.gradient(y), gone);
  CHECK_ERROR(total(y), gone);
  CHECK_ERROR(nested(y), gone);
  CHECK_ERROR(argmin(strong, Box::unit(3)), gone);
  Result r;
  CHECK_ERROR(argmin(strong, Box::unit(3), {}, argmin_ws, r), gone);
}
