// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/parity.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/files.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

const std::string networks = ICNN_SOURCE_DIR "/tests/golden/parity";

/// A file with one number of a tensor changed by a factor.
std::string spoiled(const std::string& path, const std::string& name, double factor) {
  const std::string bytes = read_bytes(path);
  const TensorFile file = open_safetensors(bytes_of(bytes));
  const std::size_t at = 8 + header_of(bytes).size() + file.find(name)->begin;
  std::string result = bytes;
  double number = 0;
  std::memcpy(&number, result.data() + at, 8);
  number *= factor;
  std::memcpy(result.data() + at, &number, 8);
  return result;
}

}  // namespace

TEST_CASE("seventy-two networks of PyTorch have its values and derivatives here", "[io]") {
  int of_double = 0, of_float = 0;
  for (const auto& entry : std::filesystem::directory_iterator(networks)) {
    const std::string path = entry.path().string();
    const bool single = open_safetensors(path).find("reference.f")->type == NumberType::f32;
    const Parity parity = single ? check_parity<float>(path) : check_parity(path);
    ++(single ? of_float : of_double);
    INFO(path << ": " << parity);
    CHECK(parity.points == 3);
    CHECK(parity.largest() <= (single ? 1e-5 : 1e-12));
    CHECK(parity.value >= 0);
    CHECK(parity.gradient >= 0);
    CHECK(parity.hessian >= 0);
    CHECK(parity.parameter_gradient >= 0);
    CHECK((parity.context_gradient >= 0) == (parity.network.kind == "PICNN"));
  }
  CHECK(of_double >= 54);
  CHECK(of_float >= 18);
}

TEST_CASE("negative control: numbers that differ are found, wherever they are", "[io]") {
  const Folder folder("parity");
  const std::string path = networks + "/09.safetensors", other = folder / "spoiled.safetensors";
  const Parity good = check_parity(path);
  const auto check = [&](const std::string& name, double Parity::*which) {
    INFO(name);
    write_bytes(other, spoiled(path, name, 1.001));
    const Parity found = check_parity(other);
    CHECK(found.*which > 1e-6);
    CHECK(found.largest() > 1e-6);
    CHECK(good.*which < 1e-14);
    write_bytes(other, spoiled(path, name, std::nan("")));
    CHECK(std::isnan(check_parity(other).largest()));
  };
  check("reference.f", &Parity::value);
  check("reference.gradient", &Parity::gradient);
  check("reference.x_gradient", &Parity::context_gradient);
  check("reference.hessian", &Parity::hessian);
  check("reference.parameters.Wz[2]", &Parity::parameter_gradient);
  write_bytes(other, spoiled(path, "Wyu[0]", 1.001));
  CHECK(check_parity(other).largest() > 1e-6);
}

TEST_CASE("a file without points, or with others than the network has inputs, is an error", "[io]") {
  const Folder folder("parity_errors");
  Random random(1);
  Ficnn<double, Softplus> f({.inputs = 2, .hidden = {3}});
  randomize(f, random);
  save(f, folder / "f.safetensors");
  CHECK_ERROR(check_parity(folder / "f.safetensors"), "a tensor reference.y");
  CHECK_ERROR(check_parity(folder / "none.safetensors"), "no such file");
  save(FeedForward<double, Relu>({.inputs = 2}), folder / "h.safetensors");
  CHECK_ERROR(check_parity(folder / "h.safetensors"), "of kind ficnn or picnn");
  const std::string bytes = read_bytes(networks + "/09.safetensors"), header = header_of(bytes);
  const auto refused = [&](const std::string& from, const std::string& to, const char* part) {
    write_bytes(folder / "other.safetensors", with_header(bytes, replaced(header, from, to)));
    CHECK_ERROR(check_parity(folder / "other.safetensors"), part);
  };
  refused("reference.y", "reference.z", "a tensor reference.y");
  refused("reference.x\"", "reference.u\"", "a tensor reference.x");
}
