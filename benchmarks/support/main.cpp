// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "benchmarks/support/report.hpp"

using namespace icnn::benchmarks;

namespace {

/// Takes --out DIR (or --out=DIR) from the arguments, which Google Benchmark would refuse; empty where it is not there.
std::string take_out(int& argc, char** argv) {
  std::string folder;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--out") == 0 && i + 1 < argc) {
      folder = argv[++i];
    } else if (std::strncmp(argv[i], "--out=", 6) == 0) {
      folder = argv[i] + 6;
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  return folder;
}

bool only_lists(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "--benchmark_list_tests", 22) == 0) return true;
  }
  return false;
}

/// What benchmarks/run was called with, or else this program.
std::string command_of(int argc, char** argv) {
  if (const char* command = std::getenv("ICNN_BENCHMARK_COMMAND"); command != nullptr) return command;
  std::string command = "benchmark_icnn";
  for (int i = 1; i < argc; ++i) command += std::string(" '") + argv[i] + '\'';
  return command;
}

void write(const Results& results, const std::string& folder) {
  std::filesystem::create_directories(folder);
  write_json(results, folder + "/results.json");
  write_markdown(results, folder + "/results.md");
  std::printf("\nwritten: %s/results.json, results.md", folder.c_str());
  if (draw_roofline(results, folder)) {
    std::printf(", roofline.png\n");
  } else {
    std::printf(
        "\n\n*** No roofline.png: gnuplot is missing (or failed). Install it (Debian: gnuplot-nox) and run\n"
        "*** gnuplot roofline.gp in that folder.\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = command_of(argc, argv), folder = take_out(argc, argv);
  const bool measures = !only_lists(argc, argv);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  register_all();
  if (measures) {
    print_peak("before", floors().before);
    print_bandwidths(floors());
  }
  Report report;
  benchmark::RunSpecifiedBenchmarks(&report);
  benchmark::Shutdown();
  if (!measures) return 0;
  floors().after = measure_fma_peak();
  print_peak("after", floors().after);
  if (!folder.empty()) write({this_machine(), floors(), command, report.rows()}, folder);
  return 0;
}
