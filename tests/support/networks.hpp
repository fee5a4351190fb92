// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>

#include <icnn/core/parameterized.hpp>
#include <icnn/core/random.hpp>

namespace icnn::test {

/// Random admissible parameters: normal numbers over the square root of the fan-in times `scale`, absolute values where a
/// sign is asked for, gate biases around 1.
template <class S>
void randomize(Parameterized<S>& network, Random& random, double scale = 1) {
  using std::abs;  // else that of integers may be all there is
  network.edit([&](ParameterEdit<S>& edit) {
    for (const Block& block : edit.layout().blocks()) {
      auto map = edit[block];
      random.fill_normal(map, scale / std::sqrt(static_cast<double>(block.cols)));
      if (block.name.starts_with("bz") || block.name.starts_with("by")) map.array() += S(1);
      for (Index c = 0; c < block.cols; ++c)
        for (Index r = 0; r < block.rows; ++r)
          if (block.non_negative(r, c)) map(r, c) = abs(map(r, c));
    }
  });
}

/// Inputs in units of their own, from 1e-3 to 1e3 times what they were.
template <class S>
void scale_inputs(Parameterized<S>& network, Random& random) {
  network.edit([&](ParameterEdit<S>& edit) {
    const Layout& layout = edit.layout();
    for (Index j = 0; j < edit["Wy[0]"].cols(); ++j) {
      const S scale = static_cast<S>(std::pow(10.0, random.uniform(-3, 3)));
      for (const Block& block : layout.blocks()) {
        if (block.name.starts_with("Wy")) edit[block].col(j) *= scale;
      }
      if (layout.contains("d")) edit["d"](j) *= scale;
      if (layout.contains("D")) edit["D"](j) *= scale * scale;
    }
  });
}

template <class S>
Matrix<S> random_matrix(Random& random, Index rows, Index cols, double scale = 1) {
  Matrix<S> m(rows, cols);
  random.fill_normal(m, scale);
  return m;
}

template <class S>
Vector<S> random_vector(Random& random, Index size, double scale = 1) {
  return random_matrix<S>(random, size, 1, scale);
}

}  // namespace icnn::test
