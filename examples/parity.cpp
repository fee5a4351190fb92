// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// Does C++ compute what PyTorch does? Reads a network that examples/pytorch has exported (or one of the two that come with
/// this), and prints how far its values and derivatives are from those in the file.

#include <icnn/io.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "examples/support/options.hpp"

using namespace icnn;

namespace {

/// Whether PyTorch has computed in double.
bool is_double(const std::string& path) {
  const TensorFile file = open_safetensors(path);
  const TensorEntry* values = file.find("reference.f");
  return values != nullptr && values->type == NumberType::f64;
}

}  // namespace

int main(int argc, char* argv[]) {
  std::vector<std::string> files;
  const auto options =
      example::read_options(argc, argv, "Hold networks against the values that their files come with", files);
  if (files.empty()) {
    for (const char* name : {"ficnn", "picnn"})
      files.push_back(std::string(ICNN_EXAMPLES "/pytorch/") + name + ".safetensors");
  }
  nlohmann::json figures;
  bool good = true;
  for (const std::string& path : files) {
    const Parity parity = check_parity(path);
    const bool same = parity.largest() <= (is_double(path) ? 1e-12 : 1e-5);
    good = good && same;
    std::cout << path << ": " << parity << (same ? "  the same, up to rounding\n\n" : "  NOT the same\n\n");
    figures[path] = {{"value", parity.value},
                     {"gradient", parity.gradient},
                     {"context_gradient", parity.context_gradient},
                     {"hessian", parity.hessian},
                     {"parameter_gradient", parity.parameter_gradient},
                     {"points", parity.points}};
  }
  example::write_json(options, figures);
  std::cout << (good ? "ok: C++ computes what PyTorch does\n" : "FAILED: see above\n");
  return good ? 0 : 1;
}
