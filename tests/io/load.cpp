// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/load.hpp>

#include "tests/support/cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/files.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// f, stored and read again, is f: in its own type, bit for bit.
template <class F>
void check_round_trip(F f, Random& random) {
  randomize(f, random);
  const std::string bytes = saved(f);
  CHECK(loaded<F>(bytes) == f);
  CHECK(saved(loaded<F>(bytes)) == bytes);
}

/// All shapes of a network of run-time sizes and one scalar.
template <class S>
void check_shapes(Random& random) {
  const OutputTermShape all{.diagonal = true, .rank = 2, .linear = true};
  check_round_trip(Ficnn<S, Softplus>({.inputs = 1}), random);
  check_round_trip(Ficnn<S, Softplus>({.inputs = 3, .hidden = {5}, .output = all}, Softplus(1.0 / 3)), random);
  check_round_trip(Ficnn<S, Relu, Square>({.inputs = 2, .hidden = {4, 1, 6}, .passthrough = false, .bias = false}), random);
  check_round_trip(Ficnn<S, Relu>({.inputs = 3, .hidden = {4, 4}, .non_decreasing = {0, 2}}), random);
  check_round_trip(AnyFicnn<S>({.inputs = 2, .hidden = {3, 4, 5, 6}},
                               Activations<AnyActivation, AnyFirstActivation, AnyActivation>{
                                   {Softplus(2), Relu{}, Celu(0.3)}, AbsoluteValue{}, LeakyRelu(0.125)}),
                   random);
  check_round_trip(Ficnn<S, Softplus>({.inputs = 3, .hidden = {4, 2}, .quadratic_rank = 2}), random);
  check_round_trip(Picnn<S, Relu>({.context = 2, .inputs = 1}), random);
  check_round_trip(Picnn<S, Relu>({.context = 2, .inputs = 3, .hidden = {4}, .context_hidden = {2}, .quadratic_rank = 1}),
                   random);
  check_round_trip(Picnn<S, Softplus, Tanh>({.context = 2,
                                             .inputs = 3,
                                             .hidden = {4, 5},
                                             .context_hidden = {6, 7},
                                             .gate = Gate::softplus,
                                             .output = {.diagonal = true, .rank = 1, .bilinear = true, .linear = true}}),
                   random);
  check_round_trip(AnyPicnn<S>({.context = 4, .inputs = 2, .hidden = {3}, .context_hidden = {3}, .bias = false}, Elu(0.5),
                               Sigmoid{}, SquaredLeakyRelu(0.5)),
                   random);
  check_round_trip(FeedForward<S, Tanh, Sigmoid>({.inputs = 3, .hidden = {4, 5}, .outputs = 2}), random);
  check_round_trip(AnyFeedForward<S>({.inputs = 3, .bias = false}), random);
  check_round_trip(SparseFeedForward<S, Softplus>({.inputs = 7, .width = 3}, Softplus(4)), random);
}

Ficnn<double, Softplus> example() {
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3, 4}, .output = {.diagonal = true}});
  Random random(1);
  randomize(f, random);
  return f;
}

}  // namespace

TEST_CASE("networks of run-time sizes are the same when they are read again", "[io]") {
  Random random(1);
  check_shapes<double>(random);
  check_shapes<float>(random);
}

TEST_CASE("networks with sizes in the type are the same when they are read again, and as the other kind", "[io]") {
  Random random(2);
  using Tiny = FicnnOf<double, Inputs<3>, Dense<4, Celu>, Dense<5, Softplus>, Dense<2, Relu>, Dense<1>>;
  Tiny f({}, Celu(0.25), Softplus(3), Relu{}, Identity{});
  check_round_trip(f, random);
  check_round_trip(FicnnOf<float, Inputs<2>, Dense<1>>(), random);
  check_round_trip(FicnnOf<double, Inputs<3, 2>, Dense<4, Softplus>, Dense<1>>(), random);
  check_round_trip(PicnnOf<double, Context<2>, Inputs<3>, Gated<4, Softplus, 5, Tanh>, Gated<3, Relu, 2, Relu>, Gated<1>>(),
                   random);
  check_round_trip(FeedForwardOf<float, Inputs<2>, Dense<3, Tanh>, Dense<4, Relu>, Dense<2, Sigmoid>>(), random);

  randomize(f, random);
  const auto any = loaded<AnyFicnn<double>>(saved(f));
  const Vector<double> y = random_vector<double>(random, 3);
  CHECK(any.parameters().vector() == f.parameters().vector());
  CHECK(std::abs(any(y) - f(y)) <= 1e-14 * std::abs(f(y)));
  CHECK(loaded<Tiny>(saved(any)) == f);
  using Wider = FicnnOf<double, Inputs<3>, Dense<4, Celu>, Dense<6, Softplus>, Dense<2, Relu>, Dense<1>>;
  using Other = FicnnOf<double, Inputs<3>, Dense<4, Celu>, Dense<5, Softplus>, Dense<2, Softplus>, Dense<1>>;
  CHECK_ERROR(loaded<Wider>(saved(f)), "the sizes that are in the type");
  CHECK_ERROR(loaded<Other>(saved(f)), "hidden_activations: expected Softplus(...), got Relu");
}

