// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/header.hpp>
#include <icnn/networks/picnn_view.hpp>

#include "tests/project/embedded/celu.hpp"
#include "tests/project/embedded/gated.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/files.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

const std::string parity_files = ICNN_SOURCE_DIR "/tests/golden/parity/",
                  embedded_headers = ICNN_SOURCE_DIR "/tests/project/embedded/";

}  // namespace

TEST_CASE("headers are those that programs without a heap are tested with", "[io]") {
  CHECK(header_of(load<AnyFicnn<double>>(parity_files + "68.safetensors"), "celu") ==
        read_bytes(embedded_headers + "celu.hpp"));
  CHECK(header_of(load<AnyPicnn<double>>(parity_files + "61.safetensors"), "gated") ==
        read_bytes(embedded_headers + "gated.hpp"));
}

TEST_CASE("what a header has is the network of the file, to the last bit", "[io]") {
  Random random(1);
  const auto f = load<AnyFicnn<double>>(parity_files + "68.safetensors");
  CHECK(std::equal(std::begin(celu::weights), std::end(celu::weights), f.parameters().data()));
  const celu::Network typed(f.options(), f.parameters().vector(), Celu(0.5), Celu(0.5), Celu(0.5), Identity{});
  const auto view = celu::network();
  const auto g = load<AnyPicnn<double>>(parity_files + "61.safetensors");
  CHECK(std::equal(std::begin(gated::weights), std::end(gated::weights), g.parameters().data()));
  const auto partial = gated::network();
  for (int k = 0; k < 10; ++k) {
    const Vector<double> y = random_vector<double>(random, 4);
    CHECK(view(y) == typed(y));
    CHECK(std::abs(view(y) - f(y)) <= 1e-14 * (1 + std::abs(f(y))));
    const Vector<double> x = random_vector<double>(random, g.context_size()), z = random_vector<double>(random, g.inputs());
    CHECK(std::abs(partial(x, z) - g(x, z)) <= 1e-13 * (1 + std::abs(g(x, z))));
  }
}

TEST_CASE("numbers are literals that are read as themselves", "[io]") {
  CHECK(detail::literal(1.0) == "1.0");
  CHECK(detail::literal(-0.0) == "-0.0");
  CHECK(detail::literal(0.1) == "0.1");
  CHECK(detail::literal(0.1f) == "0.1f");
  CHECK(detail::literal(1e300) == "1e+300");
  CHECK(detail::literal(16777216.0f).find('f') != std::string::npos);
  Random random(2);
  for (int k = 0; k < 1000; ++k) {
    const double value = random.normal() * std::pow(10.0, random.uniform(-300, 300));
    CHECK(std::stod(detail::literal(value)) == value);
  }
}

TEST_CASE("headers of typed networks, floats, options; into a file", "[io]") {
  const FicnnOf<float, Inputs<2>, Dense<3, Relu>, Dense<1>> f({.passthrough = false, .bias = false});
  const std::string text = header_of(f, "robot::energy");
  CHECK(contains(text, "namespace robot::energy {"));
  CHECK(contains(
      text,
      "icnn::FicnnOf<float, icnn::Inputs<2, 0, 0>,\n    icnn::Dense<3, icnn::Relu>,\n    icnn::Dense<1, icnn::Identity>>"));
  CHECK(contains(text, "inline constexpr float weights[9] = {"));
  CHECK(contains(text, "({.passthrough = false, .bias = false}, weights, icnn::Relu{}, icnn::Identity{})"));
  const Folder folder("header");
  save_header(f, folder / "energy.hpp", "robot::energy");
  CHECK(read_bytes(folder / "energy.hpp") == text);
  CHECK(folder.files() == 1);
}

TEST_CASE("what has no header is refused", "[io]") {
  const Ficnn<double, Relu> f({.inputs = 1});
  for (const char* name : {"", "2fast", "a b", "a::", "::a", "a:b", "a;", "a-b"}) {
    CHECK_ERROR(header_of(f, name), "the name of a namespace");
  }
  for (const char* name : {"a", "_a1", "a::b_2::C"}) CHECK(contains(header_of(f, name), name));
  const Picnn<double, Relu> rising({.context = 1, .inputs = 1, .non_decreasing = {0}});
  CHECK_ERROR(header_of(rising, "rising"), "a PICNN without non-decreasing inputs");
}
