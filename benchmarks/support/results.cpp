// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/support/results.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <ctime>
#include <fstream>
#include <icnn/core/isa.hpp>
#include <thread>

// What CMake was told; a build by hand may leave it out.
#ifndef ICNN_BENCHMARK_FLAGS
#define ICNN_BENCHMARK_FLAGS "unknown"
#endif

namespace icnn::benchmarks {

namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(": ") + 2);
  }
  return "unknown";
}

std::string compiler() {
#if defined(__clang__)
  return std::string("clang++ ") + __clang_version__;
#else
  return std::string("g++ ") + __VERSION__;
#endif
}

std::string now() {
  const std::time_t seconds = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", std::gmtime(&seconds));
  return text;
}

std::string registers() {
  return ICNN_REGISTER_BYTES > 0 ? std::to_string(8 * ICNN_REGISTER_BYTES) + " bits" : "none (portable)";
}

}  // namespace

double Row::floor(const Floors& floors) const {
  const double bytes = counter("bytes"), set = counter("set");
  const double arithmetic = counter("flops") / floors.peak(of_double(), counter("threads") > 1);
  return std::max(arithmetic, bytes / floors.level(set > 0 ? set : bytes).bandwidth);
}

Machine this_machine() {
  return {processor(),
          std::thread::hardware_concurrency(),
          compiler(),
          ICNN_BENCHMARK_FLAGS,
          registers(),
          std::to_string(EIGEN_WORLD_VERSION) + '.' + std::to_string(EIGEN_MAJOR_VERSION) + '.' +
              std::to_string(EIGEN_MINOR_VERSION),
          now()};
}

}  // namespace icnn::benchmarks
