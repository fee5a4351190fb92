// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// The map of optimal transport between two clouds of points is the gradient of a convex function, its potential, and the
/// way back is the gradient of the conjugate: y = argmax <v, y> - f(y). Potentials are those that the Wasserstein-2
/// benchmark has trained (Korotin et al., NeurIPS 2021) where --data names a folder with its w2/*.safetensors, else random
/// ones of that kind. Every y is brought to v = grad f(y) and back. With --out DIR, potentials and points are left there for
/// inverse_map_scipy.py.

#include <chrono>
#include <filesystem>
#include <icnn/icnn.hpp>
#include <icnn/io.hpp>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "examples/support/options.hpp"

using namespace icnn;

namespace {

constexpr double modulus = 0.01;  // f has 0.005 |y|^2 in it
using Potential = Ficnn<double, Celu, Identity>;

FicnnOptions architecture(Index inputs, Widths hidden) {
  return {.inputs = inputs, .hidden = std::move(hidden), .quadratic_rank = 1, .output = {.diagonal = true}};
}

/// The benchmark's file: tensors have names of their own, and quadratics the shape inputs x rank x units.
Potential load_potential(const std::string& path, Matrix<double>& points) {
  TensorFile file = open_safetensors(path);
  std::vector<TensorName> names{{"Wz[3]", "final_layer.weight"}};
  Widths hidden;
  for (Index i = 0; i < 3; ++i) {
    const std::string layer = "quadratic_layers." + std::to_string(i);
    names.push_back({block_name("A", i), layer + ".quadratic_decomposed", {2, 1, 0}});
    names.push_back({block_name("Wy", i), layer + ".weight"});
    names.push_back({block_name("b", i), layer + ".bias"});
    if (i > 0) names.push_back({block_name("Wz", i), "convex_layers." + std::to_string(i - 1) + ".weight"});
    hidden.push_back(static_cast<Index>(file.find(layer + ".weight")->extents[0]));
  }
  const TensorEntry& stored = *file.find("reference.y");  // a point is a row there, a column here
  points.resize(static_cast<Index>(stored.extents[1]), static_cast<Index>(stored.extents[0]));
  file.read(stored, 0, std::span<double>(points.data(), static_cast<std::size_t>(points.size())));
  Potential f(architecture(points.rows(), std::move(hidden)));
  load_named(f, std::move(file), names);
  f.edit([](auto& weights) { weights["D"].setConstant(modulus); });
  return f;
}

Potential random_potential(Index inputs, Random& random) {
  Potential f(architecture(inputs, {64, 64, 32}));
  initialize(f, random);
  f.edit([](auto& weights) { weights["D"].setConstant(modulus); });
  return f;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

struct Row {
  double evaluations = 0, microseconds = 0, farthest = 0, largest_bound = 0;
  bool certified = true;
};

/// From every point to its image and back, as close as rounding allows. Errors count relative to |y|; for a strongly convex
/// f the point found is no farther from the true one than |grad f(y) - v| / modulus.
template <class F>
Row invert(const F& f, const Matrix<double>& points) {
  const WholeSpace space(f.inputs());
  Conjugate star(f, space, {.relative_gap = 1e-13});
  ConjugateResult found;
  Row row;
  std::vector<double> evaluations, times;
  for (Index c = 0; c < points.cols(); ++c) {
    const Vector<double> y = points.col(c), v = f.gradient(y);
    const auto start = std::chrono::steady_clock::now();
    star(v, found);
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
    evaluations.push_back(static_cast<double>(found.evaluations));
    row.farthest = std::max(row.farthest, (found.gradient - y).norm() / y.norm());
    row.largest_bound = std::max(row.largest_bound, (f.gradient(found.gradient) - v).norm() / modulus / y.norm());
    row.certified = row.certified && found.gap() <= 1e-9 * (1 + std::abs(found.value) + v.norm() * y.norm());
  }
  row.evaluations = median(evaluations);
  row.microseconds = median(times);
  return row;
}

}  // namespace

int main(int argc, char* argv[]) {
  const auto options = example::read_options(argc, argv, "Go back along the gradient maps of convex potentials");
  const std::string folder = options.data + "/w2/";
  const bool real = !options.data.empty() && std::filesystem::exists(folder + "2_v1.safetensors");
  std::cout << (real ? "the potentials of the Wasserstein-2 benchmark"
                     : "random potentials (--data DIR: those of the Wasserstein-2 benchmark)")
            << "\n\ninputs  potential  evaluations  us a point  |y* - y| / |y|, most  certified, at most\n";
  Random random(options.seed);
  nlohmann::json figures;
  bool good = true;
  for (const Index n : {2, 4, 8, 16, 32, 64}) {
    if (options.quick && n > 8) break;
    Matrix<double> points(n, 256);
    random.fill_normal(points, 1);
    std::vector<Potential> both;
    for (const std::string version : {"_v1", "_v2"}) {
      both.push_back(real ? load_potential(folder + std::to_string(n) + version + ".safetensors", points)
                          : random_potential(n, random));
    }
    if (options.quick) points = Matrix<double>(points.leftCols(32));
    const auto show = [&](const char* name, const auto& f) {
      const Row row = invert(f, points);
      std::cout << std::setw(6) << n << std::setw(11) << name << std::setw(13) << row.evaluations << std::setw(12)
                << std::llround(row.microseconds) << std::setw(23) << row.farthest << std::setw(23) << row.largest_bound
                << std::endl;
      figures[name][std::to_string(n)] = {{"evaluations", row.evaluations},
                                          {"microseconds", row.microseconds},
                                          {"farthest", row.farthest},
                                          {"largest_bound", row.largest_bound}};
      good = good && row.certified && row.farthest <= 1e-6 && row.largest_bound <= 1e-6;
    };
    std::cout << std::setprecision(2);
    show("one", both[0]);
    show("sum of two", sum(both));  // the benchmark's own map
    if (options.out.empty()) continue;
    std::filesystem::create_directories(options.out);
    const std::string stem = options.out + "/inverse_map_" + std::to_string(n);
    for (std::size_t k = 0; k < 2; ++k) save(both[k], stem + "_" + std::to_string(k) + ".safetensors");
    save_npy(points, stem + ".npy");
  }
  example::write_json(options, figures);
  std::cout << (good ? "ok: every point is back, to 1e-6 and certified\n" : "FAILED: see above\n");
  return good ? 0 : 1;
}
