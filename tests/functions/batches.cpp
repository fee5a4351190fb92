// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/relu.hpp>
#include <icnn/activations/softplus.hpp>
#include <icnn/activations/tanh.hpp>
#include <icnn/functions/batches.hpp>
#include <icnn/functions/regularized.hpp>
#include <icnn/networks/feed_forward.hpp>
#include <icnn/networks/picnn_batch.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

const std::vector<BatchOptions> cuts{{.columns = 300},
                                     {.columns = 300, .block = 7},
                                     {.columns = 300, .threads = 2},
                                     {.columns = 400, .threads = 3, .block = 16},
                                     {.columns = 300, .threads = 8, .block = 1000}};

Picnn<double, Softplus, Tanh> network() {
  Random random(1);
  Picnn<double, Softplus, Tanh> f({.context = 3,
                                   .inputs = 4,
                                   .hidden = {9, 7},
                                   .context_hidden = {8, 8},
                                   .output = {.diagonal = true, .rank = 2, .bilinear = true}});
  randomize(f, random);
  return f;
}

double difference(const Matrix<double>& a, const Matrix<double>& b) { return (a - b).norm() / (1 + b.norm()); }

}  // namespace

TEST_CASE("blocks and threads give what one workspace gives", "[batches]") {
  Random random(2);
  const auto f = network();
  for (const BatchOptions& options : cuts)
    for (const Index n : {1, 2, 5, 16, 17, 129, 300}) {
      INFO(options.threads << " threads, blocks of " << options.block << ", " << n << " columns");
      BatchOptions with = options;
      with.hessian = true;
      Batches batches(f, with);
      const auto x = random_matrix<double>(random, 3, n), y = random_matrix<double>(random, 4, n),
                 w = random_matrix<double>(random, 4, n), seeds = random_matrix<double>(random, 1, n);
      auto ws = f.workspace({.columns = n});
      struct Results {
        Matrix<double> y, x, h;
        Vector<double> p;
        explicit Results(const Picnn<double, Softplus, Tanh>& net, Index columns)
            : y(Matrix<double>::Ones(4, columns)),
              x(Matrix<double>::Ones(3, columns)),
              h(Matrix<double>::Ones(4, 4 * columns)),
              p(Vector<double>::Ones(net.parameter_count())) {}
        Wanted<double> wanted(const Matrix<double>& c, bool accumulate) {
          return {.y = y,
                  .x = x,
                  .parameters = p,
                  .seeds = MatrixView<const double>(c.data(), 1, c.cols(), 1),
                  .accumulate = accumulate};
        }
        double operator-(const Results& o) const {
          return difference(y, o.y) + difference(x, o.x) + difference(h, o.h) + difference(p, o.p);
        }
      };
      Results ours(f, n), theirs(f, n);
      CHECK(difference(batches.value(x, y), f.value(x, y, ws)) < 1e-14);
      for (const bool accumulate : {false, true}) {
        CHECK(difference(batches.gradients(x, y, ours.wanted(seeds, accumulate)),
                         f.gradients(x, y, theirs.wanted(seeds, accumulate), ws)) < 1e-14);
        CHECK(ours - theirs < 1e-13);
        batches.pullback(ours.wanted(w.row(0), accumulate));
        f.pullback(theirs.wanted(w.row(0), accumulate), ws);
        CHECK(ours - theirs < 1e-13);
        CHECK(difference(batches.mixed_product(x, y, w, ours.wanted(seeds, accumulate)),
                         f.mixed_product(x, y, w, theirs.wanted(seeds, accumulate), ws)) < 1e-13);
        CHECK(ours - theirs < 1e-13);
      }
      batches.gradient_and_hessian(x, y, ours.y, ours.h);
      f.gradient_and_hessian(x, y, theirs.y, theirs.h, ws);
      CHECK(ours - theirs < 1e-13);
    }
}

