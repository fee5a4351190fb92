// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// A bundle solve, drawn: the cuts that it makes of a kinked network of one input, and the best value and the lower bound as
/// they close in on the minimum of one of twenty.

#include <icnn/icnn.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "examples/support/kinked.hpp"
#include "examples/support/options.hpp"
#include "examples/support/plot.hpp"

using namespace icnn;

namespace {

/// What one evaluation tells: an affine function that lies below f.
struct Cut {
  double y, value, slope;
  [[nodiscard]] double at(double v) const { return value + slope * (v - y); }
};

/// The cut from -1 to 1, as far as it lies above the floor; early ones are pale.
example::Curve line(const Cut& cut, double floor, double age, const std::string& title) {
  const double meets = cut.y + (floor - cut.value) / cut.slope;
  const Vector<double> y{{cut.at(-1) < floor ? meets : -1, cut.at(1) < floor ? meets : 1}};
  const char transparency = "0123456789abc"[static_cast<int>(12 * age)];
  return {title, y, y.unaryExpr([&](double v) { return cut.at(v); }), false,
          std::string("lines lw 2 lc rgb '#") + transparency + "00072b2'"};
}

/// What an observer has seen, as steps: each number holds until the next one.
struct Steps {
  std::vector<double> x, y;
  void add(double at, double number) {
    if (!y.empty()) {
      x.push_back(at);
      y.push_back(y.back());
    }
    if (y.empty() || y.back() != number) {
      x.push_back(at);
      y.push_back(number);
    }
  }
};

Vector<double> column(const std::vector<double>& numbers) {
  return Eigen::Map<const Vector<double>>(numbers.data(), static_cast<Index>(numbers.size()));
}

}  // namespace

int main(int argc, char* argv[]) {
  const auto options = example::read_options(argc, argv, "Draw a bundle solve: its cuts, and its bounds closing", 7);
  Random random(options.seed);

  // 1. One input. The solver sees a lambda, which notes where it was asked and what it answered.
  const auto f = example::kinked(1, 10, random);
  auto workspace = f.workspace();
  std::vector<Cut> cuts;
  const auto watched = [&](const Vector<double>& y, Vector<double>& gradient) {
    const double value = f.gradients(y, {.y = gradient}, workspace);
    cuts.push_back({y(0), value, gradient(0)});
    return value;
  };
  const Result small = argmin(watched, Box::cube(1, -1, 1),
                              {.relative_gap = 1e-8,
                               .method = Method::bundle,
                               .start = Vector<double>{{0.9}},
                               .oracle_error = 1e-13});  // how far rounding may move what the lambda returns
  std::cout << "1 input    " << small << "\n           at " << small.y << "\n";

  // 2. Twenty inputs: what is known after every evaluation.
  const Index inputs = 20;
  const auto g = example::kinked(inputs, options.quick ? 20 : 40, random);
  Steps values, bounds;
  const auto note = [&](Index evaluations, double value, double lower_bound) {
    values.add(static_cast<double>(evaluations), value);
    bounds.add(static_cast<double>(evaluations), lower_bound);
  };
  const Result large = argmin(g, Box::cube(inputs, -1, 1),
                              {.relative_gap = 1e-8, .method = Method::bundle, .observer = [&](const ArgminProgress& p) {
                                 note(p.evaluations, p.value, p.lower_bound);
                                 return true;
                               }});
  note(large.evaluations, large.value, large.lower_bound);  // the end, which the observer need not see
  std::cout << inputs << " inputs  " << large << "\n           with " << (large.y.array().abs() < 1).count()
            << " coordinates inside the box\n";

  // 3. The picture.
  const Vector<double> grid = Vector<double>::LinSpaced(201, -1, 1);
  const Vector<double> curve = f(Matrix<double>(grid.transpose())).transpose();
  const double floor = small.value - 0.4 * (curve.maxCoeff() - small.value);
  std::vector<example::Curve> left;
  std::vector<double> y, value;
  for (const Cut& cut : cuts) {
    y.push_back(cut.y);
    value.push_back(cut.value);
    const double age = 1 - static_cast<double>(y.size()) / static_cast<double>(cuts.size());
    left.push_back(line(cut, floor, age, age > 0 ? "" : "cuts"));
  }
  left.push_back({"f", grid, curve, false, "lines lw 2.5 lc rgb 'black'"});
  left.push_back({"points", column(y), column(value), true, "points pt 7 ps 0.7 lc rgb '#d55e00'", true});

  Steps between = values;  // forth along the values, and back along the bounds
  between.x.insert(between.x.end(), bounds.x.rbegin(), bounds.x.rend());
  between.y.insert(between.y.end(), bounds.y.rbegin(), bounds.y.rend());
  const std::vector<example::Curve> right{
      {"", column(between.x), column(between.y), false, "filledcurves closed fs solid noborder fc rgb '#e6e6e6'"},
      {"best value", column(values.x), column(values.y), false, "lines lw 2.5 lc rgb '#d55e00'"},
      {"lower bound", column(bounds.x), column(bounds.y), false, "lines lw 2.5 lc rgb '#0072b2'"}};
  const std::string picture = example::plot(options.out, "bundle",
                                            {{"one input: f and its cuts", "y", "f(y)", left},
                                             {"twenty inputs: the minimum lies between", "evaluations", "f(y)", right}},
                                            example::Format::svg);

  // 4. A verdict: no cut rises above f, and no point of many lies below the bounds.
  double rise = -infinity;
  for (const Cut& cut : cuts) {
    rise = std::max(rise, (grid.unaryExpr([&](double v) { return cut.at(v); }) - curve).maxCoeff());
  }
  Matrix<double> others(inputs, 2000);
  random.fill_uniform(others, -0.1, 0.1);
  others.colwise() += large.y;
  others = others.cwiseMax(-1).cwiseMin(1);
  const bool below = curve.minCoeff() >= small.lower_bound && g(others).minCoeff() >= large.lower_bound;
  example::write_json(options, {{"cuts", cuts.size()},
                                {"rise", rise},
                                {"value", large.value},
                                {"gap", large.gap()},
                                {"evaluations", large.evaluations}});
  const bool good = small.status == Status::optimal && large.status == Status::optimal && rise < 1e-12 && below;
  std::cout << "cuts       rise above f by " << rise << " at most: rounding\npicture    " << picture << "\n"
            << (good ? "ok: both minima certified, every cut below f\n" : "FAILED: see above\n");
  return good ? 0 : 1;
}
