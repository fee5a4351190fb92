// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

/// A folder includes itself and those it stands on, nothing else; no header includes itself by a detour; every header has
/// its guard, and its test at the same path, or stands below with the reason why it has none.
namespace {

namespace fs = std::filesystem;
using Includes = std::map<std::string, std::vector<std::string>>;  // header -> the headers of ours that it includes
using Allowed = std::map<std::string, std::set<std::string>>;

const Allowed allowed = {
    {"core", {}},
    {"kernels", {"core"}},
    {"activations", {"core", "kernels"}},
    {"layers", {"core", "kernels", "activations"}},
    {"functions", {"core", "kernels", "activations", "layers"}},
    {"networks", {"core", "kernels", "activations", "layers", "functions"}},
    {"sets", {"core", "kernels"}},
    {"solvers", {"core", "kernels", "sets"}},
    {"inference", {"core", "kernels", "activations", "layers", "functions", "networks", "sets", "solvers"}},
    {"differentiation",
     {"core", "kernels", "activations", "layers", "functions", "networks", "sets", "solvers", "inference"}},
    {"learning",
     {"core", "kernels", "activations", "layers", "functions", "networks", "sets", "solvers", "inference",
      "differentiation"}},
    {"io", {"core", "kernels", "activations", "layers", "functions", "networks", "learning"}},
};

const std::map<std::string, std::string> tested_elsewhere = {
    {"core/isa.hpp", "compiled for several registers in project/instruction_sets.cpp"},
    {"core/pop_macros.hpp", "project/surroundings.cpp, with push_macros.hpp"},
    {"core/push_macros.hpp", "project/surroundings.cpp, which defines what it takes away"},
    {"core/version.hpp", "three numbers, which every way to install reads: consumers/run"},
    {"differentiation/derivative_status.hpp", "differentiation/argmin_derivative.cpp, which has problems of every status"},
    {"differentiation/find_kkt_point.hpp", "differentiation/argmin_derivative.cpp, whose minimizers it finds"},
    {"differentiation/find_kkt_point_impl.hpp", "likewise"},
    {"differentiation/kkt_point.hpp", "likewise"},
    {"differentiation/kkt_search.hpp", "likewise"},
    {"differentiation/kkt_sensitivity.hpp", "likewise"},
    {"differentiation/kkt_system.hpp", "likewise"},
    {"functions/affine_substitution.hpp", "what restricted.hpp and precomposed.hpp have in common"},
    {"functions/convex_function.hpp", "support/derivatives.hpp calls all of it, for every function"},
    {"functions/parts.hpp", "what sum.hpp and maximum.hpp have in common"},
    {"inference/gated_maps.hpp", "inference/column_model.cpp, whose models it makes"},
    {"inference/layer_bounds.hpp", "scratch of inference/network_model.cpp, which holds its bounds against long double"},
    {"inference/lockstep.hpp", "inference/argmin_batch.cpp, which solves the same problems in lockstep and one by one"},
    {"inference/lockstep_impl.hpp", "likewise"},
    {"inference/maximum_model.hpp", "inference/combined_models.cpp, likewise"},
    {"inference/method_rooms.hpp", "scratch of inference/minimize.cpp"},
    {"inference/network_evaluation.hpp", "inference/network_model.cpp, which is tried as a whole"},
    {"inference/output_term_bounds.hpp", "inference/network_model.cpp, likewise"},
    {"inference/quadratic_bounds.hpp", "inference/network_model.cpp, likewise"},
    {"networks/compiled_ficnn.hpp", "names alone, of what all tests link: wrong ones do not compile, or do not link"},
    {"networks/compiled_picnn.hpp", "likewise"},
    {"networks/ficnn_view.hpp", "networks/network_view.cpp, beside the networks that are viewed"},
    {"networks/picnn_view.hpp", "likewise"},
    {"solvers/newton/active_set.hpp", "solvers/newton/newton_step.cpp and box_step.cpp, whose guesses it makes"},
    {"solvers/newton/box_newton.hpp", "inference/argmin_of_view.cpp, which solves with it"},
    {"solvers/newton/softened_newton.hpp", "likewise"},
    {"inference/parts_models.hpp", "inference/combined_models.cpp, which tries all models of functions made from others"},
    {"inference/substituted_models.hpp", "inference/combined_models.cpp, likewise"},
    {"inference/write_mps.hpp", "inference/linear_program.cpp, in which Clp reads what it writes"},
    {"io/replace_file.hpp", "io/save.cpp, whose files it replaces"},
    {"io/stored_network.hpp", "io/load.cpp, which stores and reads networks of every type"},
    {"kernels/portable_products.hpp", "the portable half of kernels/blocked_products.cpp"},
    {"kernels/transposed_products.hpp", "the transposed half of the same"},
    {"layers/gates.hpp", "what layers/picnn_layer.cpp has beside maps"},
    {"solvers/bundle/bundle_steps.hpp", "what proximal_bundle.hpp and entropy_bundle.hpp have in common"},
    {"solvers/bundle/folded_program.hpp", "what solvers/bundle/neuron_folding.cpp solves"},
    {"solvers/constraint_values.hpp", "inference/find_multipliers.cpp, which fills them in"},
    {"solvers/folded.hpp", "what inference/network_folding.cpp holds against functions"},
    {"solvers/slope_bound.hpp", "inference/verify.cpp, whose proofs it is"},
    {"solvers/quadratic/quadratic_program.hpp", "what solvers/quadratic/interior_point.cpp solves"},
    {"learning/learner.hpp", "learning/fit.cpp, whose interrupted trainings it remembers"},
    {"learning/training_settings.hpp", "learning/training.cpp, which tries each of them"},
    {"networks/context_passes.hpp", "networks/picnn.cpp, which is made of them"},
    {"networks/convex_passes.hpp", "networks/ficnn.cpp, which is made of them"},
    {"networks/network_function.hpp", "networks/ficnn.cpp and networks/picnn.cpp, which are two of them"},
};

std::string folder_of(const std::string& header) { return header.substr(0, header.find('/')); }

std::vector<std::string> broken_directions(const Includes& includes) {
  std::vector<std::string> broken;
  for (const auto& [header, included] : includes) {
    for (const std::string& other : included) {
      const std::string from = folder_of(header), to = folder_of(other);
      if (other == "fwd.hpp") continue;  // names alone
      if (from != to && (!allowed.contains(from) || !allowed.at(from).contains(to)))
        broken.push_back(header + " -> " + other);
    }
  }
  return broken;
}

bool has_cycle(const Includes& includes) {
  std::map<std::string, int> state;  // 1: being visited, 2: done
  const std::function<bool(const std::string&)> visit = [&](const std::string& header) {
    if (state[header] == 1) return true;
    if (state[header] == 2) return false;
    state[header] = 1;
    const auto found = includes.find(header);
    const bool cycle = found != includes.end() && std::ranges::any_of(found->second, visit);
    state[header] = 2;
    return cycle;
  };
  return std::ranges::any_of(includes, [&](const auto& entry) { return visit(entry.first); });
}

/// The header that an implementation, X_impl.hpp, belongs to: the two include each other. Empty for other headers.
std::string header_of(const std::string& implementation) {
  const auto end = implementation.rfind("_impl.hpp");
  return end == std::string::npos ? "" : implementation.substr(0, end) + ".hpp";
}

/// The headers without a test at their path, whatever the reason.
std::vector<std::string> untested(const Includes& includes, const std::function<bool(const std::string&)>& exists) {
  std::vector<std::string> result;
  for (const auto& [header, included] : includes) {
    const std::string tested = header_of(header).empty() ? header : header_of(header);
    if (!exists(tested.substr(0, tested.rfind('.')) + ".cpp")) result.push_back(header);
  }
  return result;
}

/// The headers that implementations alone include, by themselves or through each other: no umbrella has to name them.
std::set<std::string> inner_headers(const Includes& includes) {
  std::map<std::string, std::vector<std::string>> includers;
  for (const auto& [header, included] : includes) {
    for (const std::string& other : included) includers[other].push_back(header);
  }
  std::set<std::string> inner;
  const auto is_inner = [&](const std::string& header) { return !header_of(header).empty() || inner.contains(header); };
  for (std::size_t before = 1; before != inner.size();) {
    before = inner.size();
    for (const auto& [header, by] : includers) {
      if (std::ranges::all_of(by, is_inner)) inner.insert(header);
    }
  }
  return inner;
}

const fs::path root = fs::path(ICNN_SOURCE_DIR) / "include" / "icnn";

Includes read_headers(bool umbrellas) {
  Includes includes;
  const std::regex pattern("#include [\"<]icnn/([^\">]+)[\">]");
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".hpp") continue;
    const std::string name = fs::relative(entry.path(), root).generic_string();
    if ((name.find('/') == std::string::npos) != umbrellas) continue;
    auto& included = includes[name];
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      if (std::smatch match; std::regex_search(line, match, pattern) && match[1] != header_of(name)) {
        included.push_back(match[1]);
      }
    }
  }
  return includes;
}

}  // namespace

