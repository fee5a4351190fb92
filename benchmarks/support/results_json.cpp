// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <fstream>
#include <nlohmann/json.hpp>

#include "benchmarks/support/results.hpp"

namespace icnn::benchmarks {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(const FmaPeak& peak) {
  return {{"float", peak.single},
          {"double", peak.twice},
          {"float_two_threads", peak.single_on_two},
          {"double_two_threads", peak.twice_on_two}};
}

Json to_json(const Floors& floors) {
  Json memory = Json::array();
  for (const MemoryLevel& level : floors.memory) {
    memory.push_back({{"level", level.name}, {"probe_bytes", level.probe}, {"gigabytes_per_second", level.bandwidth}});
  }
  return {{"fma_gflops_before", to_json(floors.before)},
          {"fma_gflops_after", to_json(floors.after)},
          {"read_bandwidth", memory},
          {"clock_ghz", floors.clock()}};
}

Json to_json(const Row& row, const Floors& floors) {
  Json json = {
      {"group", row.name.group}, {"case", row.name.test}, {"scalar", row.name.scalar}, {"contestant", row.name.contestant}};
  if (!row.error.empty()) {
    json["error"] = row.error;
    return json;
  }
  json["median_ns"] = row.median;
  json["worst_ns"] = row.worst;
  for (const auto& [name, value] : row.counters) json[name] = value;
  const double floor = row.floor(floors), flops = row.counter("flops");
  if (flops > 0) {
    json["fraction_of_fma_peak"] = flops / row.median / floors.peak(row.of_double(), row.counter("threads") > 1);
  }
  if (floor > 0) {
    json["floor_ns"] = floor;
    json["fraction_of_floor"] = floor / row.median;
  }
  return json;
}

}  // namespace

void write_json(const Results& results, const std::string& path) {
  const Machine& m = results.machine;
  Json rows = Json::array();
  for (const Row& row : results.rows) rows.push_back(to_json(row, results.floors));
  const Json json = {{"machine", {{"processor", m.processor}, {"threads", m.threads}}},
                     {"compiler", m.compiler},
                     {"flags", m.flags},
                     {"registers", m.registers},
                     {"eigen", m.eigen},
                     {"date", m.date},
                     {"command", results.command},
                     {"floors", to_json(results.floors)},
                     {"rows", rows}};
  std::ofstream(path) << json.dump(1) << '\n';
}

}  // namespace icnn::benchmarks
