// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// From a file to C++ source: networks that save() or PyTorch have written, as headers with constexpr weights and sizes in
/// the type, for programs without files, heap, exceptions or RTTI. Each goes into the folder --out (or this one), under the
/// name of its file, which is its namespace, too. Numbers are in double, so that argmin works with them. The units that a
/// network was trained in are folded into its weights. Without a FILE: the two that come with examples/pytorch.

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <icnn/io.hpp>
#include <icnn/networks/fold_units.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "examples/support/options.hpp"

using namespace icnn;

namespace {

struct Written {
  Index parameters = 0;
  double difference = 0;  ///< the largest between the file's function and the header's, relatively
};

/// A name that a file has, as one that a namespace may have.
std::string namespace_of(const std::filesystem::path& path) {
  std::string name = path.stem().string();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0 ? "network_" + name : name;
}

/// Writes one, and holds it against the function of the file at a few points.
template <class Network, class F>
Written write(const F& f, const Network& network, const std::string& to, const std::string& name) {
  save_header(network, to, name);
  Written written{network.parameter_count()};
  Random random(1);
  for (int k = 0; k < 100; ++k) {
    Vector<double> x(network.context_size()), y(network.inputs());
    random.fill_normal(x);
    random.fill_normal(y);
    double of_f = 0, here = 0;
    if constexpr (Network::is_partial) {
      of_f = f(x, y), here = network(x, y);
    } else {
      of_f = f(y), here = network(y);
    }
    written.difference = std::max(written.difference, std::abs(of_f - here) / std::max(1.0, std::abs(of_f)));
  }
  return written;
}

template <class Network>
Written convert(const std::string& from, bool has_units, const std::string& to, const std::string& name) {
  if (has_units) {
    const auto f = load<Standardized<Network>>(from);
    return write(f, fold_units(f), to, name);
  }
  const auto f = load<Network>(from);
  return write(f, f, to, name);
}

}  // namespace

int main(int argc, char* argv[]) {
  std::vector<std::string> files;
  const auto options = example::read_options(argc, argv, "Turn networks in files into C++ headers", files);
  if (files.empty()) {
    for (const char* name : {"ficnn", "picnn"})
      files.push_back(std::string(ICNN_EXAMPLES "/pytorch/") + name + ".safetensors");
  }
  const std::filesystem::path folder = options.out.empty() ? "." : options.out;
  std::filesystem::create_directories(folder);
  nlohmann::json figures;
  bool good = true;
  for (const std::string& path : files) {
    const std::string name = namespace_of(path), to = (folder / (name + ".hpp")).string();
    const TensorFile file = open_safetensors(path);
    const auto& about = file.metadata();
    const bool partial = std::any_of(
        about.begin(), about.end(), [](const auto& entry) { return entry.first == "icnn.kind" && entry.second == "picnn"; });
    const bool has_units = file.find("scaling.output_scale") != nullptr;
    const Written written = partial ? convert<AnyPicnn<double>>(path, has_units, to, name)
                                    : convert<AnyFicnn<double>>(path, has_units, to, name);
    std::cout << path << " -> " << to << ": " << written.parameters << " parameters"
              << (has_units ? ", units folded in" : "") << ", the same function to " << written.difference << '\n';
    figures[path] = {{"header", to}, {"parameters", written.parameters}, {"difference", written.difference}};
    good = good && written.difference <= 1e-12;
  }
  example::write_json(options, figures);
  std::cout << (good ? "ok: headers to be included beside icnn/embedded.hpp\n" : "FAILED: see above\n");
  return good ? 0 : 1;
}
