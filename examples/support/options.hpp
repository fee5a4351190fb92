// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace icnn::example {

/// The options that every example takes.
struct Options {
  std::string data;        ///< --data DIR, or the environment's ICNN_DATA: real data; empty: generated data
  std::uint64_t seed = 1;  ///< --seed N
  bool quick = false;      ///< --quick: a small run, for a look or for CI
  std::string json;        ///< --json FILE: where the figures go
  std::string out;         ///< --out DIR: where the pictures go
};

/// Reads the command line; prints help, or what is wrong with it, and ends the program. From here on, what is thrown and not
/// caught ends it too, with its message and status 2.
Options read_options(int argc, char* argv[], const std::string& purpose, std::uint64_t default_seed = 1);
/// The same, with paths of files beside the options.
Options read_options(int argc, char* argv[], const std::string& purpose, std::vector<std::string>& files);

/// Writes the figures, where --json asks for them.
void write_json(const Options& options, const nlohmann::json& figures);

}  // namespace icnn::example
