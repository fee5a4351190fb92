// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/support/registry.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace icnn::benchmarks {

namespace {

struct Entry {
  Name name;
  std::function<void(benchmark::State&)> function;
  Clock clock;
};

std::vector<Entry>& entries() {  // in a function, so that it exists whichever file is initialized first
  static std::vector<Entry> all;
  return all;
}

/// Where the first of those stands that `same` holds for.
template <class Same>
std::size_t first_of(const std::vector<Entry>& all, Same same) {
  return static_cast<std::size_t>(std::ranges::find_if(all, [&](const Entry& e) { return same(e.name); }) - all.begin());
}

}  // namespace

void add(Name name, std::function<void(benchmark::State&)> function, Clock clock) {
  entries().push_back({std::move(name), std::move(function), clock});
}

void register_all() {
  const std::vector<Entry>& all = entries();
  std::vector<std::pair<std::pair<std::size_t, std::size_t>, const Entry*>> order;
  for (const Entry& entry : all) {
    const Name& name = entry.name;
    order.push_back(
        {{first_of(all, [&](const Name& n) { return n.group == name.group; }),
          first_of(all,
                   [&](const Name& n) { return n.group == name.group && n.test == name.test && n.scalar == name.scalar; })},
         &entry});
  }
  std::ranges::stable_sort(order, {}, &std::pair<std::pair<std::size_t, std::size_t>, const Entry*>::first);
  for (const auto& [place, entry] : order) {
    auto* registered = benchmark::RegisterBenchmark(entry->name.text().c_str(), entry->function);
    entry->clock == Clock::usual ? registered->UseRealTime() : registered->UseManualTime();
  }
}

}  // namespace icnn::benchmarks