TEST_CASE("includes run downwards only, without cycles", "[project]") {
  const Includes includes = read_headers(false);
  CHECK(includes.size() > 30);
  CHECK(broken_directions(includes) == std::vector<std::string>{});
  CHECK_FALSE(has_cycle(includes));
}

TEST_CASE("umbrella headers name every header of their folder", "[project]") {
  const Includes umbrellas = read_headers(true), headers = read_headers(false);
  const std::set<std::string> inner = inner_headers(headers);
  for (const auto& [folder, below] : allowed) {
    std::set<std::string> there;
    for (const auto& [header, included] : headers)
      if (folder_of(header) == folder && header_of(header).empty() && !header.ends_with("_macros.hpp")) there.insert(header);
    std::set<std::string> named;
    for (const std::string& header : umbrellas.at(folder + ".hpp"))
      if (header_of(header).empty() && !header.ends_with("_macros.hpp")) named.insert(header);  // as an implementation does
    CHECK(std::ranges::includes(there, named));
    for (const std::string& header : there) CHECK((named.contains(header) || inner.contains(header)));
    if (folder == "io") continue;  // needs nlohmann-json
    CHECK(std::ranges::find(umbrellas.at("icnn.hpp"), folder + ".hpp") != umbrellas.at("icnn.hpp").end());
  }
}

