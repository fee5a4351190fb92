// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/relu.hpp>
#include <icnn/activations/tanh.hpp>
#include <icnn/networks/feed_forward.hpp>
#include <icnn/networks/sparse_feed_forward.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

SparseColumns<double> random_columns(Random& random, Index rows, Index cols) {
  SparseColumns<double> x(rows);
  for (Index c = 0; c < cols; ++c) {
    for (Index r = 0; r < rows; ++r)
      if (random.uniform() < 0.2) x.add(r, random.normal());
    x.end_column();
  }
  return x;
}

}  // namespace

TEST_CASE("a sparse layer equals a dense feed-forward network on the same numbers", "[sparse_layer]") {
  Random random(1);
  const SparseColumns<double> x = random_columns(random, 30, 7);
  SparseFeedForward<double, Tanh> sparse({.inputs = 30, .width = 5});
  randomize(sparse, random);
  FeedForward<double, Tanh, Tanh> dense({.inputs = 30, .hidden = {}, .outputs = 5});
  dense.edit([&](auto& w) {
    w["W[0]"] = sparse.parameters()["W[0]"];
    w["b[0]"] = sparse.parameters()["b[0]"];
  });
  auto ws = sparse.workspace({.columns = 8});
  CHECK((sparse.value(x, ws) - dense(x.dense())).norm() < 1e-14);
  const Matrix<double> seeds = random_matrix<double>(random, 5, 7);
  Vector<double> gradient(sparse.parameter_count()), expected(dense.parameter_count());
  auto dense_ws = dense.workspace({.columns = 7});
  for (const bool given : {true, false}) {
    const Matrix<double> used = given ? seeds : Matrix<double>(Matrix<double>::Ones(5, 7));
    dense.gradients(x.dense(), {.parameters = expected, .seeds = used}, dense_ws);
    if (given) {
      sparse.pullback({.parameters = gradient, .seeds = seeds}, ws);
    } else {
      sparse.pullback({.parameters = gradient}, ws);
    }
    CHECK((gradient - expected).norm() < 1e-13);
  }
  sparse.pullback({.parameters = gradient, .accumulate = true}, ws);
  CHECK((gradient - 2 * expected).norm() < 1e-13);
  const Selection bias = select(sparse.layout(), [](const Block& block) { return block.name == "b[0]"; });
  gradient.setConstant(42);
  sparse.pullback({.parameters = gradient, .only = bias}, ws);
  CHECK((gradient.head(150).array() == 42).all());
  CHECK((gradient.tail(5) - expected.tail(5)).norm() < 1e-13);
  const auto copy = sparse;
  CHECK(copy == sparse);
}

TEST_CASE("a sparse layer refuses what does not fit", "[sparse_layer]") {
  CHECK_ERROR((SparseFeedForward<double, Relu>({.inputs = 0, .width = 1})), "sizes of at least 1");
  CHECK_ERROR((SparseFeedForward<double, Relu>({.width = 4})), "sizes of at least 1, got 4 x 0");
  SparseFeedForward<double, Relu> layer({.inputs = 3, .width = 2});
  auto ws = layer.workspace({.columns = 2});
  Vector<double> gradient(8);
  CHECK_ERROR(layer.pullback({.parameters = gradient}, ws), "value() as the latest call");
  Random random(1);
  CHECK_ERROR(layer.value(random_columns(random, 3, 3), ws), "x of shape 3 x B with 1 <= B <= 2");
  CHECK_ERROR(layer.value(random_columns(random, 4, 2), ws), "x of shape 3 x B");
  CHECK_ERROR(layer.value(SparseColumns<double>(3), ws), "x of shape 3 x B");
  const auto x = random_columns(random, 3, 2);
  layer.value(x, ws);
  CHECK_ERROR(layer.pullback({.x = gradient}, ws), "a gradient in the parameters alone");
  Vector<double> wrong(7);
  CHECK_ERROR(layer.pullback({.parameters = wrong}, ws), "the gradient in the parameters of shape 8 x 1");
  auto other = SparseFeedForward<double, Relu>({.inputs = 4, .width = 2}).workspace();
  CHECK_ERROR(layer.value(x, other), "a workspace made by this layer");
}
