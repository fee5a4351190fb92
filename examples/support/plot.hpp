// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>
#include <vector>

#include <icnn/core/types.hpp>

namespace icnn::example {

/// A line through points or, on request, the points alone. Without a title it is not in the legend.
struct Curve {
  std::string title;
  Vector<double> x;
  Vector<double> y;
  bool points = false;
  std::string style = {};  ///< in place of the usual one, in gnuplot's words: "lines lw 2 lc rgb '#0072b2'"
  bool numbered = false;   ///< 1, 2, ... above the points
};

/// Values over a rectangle, drawn in bands of color: z(i, k) belongs to x at i and y at k, evenly spaced between the ends.
struct HeatMap {
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;
  Matrix<double> z = {};
};

/// One picture in a row of them; curves lie over the heat map.
struct Panel {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Curve> curves;
  HeatMap heat = {};
  bool log_y = false;
};

/// What a picture is stored as.
enum class Format { png, svg };

/// Writes name.csv, name.gp and, where gnuplot is installed, name.png (or .svg) into the folder (made if need be); returns
/// the path of the picture, or of the script where there is no gnuplot.
std::string plot(const std::string& folder, const std::string& name, const std::vector<Panel>& panels,
                 Format format = Format::png);

/// The columns of a grid over a rectangle, x first: what a function of two variables is evaluated at for a HeatMap.
Matrix<double> grid(const HeatMap& heat, Index per_side);

}  // namespace icnn::example