TEST_CASE("every header has its test at the same path, or a reason to have none", "[project]") {
  const auto exists = [](const std::string& test) { return fs::exists(fs::path(ICNN_SOURCE_DIR) / "tests" / test); };
  std::vector<std::string> expected;
  for (const auto& [header, reason] : tested_elsewhere) expected.push_back(header);
  CHECK(untested(read_headers(false), exists) == expected);
}

TEST_CASE("every header starts with its licence and its guard, and includes Eigen sparingly", "[project]") {
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".hpp") continue;
    INFO(entry.path().string());
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CHECK(text.starts_with("// SPDX-License-Identifier: MIT\n"));
    CHECK(text.find("pragma once") != std::string::npos);
    CHECK(text.find("Eigen/Dense") == std::string::npos);
    CHECK(text.find("<iostream>") == std::string::npos);
  }
}

TEST_CASE("negative control: a wrong direction, a cycle and a missing test are noticed", "[project]") {
  CHECK(broken_directions({{"core/a.hpp", {"layers/b.hpp"}}}).size() == 1);
  CHECK(broken_directions({{"layers/b.hpp", {"core/a.hpp"}}}).empty());
  CHECK(has_cycle({{"core/a.hpp", {"core/b.hpp"}}, {"core/b.hpp", {"core/a.hpp"}}}));
  CHECK(header_of("core/a_impl.hpp") == "core/a.hpp");
  CHECK(header_of("core/a.hpp").empty());
  CHECK(
      inner_headers({{"core/a_impl.hpp", {"core/b.hpp"}}, {"core/b.hpp", {"core/c.hpp"}}, {"core/d.hpp", {"core/e.hpp"}}}) ==
      std::set<std::string>{"core/b.hpp", "core/c.hpp"});
  const auto exists = [](const std::string& test) { return test == "core/a.cpp"; };
  CHECK(untested({{"core/a.hpp", {}}, {"core/a_impl.hpp", {}}, {"core/b.hpp", {}}, {"core/b_impl.hpp", {}}}, exists) ==
        std::vector<std::string>{"core/b.hpp", "core/b_impl.hpp"});
}
