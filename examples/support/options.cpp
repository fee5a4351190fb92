// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

namespace icnn::example {

namespace {

/// What escapes from main() ends the program with its message, not with a core dump.
[[noreturn]] void report_and_exit() {
  try {
    if (const auto error = std::current_exception()) std::rethrow_exception(error);
    std::cerr << "error: terminated\n";
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
  } catch (...) {
    std::cerr << "error: of an unknown kind\n";
  }
  std::_Exit(2);
}

Options parse(int argc, char* argv[], const std::string& purpose, std::uint64_t default_seed,
              std::vector<std::string>* files) {
  std::set_terminate(report_and_exit);
  CLI::App app{purpose};
  Options options;
  options.out = "out";
  options.seed = default_seed;
  app.add_option("--data", options.data, "folder of the real data; without it, data are generated")
      ->envname("ICNN_DATA")
      ->check(CLI::ExistingDirectory);
  app.add_option("--seed", options.seed, "seed of all random numbers")->capture_default_str();
  app.add_flag("--quick", options.quick, "a small run");
  app.add_option("--json", options.json, "write the figures to this file");
  app.add_option("--out", options.out, "write the pictures to this folder")->capture_default_str();
  if (files != nullptr) app.add_option("files", *files, "paths of files")->check(CLI::ExistingFile);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error));
  }
  return options;
}

}  // namespace

Options read_options(int argc, char* argv[], const std::string& purpose, std::uint64_t default_seed) {
  return parse(argc, argv, purpose, default_seed, nullptr);
}
Options read_options(int argc, char* argv[], const std::string& purpose, std::vector<std::string>& files) {
  return parse(argc, argv, purpose, 1, &files);
}

void write_json(const Options& options, const nlohmann::json& figures) {
  if (options.json.empty()) return;
  std::ofstream file(options.json);
  file << figures.dump(2) << '\n';
  if (!file) {
    std::cerr << "cannot write " << options.json << '\n';
    std::exit(1);
  }
}

}  // namespace icnn::example
