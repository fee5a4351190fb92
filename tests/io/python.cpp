// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cstdlib>
#include <icnn/io/load.hpp>
#include <icnn/io/save.hpp>
#include <iomanip>

#include "tests/support/catch.hpp"
#include "tests/support/files.hpp"
#include "tests/support/networks.hpp"

/// Our files, read and written by a reader and a writer that know nothing of ours.
using namespace icnn;
using namespace icnn::test;

namespace {

int python(const std::string& arguments) {
  return std::system(("python3 '" ICNN_SOURCE_DIR "/tests/io/safetensors.py' " + arguments).c_str());
}

bool has_python() {
  if (std::system("python3 -c 'import json, struct' > /dev/null 2>&1") == 0) return true;
  WARN("SKIPPED: no python3, whose reader and writer of safetensors ours are held against");
  return false;
}

std::string listed(const Vector<double>& v) {
  std::ostringstream out;
  out << std::setprecision(17);
  for (Index i = 0; i < v.size(); ++i) out << (i > 0 ? "," : "") << v(i);
  return out.str();
}

/// f is read by Python, with the value that it has here, and written by it, to the same bits.
template <class F>
void check(F f, Random& random, const Folder& folder) {
  randomize(f, random);
  const std::string path = folder / "ours.safetensors", copy = folder / "theirs.safetensors", value = folder / "value";
  save(f, path);
  REQUIRE(python("copy '" + path + "' '" + copy + "'") == 0);
  CHECK(load<F>(copy) == f);
  CHECK(read_bytes(copy) != read_bytes(path));
  const Vector<double> y = random_vector<double>(random, f.inputs());
  Vector<double> x(0);
  double ours = 0;
  if constexpr (F::has_context) {
    x = random_vector<double>(random, f.context_size());
    ours = f.template cast<double>()(x, y);
  } else {
    ours = f.template cast<double>()(y);
  }
  REQUIRE(python("value '" + path + "' '" + listed(x) + "' ' " + listed(y) + "' > '" + value + "'") == 0);
  CHECK(std::abs(std::stod(read_bytes(value)) - ours) <= 1e-13 * std::max(1.0, std::abs(ours)));
}

}  // namespace

TEST_CASE("a reader and a writer of others agree with ours, in every number and in the value", "[io]") {
  if (!has_python()) return;
  const Folder folder("python");
  Random random(1);
  check(Ficnn<double, Softplus>({.inputs = 3, .hidden = {4, 5}}, Softplus(1.5)), random, folder);
  check(Ficnn<float, Relu, Square>({.inputs = 2, .hidden = {4, 3, 5}, .passthrough = false, .bias = false}), random, folder);
  check(Ficnn<double, Relu>({.inputs = 2, .output = {.diagonal = true, .rank = 2, .linear = true}}), random, folder);
  check(Picnn<double, Softplus, Tanh>({.context = 2,
                                       .inputs = 3,
                                       .hidden = {4, 5},
                                       .context_hidden = {6, 7},
                                       .gate = Gate::softplus,
                                       .output = {.rank = 1, .bilinear = true, .linear = true}}),
        random, folder);
  check(Picnn<float, Relu>({.context = 3, .inputs = 2, .hidden = {4}, .context_hidden = {2}, .output = {.bilinear = true}}),
        random, folder);
}