TEST_CASE("a network and its scaler are stored together", "[io]") {
  Random random(3);
  Picnn<float, Softplus> g({.context = 2, .inputs = 3, .hidden = {4}, .context_hidden = {4}});
  randomize(g, random);
  const Scaling<float> units{.center = random_vector<float>(random, 3),
                             .scale = Vector<float>::Constant(3, 2),
                             .context_center = random_vector<float>(random, 2),
                             .output_center = 5,
                             .output_scale = 1e6F};
  const auto f = standardized(Picnn<float, Softplus>(g), units);
  const std::string bytes = saved(f);
  using Scaled = std::remove_const_t<decltype(f)>;
  const auto again = loaded<Scaled>(bytes);
  CHECK(again.function() == g);
  CHECK(again.units().center == f.units().center);
  CHECK(again.units().context_scale == f.units().context_scale);
  CHECK(again.units().output_scale == 1e6F);
  const Vector<float> x = random_vector<float>(random, 2), y = random_vector<float>(random, 3);
  CHECK(again(x, y) == f(x, y));
  CHECK_ERROR((loaded<Picnn<float, Softplus>>(bytes)), "for the scaler in it");
  CHECK_ERROR(loaded<Scaled>(saved(g)), "as Standardized<...> has one");
  CHECK_ERROR(loaded<Scaled>(replaced(bytes, "scaling.scale", "scaling.skale")), "a tensor scaling.scale");
}

TEST_CASE("a file of another network is refused, and says what it is", "[io]") {
  const auto f = example();
  const std::string bytes = saved(f);
  CHECK_ERROR((loaded<Picnn<double, Softplus>>(bytes)), "a network of kind picnn, got ficnn");
  CHECK_ERROR((loaded<Ficnn<double, Relu>>(bytes)), "AnyFicnn");
  CHECK_ERROR((loaded<Ficnn<float, Softplus>>(bytes)), "cast<float>()");
  CHECK(loaded<Ficnn<double, Softplus>>(saved(f.cast<float>())) == f.cast<float>().cast<double>());
  CHECK_ERROR((loaded<Ficnn<double, Softplus>>(tensor_bytes("{}"))), "icnn.format");
}

TEST_CASE("what does not belong together is refused, part by part", "[io]") {
  const std::string bytes = saved(example()), header = header_of(bytes);
  const auto refused = [&](const std::string& from, const std::string& to, const char* part) {
    INFO(from << " -> " << to);
    CHECK_ERROR((loaded<Ficnn<double, Softplus>>(with_header(bytes, replaced(header, from, to)))), part);
  };
  refused(R"("icnn.format":"1")", R"("icnn.format":"2")", "by a later version");
  refused(R"("icnn.kind":"ficnn")", R"("icnn.kinf":"ficnn")", "a network of kind ficnn, got none");
  refused(R"("icnn.inputs":"2")", R"("icnn.inputs":"3")", "Wy[0] of shape 3 x 3");
  refused(R"("icnn.inputs":"2")", R"("icnn.inputs":"0")", "at least one input");
  refused(R"("icnn.inputs":"2")", R"("icnn.inputs":"x")", "a whole number >= 0 as inputs");
  refused(R"("icnn.hidden":"3,4")", R"("icnn.hidden":"3,5")", "Wz[1] of shape 5 x 3, got [4, 3]");
  refused(R"("icnn.hidden":"3,4")", R"("icnn.hidden":"4,3")", "Wy[0] of shape 4 x 2");
  refused(R"("icnn.hidden":"3,4")", R"("icnn.hidden":"3,")", "Wz[1] of shape 1 x 3");
  refused(R"("icnn.hidden":"3,4")", R"("icnn.hidden":"3,-4")", "a whole number >= 0 as hidden");
  refused(R"("icnn.hidden":"3,4")", R"("icnn.hidden":"3,9000000000000000000")", "check the layer widths");
  refused(R"("icnn.hidden":"3,4")", R"("icnn.hidden":"3,2000000000")",
          "Wz[1] of shape 2000000000 x 3");  // before it is made
  refused(R"("icnn.hidden":"3,4")", R"("icnn.hidden":"1,1,1,1,1,1,1,1,1,1,1,1,1")", "more layers than tensors");
  refused(R"("icnn.bias":"true")", R"("icnn.bias":"yes")", "true or false");
  refused(R"("icnn.bias":"true")", R"("icnn.bias":"false")", "tensors of this network, got b[0]");
  refused(R"("icnn.output_term":"diagonal")", R"("icnn.output_term":"diagonally")", "diagonal, rank N");
  refused(R"("icnn.output_term":"diagonal")", R"("icnn.output_term":"")", "tensors of this network, got D");
  refused(R"("icnn.output_term":"diagonal")", R"("icnn.output_term":"linear")", "a tensor d");
  refused(R"("icnn.non_decreasing":"")", R"("icnn.non_decreasing":"2")", "non-decreasing inputs in 0..1");
  refused(R"("icnn.passthrough":"true")", R"("icnn.pasthrough":"true")", "got icnn.pasthrough");
  refused(R"x("icnn.first_activation":"Softplus(1)")x", R"("icnn.first_activation":"Relu")", "got Relu");
  refused(R"x("icnn.hidden_activations":"Softplus(1)")x",
          R"x("icnn.hidden_activations":"Softplus(1),Softplus(1),Softplus(1)")x", "one for each of 1");
  refused(R"("Wy[1]")", R"("Wy[7]")", "a tensor Wy[1]");
  refused(R"("shape":[3,2])", R"("shape":[2,3])", "transpose it");
  refused(R"("shape":[3,2])", R"("shape":[6])", "Wy[0] of shape 3 x 2, got [6]");
  refused(R"("shape":[3,2])", R"("shape":[1,3,2])", "got [1, 3, 2]");
  // Tensors of a file's reader are no business of the network.
  const auto end = [&](std::size_t more) { return std::to_string(bytes.size() - 8 - header.size() + more); };
  const auto beside = [&](const std::string& name) {
    const std::string entry = "\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[" + end(0) + "," + end(8) + "]},\"D\"";
    return with_header(bytes + std::string(8, '\0'), replaced(header, "{\"D\"", "{\"" + name + entry));
  };
  CHECK(loaded<Ficnn<double, Softplus>>(beside("reference.y")) == example());
  CHECK_ERROR((loaded<Ficnn<double, Softplus>>(beside("preference.y"))), "tensors of this network, got preference.y");
}

