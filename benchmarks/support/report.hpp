// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <benchmark/benchmark.h>

#include <vector>

#include "benchmarks/support/results.hpp"

namespace icnn::benchmarks {

/// Google Benchmark's console output, of repetitions the median and the spread alone; keeps every row for the files.
class Report : public benchmark::ConsoleReporter {
 public:
  Report();
  void ReportRuns(const std::vector<Run>& runs) override;

  [[nodiscard]] const std::vector<Row>& rows() const noexcept { return rows_; }

 private:
  std::vector<Row> rows_;
};

/// The floors on the console, as Google Benchmark does with what it knows of the machine.
void print_peak(const char* when, const FmaPeak& peak);
void print_bandwidths(const Floors& floors);

}  // namespace icnn::benchmarks
