// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>
#include <vector>

#include <icnn/core/types.hpp>

namespace icnn::example {

struct Curve {
  std::string title;
  Vector<double> x;
  Vector<double> y;
};

/// Writes name.csv, name.gp and, where gnuplot is installed, name.png into the folder (made if need be); returns the path
/// of the picture, or of the script where there is no gnuplot. Panels stand side by side, one per list of curves.
std::string plot(const std::string& folder, const std::string& name, const std::vector<std::vector<Curve>>& panels);

}  // namespace icnn::example