TEST_CASE("numbers that are not finite, and weights below 0, are refused with their places", "[io]") {
  const auto f = example();
  const auto with = [&](const char* block, Index row, Index column, double value) {
    std::string bytes = saved(f);
    const Block& b = f.layout()[block];
    const std::size_t at =
        bytes.size() - static_cast<std::size_t>(f.parameter_count() - b.offset - row * b.cols - column) * 8;
    std::memcpy(bytes.data() + at, &value, 8);
    return bytes;
  };
  CHECK(loaded<Ficnn<double, Softplus>>(with("Wz[1]", 2, 1, 0.75)).parameters()["Wz[1]"](2, 1) == 0.75);
  CHECK_ERROR((loaded<Ficnn<double, Softplus>>(with("Wz[1]", 2, 1, -0.5))), "Wz[1](2, 1) = -0.5 in layer 1 is negative");
  CHECK_ERROR((loaded<Ficnn<double, Softplus>>(with("D", 1, 0, -1e-300))), "D(1, 0)");
  CHECK_ERROR((loaded<Ficnn<double, Softplus>>(with("b[1]", 3, 0, std::nan("")))), "b[1](3, 0) = nan");
  CHECK_ERROR((loaded<Ficnn<double, Softplus>>(with("Wy[0]", 0, 1, infinity))), "Wy[0](0, 1) = inf");
  const auto projected = loaded<Ficnn<double, Softplus>>(with("Wz[1]", 2, 1, -0.5), {.positivity = Positivity::project});
  CHECK(projected.parameters()["Wz[1]"](2, 1) == 0);
}

TEST_CASE("a file that ends early is refused, wherever it ends", "[io]") {
  const std::string bytes = saved(example());
  int accepted = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    try {
      (void)loaded<Ficnn<double, Softplus>>(bytes.substr(0, size));
      ++accepted;
    } catch (const Error&) {
    }
  }
  CHECK(accepted == 0);
}

TEST_CASE("a byte that is another one is refused, or is another number; nothing else happens", "[io]") {
  const auto f = example();
  const std::string bytes = saved(f);
  const std::size_t numbers = 8 + header_of(bytes).size();
  const int steps = cases(255, 7, 3);
  int accepted_headers = 0;
  for (std::size_t at = 0; at < numbers; ++at) {
    for (int change = 1; change <= 255; change += 255 / steps) {
      std::string other = bytes;
      other[at] = static_cast<char>(other[at] ^ change);
      try {
        const auto g = loaded<AnyFicnn<double>>(other);
        CHECK(audit(g.layout(), g.parameters().vector()).empty());
        ++accepted_headers;
      } catch (const Error&) {
      }
    }
  }
  CHECK(accepted_headers > 0);  // white space at the end, say
}
