// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/catch.hpp"

namespace {

std::string read(const std::string& path) {
  std::ifstream file(std::string(ICNN_SOURCE_DIR) + "/" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the program in README is the example readme.cpp, to the letter", "[project]") {
  const std::string readme = read("README.md"), example = read("examples/readme.cpp");
  const std::string fence = "```cpp\n";
  const auto first = readme.find(fence);
  REQUIRE(first != std::string::npos);
  const auto begin = first + fence.size();
  const std::string program = readme.substr(begin, readme.find("```", begin) - begin);
  CHECK(example.substr(example.find("#include")) == program);
}
