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
/// its guard, and its test at the same path.
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
    {"sets", {"core"}},
    {"solvers", {"core", "kernels", "sets"}},
    {"inference", {"core", "kernels", "activations", "layers", "functions", "networks", "sets", "solvers"}},
    {"learning", {"core", "kernels", "activations", "layers", "functions", "networks", "sets", "solvers", "inference"}},
};

std::string folder_of(const std::string& header) { return header.substr(0, header.find('/')); }

std::vector<std::string> broken_directions(const Includes& includes) {
  std::vector<std::string> broken;
  for (const auto& [header, included] : includes) {
    for (const std::string& other : included) {
      const std::string from = folder_of(header), to = folder_of(other);
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
      if (std::smatch match; std::regex_search(line, match, pattern)) included.push_back(match[1]);
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
  for (const auto& [folder, below] : allowed) {
    std::set<std::string> there;
    for (const auto& [header, included] : headers)
      if (folder_of(header) == folder) there.insert(header);
    const auto& named = umbrellas.at(folder + ".hpp");
    CHECK(std::set<std::string>(named.begin(), named.end()) == there);
    CHECK(std::ranges::find(umbrellas.at("icnn.hpp"), folder + ".hpp") != umbrellas.at("icnn.hpp").end());
  }
}

TEST_CASE("every header starts with its licence and its guard, and includes Eigen sparingly", "[project]") {
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".hpp") continue;
    INFO(entry.path().string());
    std::ifstream file(entry.path());
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    CHECK(text.starts_with("// SPDX-License-Identifier: MIT\n"));
    CHECK(text.find("#pragma once") != std::string::npos);
    CHECK(text.find("Eigen/Dense") == std::string::npos);
    CHECK(text.find("<iostream>") == std::string::npos);
  }
}

TEST_CASE("negative control: a wrong direction and a cycle are noticed", "[project]") {
  CHECK(broken_directions({{"core/a.hpp", {"layers/b.hpp"}}}).size() == 1);
  CHECK(broken_directions({{"layers/b.hpp", {"core/a.hpp"}}}).empty());
  CHECK(has_cycle({{"core/a.hpp", {"core/b.hpp"}}, {"core/b.hpp", {"core/a.hpp"}}}));
}
