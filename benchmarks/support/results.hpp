// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <map>
#include <string>
#include <vector>

#include "benchmarks/support/floors.hpp"
#include "benchmarks/support/registry.hpp"

/// What a run has measured, and the files that are made of it.
namespace icnn::benchmarks {

struct Row {
  Name name;
  double median = 0;  ///< nanoseconds, over the repetitions
  double worst = 0;   ///< of the repetitions
  std::map<std::string, double> counters;
  std::string error;  ///< empty: none

  [[nodiscard]] double counter(const char* key) const {
    const auto found = counters.find(key);
    return found == counters.end() ? 0 : found->second;
  }
  [[nodiscard]] bool of_double() const { return name.scalar == "double"; }
  /// The least nanoseconds in which the machine could do it: by its multiply-adds and by the weights that it reads; 0 where
  /// neither is counted.
  [[nodiscard]] double floor(const Floors& floors) const;
};

struct Machine {
  std::string processor;
  unsigned threads = 0;
  std::string compiler;
  std::string flags;
  std::string registers;  ///< the vector registers that the kernels use
  std::string eigen;
  std::string date;  ///< UTC
};

[[nodiscard]] Machine this_machine();

struct Results {
  Machine machine;
  Floors floors;
  std::string command;  ///< how to repeat the run
  std::vector<Row> rows;
};

void write_json(const Results& results, const std::string& path);
void write_markdown(const Results& results, const std::string& path);
/// FOLDER/roofline.png by gnuplot; false where there is no gnuplot, and then only its script and data are there.
[[nodiscard]] bool draw_roofline(const Results& results, const std::string& folder);

}  // namespace icnn::benchmarks
