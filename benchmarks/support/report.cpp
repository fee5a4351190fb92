// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/support/report.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace icnn::benchmarks {

namespace {

/// group/test/scalar/contestant, taken apart.
Name parse(const std::string& text) {
  Name name;
  std::string* const parts[] = {&name.group, &name.test, &name.scalar, &name.contestant};
  std::size_t begin = 0;
  for (std::string* part : parts) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    *part = text.substr(begin, end - begin);
    begin = std::min(end + 1, text.size());
  }
  return name;
}

/// The message of a run that failed, by the name that this version of Google Benchmark has for it.
template <class Run>
std::string error_of(const Run& run) {
  if constexpr (requires { run.error_occurred; }) {
    return run.error_occurred ? run.error_message : "";
  } else {
    return static_cast<int>(run.skipped) != 0 ? run.skip_message : "";
  }
}

double median(std::vector<double> times) {
  std::ranges::sort(times);
  const std::size_t half = times.size() / 2;
  return times.size() % 2 == 1 ? times[half] : (times[half - 1] + times[half]) / 2;
}

}  // namespace

/// Colors are for people.
Report::Report() : ConsoleReporter(isatty(1) != 0 ? OO_ColorTabular : OO_Tabular) {}

void Report::ReportRuns(const std::vector<Run>& runs) {
  std::vector<Run> shown;
  std::ranges::copy_if(runs, std::back_inserter(shown), [](const Run& run) {
    return run.run_type == Run::RT_Iteration ? run.repetitions <= 1 || !error_of(run).empty()
                                             : run.aggregate_name == "median" || run.aggregate_name == "cv";
  });
  if (!shown.empty()) ConsoleReporter::ReportRuns(shown);

  Row row;
  std::vector<double> times;
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration) continue;
    row.name = parse(run.run_name.function_name);
    row.error = error_of(run);
    if (!row.error.empty()) break;
    times.push_back(1e9 * run.real_accumulated_time / static_cast<double>(std::max<std::int64_t>(1, run.iterations)));
    for (const auto& [name, counter] : run.counters) row.counters[name] = counter.value;
  }
  if (!times.empty()) {
    row.median = median(times);
    row.worst = *std::ranges::max_element(times);
  }
  if (!times.empty() || !row.error.empty()) rows_.push_back(row);
}

void print_peak(const char* when, const FmaPeak& peak) {
  std::printf("FMA peak %s: %.1f GFLOP/s float, %.1f double; on two threads %.1f float, %.1f double\n", when, peak.single,
              peak.twice, peak.single_on_two, peak.twice_on_two);
}

void print_bandwidths(const Floors& floors) {
  std::printf("Reads, one thread:");
  for (const MemoryLevel& level : floors.memory) std::printf(" %s %.1f", level.name, level.bandwidth);
  std::printf(" GB/s; clock taken for %.2f GHz\n", floors.clock());
}

}  // namespace icnn::benchmarks
