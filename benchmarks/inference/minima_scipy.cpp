// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmarks/inference/minima.hpp"

namespace icnn::benchmarks {

namespace {

/// The weights by layers, as rows.
template <class F>
nlohmann::json to_json(const F& f) {
  auto layers = nlohmann::json::array();
  f.chain().for_each([&](Index i, const auto&) {
    nlohmann::json layer;
    for (const char* name : {"Wz", "Wy", "b"}) {
      if (!f.layout().contains(block_name(name, i))) continue;
      const Matrix<double> block = f.parameters()[block_name(name, i)].template cast<double>();
      for (Index r = 0; r < block.rows(); ++r) {
        const std::vector<double> row(block.row(r).begin(), block.row(r).end());
        name[0] == 'b' ? layer[name].push_back(row[0]) : layer[name].push_back(row);
      }
    }
    layers.push_back(layer);
  });
  return layers;
}

/// Python measures itself, once, and tells.
template <class Case>
void run(benchmark::State& state) {
  const auto file = std::filesystem::temp_directory_path() / "icnn_minima_scipy.json";
  std::ofstream(file) << nlohmann::json{
      {"inputs", Case::get().inputs()}, {"tolerance", Case::gap}, {"layers", to_json(Case::get())}};
  const std::string command = "OMP_NUM_THREADS=1 '" ICNN_PYTHON "' '" ICNN_MINIMA_SCIPY "' '" + file.string() + "'";
  std::string text(1000, '\0');
  {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    if (pipe) text.resize(std::fread(text.data(), 1, text.size(), pipe.get()));
  }
  std::filesystem::remove(file);
  const auto answer = nlohmann::json::parse(text, nullptr, false);
  if (answer.is_discarded()) return state.SkipWithError("it failed");
  if (!is_minimum<Case>(answer["value"].get<double>())) return state.SkipWithError("not the minimum");
  for (auto _ : state) state.SetIterationTime(answer["seconds"].get<double>());
  count(state, answer["evaluations"].get<double>());
}

const Registration minima([] {
  for_each_argmin([]<class Case> { add(argmin_name<Case>("scipy_lbfgsb"), run<Case>, Clock::its_own); });
});

}  // namespace

}  // namespace icnn::benchmarks
