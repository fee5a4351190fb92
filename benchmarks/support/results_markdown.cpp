// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <set>

#include "benchmarks/support/results.hpp"

namespace icnn::benchmarks {

namespace {

/// Three digits are what a shared machine's times are worth.
std::string digits(double value) {
  char text[32];
  if (value >= 100) {
    std::snprintf(text, sizeof(text), "%.0f", value);
  } else {
    std::snprintf(text, sizeof(text), "%.3g", value);
  }
  return text;
}

std::string time(double nanoseconds) {
  if (nanoseconds < 1e3) return digits(nanoseconds) + " ns";
  if (nanoseconds < 1e6) return digits(nanoseconds * 1e-3) + " µs";
  return digits(nanoseconds * 1e-6) + " ms";
}

bool same_test(const Name& a, const Name& b) { return a.group == b.group && a.test == b.test && a.scalar == b.scalar; }

/// The values of a field, each once, in order of appearance.
template <class Field>
std::vector<std::string> distinct(const std::vector<Row>& rows, Field field) {
  std::vector<std::string> values;
  for (const Row& row : rows) {
    const std::string& value = field(row.name);
    if (std::ranges::find(values, value) == values.end()) values.push_back(value);
  }
  return values;
}

const Row* find(const std::vector<Row>& rows, const Name& test, const std::string& contestant) {
  const auto found = std::ranges::find_if(
      rows, [&](const Row& row) { return same_test(row.name, test) && row.name.contestant == contestant; });
  return found == rows.end() ? nullptr : &*found;
}

/// Counters beside those from which the floor is computed.
std::string others(const Row& row) {
  static const std::set<std::string> known = {"flops", "bytes", "set"};
  std::string text;
  for (const auto& [name, value] : row.counters) {
    if (!known.contains(name)) text += (text.empty() ? "" : ", ") + name + ' ' + digits(value);
  }
  return text;
}

std::string peer_cell(const Row* row, const Row* ours) {
  if (row == nullptr) return "";
  if (!row->error.empty()) return "**" + row->error + "**";
  std::string text = time(row->median);
  if (ours != nullptr && ours->error.empty()) text += ", " + digits(row->median / ours->median) + "×";
  return text;
}

void write_group(std::ofstream& out, const std::string& group, const std::vector<Row>& all, const Floors& floors) {
  std::vector<Row> rows;
  std::ranges::copy_if(all, std::back_inserter(rows), [&](const Row& row) { return row.name.group == group; });
  std::vector<std::string> peers = distinct(rows, [](const Name& n) -> const std::string& { return n.contestant; });
  std::erase(peers, "icnn");
  const auto any = [&](auto has) { return std::ranges::any_of(rows, has); };
  const bool floor = any([&](const Row& row) { return row.floor(floors) > 0; });
  const bool more = any([](const Row& row) { return !others(row).empty(); });

  out << "\n## " << group << "\n\n| case | scalar | icnn |" << (floor ? " of the floor |" : "");
  for (const std::string& peer : peers) out << ' ' << peer << " |";
  out << (more ? " icnn in detail |" : "") << "\n|---|---|---|" << (floor ? "---|" : "");
  for (std::size_t i = 0; i < peers.size(); ++i) out << "---|";
  out << (more ? "---|" : "") << '\n';
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Name& test = rows[i].name;
    if (i > 0 && same_test(rows[i - 1].name, test)) continue;  // contestants of a test follow one another
    const Row* ours = find(rows, test, "icnn");
    const bool good = ours != nullptr && ours->error.empty();
    out << "| " << test.test << " | " << test.scalar << " | " << peer_cell(ours, nullptr) << " |";
    if (floor)
      out << ' ' << (good && ours->floor(floors) > 0 ? digits(100 * ours->floor(floors) / ours->median) + " %" : "") << " |";
    for (const std::string& peer : peers) out << ' ' << peer_cell(find(rows, test, peer), ours) << " |";
    if (more) out << ' ' << (good ? others(*ours) : "") << " |";
    out << '\n';
  }
}

}  // namespace

void write_markdown(const Results& results, const std::string& path) {
  const Machine& m = results.machine;
  const Floors& floors = results.floors;
  std::ofstream out(path);
  out << "# Benchmarks of icnn\n\n"
      << m.date << ", " << m.processor << " (" << m.threads << " threads), " << m.compiler << ", flags `" << m.flags
      << "`, vector registers: " << m.registers << ", Eigen " << m.eigen << ". To repeat: `" << results.command << "`.\n\n"
      << "Times are medians; a peer's factor says how many times longer it takes than icnn. The floor is the larger of\n"
      << "multiply-adds at the FMA peak and weights at the bandwidth of the cache that holds them; 100 % would be a call "
         "that\n"
      << "does nothing else. All floors are measured in this run:\n\n"
      << "| FMA peak, GFLOP/s | float | double | float, 2 threads | double, 2 threads |\n|---|---|---|---|---|\n";
  const auto peak = [&](const char* when, const FmaPeak& p) {
    out << "| " << when << " | " << digits(p.single) << " | " << digits(p.twice) << " | " << digits(p.single_on_two) << " | "
        << digits(p.twice_on_two) << " |\n";
  };
  peak("before", floors.before);
  peak("after", floors.after);
  out << "\n| reads, one thread |";
  for (const MemoryLevel& level : floors.memory) out << ' ' << level.name << " |";
  out << "\n|---|---|---|---|---|\n| GB/s |";
  for (const MemoryLevel& level : floors.memory) out << ' ' << digits(level.bandwidth) << " |";
  out << '\n';
  for (const std::string& group : distinct(results.rows, [](const Name& n) -> const std::string& { return n.group; })) {
    write_group(out, group, results.rows, floors);
  }
}

}  // namespace icnn::benchmarks
