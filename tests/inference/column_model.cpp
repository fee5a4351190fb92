// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/activations/any.hpp>
#include <icnn/inference/column_model.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/columns.hpp"
#include "tests/support/models.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

constexpr OutputTermShape whole_term{.diagonal = true, .rank = 2, .bilinear = true, .linear = true};

using TinyPicnn =
    PicnnOf<double, Context<3>, Inputs<2>, Gated<4, Softplus, 3, Tanh>, Gated<4, SmoothRelu, 3, Tanh>, Gated<1>>;

/// visit(network) for gated networks of every kind; of few types, for what visits them is compiled for each.
template <class Visit>
void each_network(Visit visit) {
  const PicnnOptions shape{.context = 3, .inputs = 4, .hidden = {8, 6}, .context_hidden = {5, 5}, .output = whole_term};
  visit(AnyPicnn<double>(shape, Softplus{}, Tanh{}));
  visit(AnyPicnn<double>({.context = 2, .inputs = 3, .hidden = {9}, .context_hidden = {4}}, LeakyRelu{}, Tanh{}));
  visit(AnyPicnn<double>({.context = 2,
                          .inputs = 3,
                          .hidden = {6, 6, 6},
                          .context_hidden = {4, 4, 4},
                          .passthrough = false,
                          .bias = false,
                          .gate = Gate::softplus},
                         Relu{}, Relu{}));
  visit(AnyPicnn<double>({.context = 2, .inputs = 3, .hidden = {6, 5}, .context_hidden = {4, 4}, .non_decreasing = {1}},
                         Elu(0.3), Tanh{}));
  visit(AnyPicnn<double>({.context = 2, .inputs = 3, .hidden = {6, 5}, .context_hidden = {4, 4}, .quadratic_rank = 2},
                         Softplus{}, Tanh{}));
  visit(Picnn<float, Softplus, Tanh>(shape));
  visit(TinyPicnn());
}

}  // namespace

TEST_CASE("a column's model says what the model of the network at its context says", "[model]") {
  Random random(1);
  each_network([&](auto f) {
    using S = typename decltype(f)::Scalar;
    randomize(f, random);
    const Index n = f.inputs();
    const auto batch = f.at(random_matrix<S>(random, f.context_size(), 3));
    for (const bool shared : {false, true}) {
      const OneColumn<std::remove_cvref_t<decltype(batch)>> column{batch, 2, shared};
      const ModelPointer model = make_model(column, true);
      const auto alone = column.template cast<double>();
      const ModelPointer reference = make_model(alone, true);
      const auto close = [](const auto& a, const auto& b) { return (a - b).norm() <= 1e-12 * (1 + b.norm()); };
      for (int k = 0; k < 5; ++k) {
        const Vector<double> y = random_vector<double>(random, n), w = random_vector<double>(random, n);
        const double value = reference->value(kernels::Order::second, y);
        CHECK(std::abs(model->value(kernels::Order::second, y) - value) <= 1e-12 * (1 + std::abs(value)));
        Vector<double> a(n), b(n), v(model->neurons()), u(v);
        Matrix<double> h(n, n), g(n, n);
        model->gradient(a);
        reference->gradient(b);
        CHECK(close(a, b));
        model->adjoints(v);
        reference->adjoints(u);
        CHECK(close(v, u));
        model->hessian(h);
        reference->hessian(g);
        CHECK(close(h, g));
        if (!shared) {  // who asks for more evaluates again
          model->hessian_product(w, a);
          CHECK(close(a, Vector<double>(g * w)));
        }
        CHECK(model->line(y, w));
        CHECK(std::abs(model->along(0.3) - alone(Vector<double>(y + 0.3 * w))) <= 1e-12 * (1 + std::abs(value)));
        CHECK(model->strong_convexity() == reference->strong_convexity());
        // Bounds are those of the same network, with room for the gates' roundings.
        const Vector<double> r = Vector<double>::Constant(n, 5);
        model->set_region(r);
        reference->set_region(r);
        model->value(kernels::Order::second, y);
        model->gradient(a);
        reference->value(kernels::Order::second, y);
        reference->gradient(b);
        CHECK(model->cut_error() >= reference->cut_error());
        CHECK(model->cut_error() <= 2 * reference->cut_error());
        CHECK(model->value_error(y) >= reference->value_error(y));
        CHECK(model->value_error(y) <= 2 * reference->value_error(y));
      }
    }
  });
}

TEST_CASE("rounding terms hold for columns, alone and in company", "[model]") {
  Random random(2);
  for (const double scale : {1e-2, 1.0, 10.0}) {
    each_network([&](auto f) {
      using S = typename decltype(f)::Scalar;
      Broken broken;
      for (int k = 0; k < 20; ++k) {
        randomize(f, random, scale);
        const auto batch = f.at(random_matrix<S>(random, f.context_size(), 3));
        const OneColumn<std::remove_cvref_t<decltype(batch)>> column{batch, k % 3, k % 2 == 1};
        const Vector<double> region = random_vector<double>(random, f.inputs(), 10).cwiseAbs();
        const Broken more = check_rounding(column, region, random, 2);
        broken.values += more.values;
        broken.cuts += more.cuts;
      }
      CHECK((broken.values > 0 && broken.cuts > 0));  // rounding is there
    });
  }
}

TEST_CASE("slopes make minorants of columns", "[model]") {
  Random random(3);
  int strict = 0;
  for (int k = 0; k < 20; ++k) {
    AnyPicnn<double> f({.context = 3, .inputs = 4, .hidden = {8, 6}, .context_hidden = {5, 5}, .output = whole_term},
                       Softplus{}, Tanh{});
    TinyPicnn tiny;
    randomize(f, random, 2);
    randomize(tiny, random, 2);
    const Matrix<double> x = random_matrix<double>(random, 3, 3);
    const auto batch = f.at(x);
    const auto of_tiny = tiny.at(x);
    check_minorants(OneColumn<std::remove_cvref_t<decltype(batch)>>{batch, 1, k % 2 == 1}, random, strict);
    check_minorants(OneColumn<std::remove_cvref_t<decltype(of_tiny)>>{of_tiny, 2, k % 2 == 1}, random, strict);
  }
  CHECK(strict > 50);
}

TEST_CASE("what was computed elsewhere is taken for that point alone", "[model]") {
  Random random(4);
  AnyPicnn<double> f({.context = 3, .inputs = 2, .hidden = {5}, .context_hidden = {4}}, Softplus{}, Tanh{});
  randomize(f, random);
  const auto batch = f.at(random_matrix<double>(random, 3, 2));
  const ModelPointer model = make_model(batch, false);
  auto& column = detail::move_to_column(*model, batch, 1);
  auto shared = column.make_shared(2, 8);
  column.share_context(shared, 0);
  const Vector<double> y = random_vector<double>(random, 2), other = random_vector<double>(random, 2);
  const double value = model->value(kernels::Order::first, y), elsewhere = model->value(kernels::Order::first, other);
  vec::copy(y, shared.point(0));
  column.evaluate(shared, kernels::Order::first, 1);
  shared.ws.values(0) += 1;  // so that it shows who is asked
  column.know(&shared, 0);
  CHECK(std::abs(model->value(kernels::Order::first, y) - value - 1) <= 1e-12);
  CHECK(model->value(kernels::Order::first, other) == elsewhere);
  column.know(nullptr, 0);
  CHECK(model->value(kernels::Order::first, y) == value);
}