TEST_CASE("the same number of threads gives the same bits, and chosen blocks of parameters alone are touched", "[batches]") {
  Random random(3);
  const auto f = network();
  const auto x = random_matrix<double>(random, 3, 200), y = random_matrix<double>(random, 4, 200);
  const Selection only = select(f.layout(), [](const Block& block) { return block.layer == 1 && block.name[0] == 'W'; });
  for (const Index threads : {1, 2, 3}) {
    Batches batches(f, {.columns = 200, .threads = threads, .block = 32});
    Vector<double> first(f.parameter_count()), again = first, chosen = Vector<double>::Constant(first.size(), 3);
    batches.gradients(x, y, {.parameters = first});
    batches.gradients(x, y, {.parameters = again});
    CHECK(first == again);
    batches.gradients(x, y, {.parameters = chosen, .only = only});
    for (std::size_t i = 0; i < only.size(); ++i) {
      const Block& block = f.layout().blocks()[i];
      const auto part = chosen.segment(block.offset, block.size());
      const bool good = only[i] != 0 ? part == first.segment(block.offset, block.size()) : (part.array() == 3).all();
      CHECK(good);
    }
  }
}

TEST_CASE("batches of feed-forward networks and of combined functions", "[batches]") {
  Random random(4);
  FeedForward<double, Tanh> g({.inputs = 3, .hidden = {8}, .outputs = 2});
  randomize(g, random);
  const auto x = random_matrix<double>(random, 3, 50), seeds = random_matrix<double>(random, 2, 50);
  Batches batches(g, {.columns = 64, .threads = 2, .block = 10});
  auto ws = g.workspace({.columns = 50});
  Vector<double> ours(g.parameter_count()), theirs = ours;
  CHECK(difference(batches.gradients(x, {.parameters = ours, .seeds = seeds}),
                   g.gradients(x, {.parameters = theirs, .seeds = seeds}, ws)) < 1e-14);
  CHECK(difference(ours, theirs) < 1e-13);
  CHECK_ERROR(batches.gradients(x, {.y = ours}), "a feed-forward network has no y");

  const auto f = network();
  const auto at = f.at(Vector<double>(x.col(0)));
  const auto h = regularized(at, {.proximal = 0.3});
  const auto y = random_matrix<double>(random, 4, 50);
  Batches combined(h, {.columns = 50, .block = 8});
  auto room = h.workspace({.columns = 50});
  Matrix<double> a(4, 50), b(4, 50);
  CHECK(difference(combined.gradients(y, {.y = a}), h.gradients(y, {.y = b}, room)) < 1e-14);
  CHECK(difference(a, b) < 1e-14);
}

TEST_CASE("batches refuse wrong shapes before a thread begins", "[batches]") {
  const auto f = network();
  Batches batches(f, {.columns = 10, .threads = 2, .block = 2});
  const Matrix<double> x = Matrix<double>::Zero(3, 10), y = Matrix<double>::Zero(4, 10);
  Matrix<double> small(4, 9), h(4, 40);
  Vector<double> p(3);
  CHECK_ERROR(batches.value(x.leftCols(0), y.leftCols(0)), "a batch of shape");
  CHECK_ERROR(batches.value(Matrix<double>::Zero(3, 11), Matrix<double>::Zero(4, 11)), "a batch of shape 4 x 1..10");
  CHECK_ERROR(batches.value(x.leftCols(9), y), "contexts x");
  CHECK_ERROR(batches.gradients(x, x, {}), "a batch of shape");
  CHECK_ERROR(batches.gradients(x, y, {.y = small}), "the gradient in y");
  CHECK_ERROR(batches.gradients(x, y, {.parameters = p}), "the gradient in the parameters");
  CHECK_ERROR(batches.gradients(x, y, {.seeds = MatrixView<const double>(y.data(), 1, 3, 1)}), "seeds");
  CHECK_ERROR(batches.mixed_product(x, y, x, {}), "a direction w");
  CHECK_ERROR(batches.gradient_and_hessian(x, y, {}, h), "room for Hessians");
  CHECK_ERROR(batches.pullback({}), "gradients() as the latest call");
  batches.gradients(x, y, {});
  batches.value(x, y);
  CHECK_ERROR(batches.pullback({}), "gradients() as the latest call");
  const auto bound = f.at(x);
  CHECK_ERROR(Batches(bound, {.columns = 10}), "a function of any number of columns");
  CHECK_ERROR(Batches(f, {.columns = 0}), "columns >= 1");
  CHECK_ERROR(Batches(f, {.threads = 0}), "threads >= 1");
  CHECK_ERROR(Batches(f, {.block = 0}), "block >= 1");
}
