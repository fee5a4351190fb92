// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/networks/picnn_view.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

using Owner = FicnnOf<double, Inputs<3, 1, 2>, Dense<4, Softplus>, Dense<3, Softplus>, Dense<1>>;
using PartialOwner = PicnnOf<double, Context<2>, Inputs<3, 0, 1>, Gated<4, Softplus, 3, Tanh>, Gated<1>>;
const OutputTermShape view_output{.diagonal = true, .linear = true};

std::span<const double> span_of(const Vector<double>& v) { return {v.data(), static_cast<std::size_t>(v.size())}; }

}  // namespace

TEST_CASE("a view computes what the network does that its parameters come from", "[networks]") {
  Random random(1);
  Owner f({.output = view_output}, Softplus{2}, Softplus{}, Identity{});
  randomize(f, random);
  const Vector<double> parameters = f.parameters().vector();
  const FicnnView<Owner> made({.output = view_output}, span_of(parameters), Softplus{2}, Softplus{}, Identity{}), of_f(f);
  for (const auto* view : {&made, &of_f}) {
    CHECK(view->parameter_count() == f.parameter_count());
    CHECK(view->shape_key() == f.shape_key());
    CHECK(view->regularity() == f.regularity());
    CHECK(view->strong_convexity() == f.strong_convexity());
    CHECK(view->depth() == 3);
    auto ws = view->workspace();
    auto ws_f = f.workspace();
    for (int k = 0; k < 5; ++k) {
      const Vector<double> y = random_vector<double>(random, 3), w = random_vector<double>(random, 3);
      Vector<double> g(3), gp(f.parameter_count()), of_g(3), of_gp(f.parameter_count());
      CHECK(view->gradients(y, {.y = g, .parameters = gp}, ws) == f.gradients(y, {.y = of_g, .parameters = of_gp}, ws_f));
      CHECK((g == of_g && gp == of_gp));
      CHECK(view->hessian(y) == f.hessian(y));
      view->hessian_product(y, w, g, ws);
      f.hessian_product(y, w, of_g, ws_f);
      CHECK(g == of_g);
    }
    const Matrix<double> batch = random_matrix<double>(random, 3, 5);
    CHECK((*view)(batch) == f(batch));
  }
}

TEST_CASE("a view of a PICNN, and at a context with the effective weights of at(x)", "[networks]") {
  Random random(2);
  const PicnnOptions options{.gate = Gate::softplus, .output = {.diagonal = true, .bilinear = true}};
  PartialOwner f(options);
  randomize(f, random);
  const PicnnView<PartialOwner> made(options, span_of(f.parameters().vector())), of_f(f);
  for (const auto* view : {&made, &of_f}) {
    auto ws = view->workspace();
    auto ws_f = f.workspace();
    PicnnView<PartialOwner>::EffectiveWeights weights;
    for (int k = 0; k < 5; ++k) {
      const Vector<double> x = random_vector<double>(random, 2), y = random_vector<double>(random, 3);
      Vector<double> gx(2), of_gx(2), gp(f.parameter_count()), of_gp(f.parameter_count());
      CHECK(view->gradients(x, y, {.x = gx, .parameters = gp}, ws) ==
            f.gradients(x, y, {.x = of_gx, .parameters = of_gp}, ws_f));
      CHECK((gx == of_gx && gp == of_gp));
      const auto at = view->at(x, ws, weights);
      const auto of_at = f.at(x);
      CHECK(at(y) == of_at(y));
      CHECK(at.parameter_count() == of_at.parameter_count());
      CHECK(std::equal(at.parameters().begin(), at.parameters().end(), of_at.parameters().data()));
    }
  }
}

TEST_CASE("views refuse parameters that make no convex network, and options that they do not keep", "[networks]") {
  Random random(3);
  Owner f({.output = view_output});
  randomize(f, random);
  const Vector<double> good = f.parameters().vector();
  const auto view = [](const Vector<double>& parameters, const FicnnOptions& options = {.output = view_output}) {
    return FicnnView<Owner>(options, span_of(parameters)).inputs();
  };
  CHECK(view(good) == 3);
  const auto with = [&](const char* block, double value) {
    Vector<double> p = good;
    p(f.layout()[block].offset) = value;
    return p;
  };
  CHECK_ERROR(view(with("Wz[1]", -1e-300)), "W^z >= 0, as Proposition 1 requires, got a negative number in layer 1");
  CHECK_ERROR(view(with("Wz[2]", -1)), "a negative number in layer 2");
  CHECK_ERROR(view(with("D", -1)), "D >= 0");
  CHECK_ERROR(view(with("b[0]", std::nan(""))), "finite parameters");
  CHECK_ERROR(view(with("d", infinity)), "finite parameters");
  CHECK_ERROR(view(good.head(good.size() - 1)), "parameters, got");
  CHECK_ERROR(view(good, {.output = {}}), "parameters, got");
  CHECK_ERROR(view({}), "parameters, got 0");
  CHECK_ERROR(view(good, {.inputs = 4, .output = view_output}), "the sizes that are in the type");
  CHECK_ERROR(view(good, {.hidden = {4, 3}, .output = view_output}), "hidden widths in the type alone");
  CHECK_ERROR(view(good, {.non_decreasing = {0}, .output = {.linear = true}}), "no non-decreasing inputs");
  CHECK_ERROR(view(good, {.output = {.diagonal = true, .rank = 3}}), "the output.rank of the type, 2");
  CHECK_ERROR(view(good, {.quadratic_rank = 2}), "the quadratic_rank of the type");
  // What belongs to another function.
  const PartialOwner g;
  const PicnnView<PartialOwner> partial(g);
  auto ws = partial.workspace();
  ws.key += 1;
  PicnnView<PartialOwner>::EffectiveWeights weights;
  CHECK_ERROR(partial.at(Vector<double>::Ones(2), ws, weights).inputs(), "a workspace made by this function's workspace()");
}
