// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/networks/ficnn.hpp>
#include <icnn/sets/box.hpp>
#include <icnn/sets/polyhedron.hpp>
#include <icnn/sets/simplex.hpp>

#include <coin/ClpSimplex.hpp>
#include <coin/CoinPackedMatrix.hpp>

#include <algorithm>
#include <string>
#include <vector>

/// The minimum of a piecewise linear FICNN over a polytope as a linear program, solved by Clp: an oracle that shares no code
/// with argmin. Every activation is g(t) = max_k slope_k t + offset_k, weights W^z are non-negative, and the output is
/// minimized, so
///
///     z_{i+1} >= slope_k (W^z_i z_i + W^y_i y + b_i) + offset_k   for every layer i and piece k
///
/// holds with equality for some k wherever it matters.
namespace icnn::test {

/// The pieces of a piecewise linear activation, which is their largest where it is convex.
template <class A>
[[nodiscard]] std::vector<LinearPiece> pieces(const A& activation) {
  const LinearPieces all = pieces_of(activation);
  if (all.count == 0) fail({"pieces", "a piecewise linear activation", name_of(activation)});
  return {all.piece, all.piece + all.count};
}

struct LinearOptimum {
  bool optimal = false, infeasible = false;  ///< what Clp says
  double value = 0;
  Vector<double> y;
};

/// min c'x subject to bounds and rows. The columns begin free and without cost.
class ClpProgram {
 public:
  static constexpr double tolerance = 1e-9;

  explicit ClpProgram(Index columns)
      : cost(Vector<double>::Zero(columns)),
        lower(Vector<double>::Constant(columns, -COIN_DBL_MAX)),
        upper(Vector<double>::Constant(columns, COIN_DBL_MAX)) {}

  /// low <= row x <= high; the row may be shorter than x.
  void add(const Vector<double>& row, double low, double high) {
    for (Index j = 0; j < row.size(); ++j) {
      if (row(j) == 0) continue;
      rows_.push_back(static_cast<int>(low_.size()));
      columns_.push_back(static_cast<int>(j));
      entries_.push_back(row(j));
    }
    low_.push_back(std::max(low, -COIN_DBL_MAX));
    high_.push_back(std::min(high, COIN_DBL_MAX));
  }

  /// Answers with the first n columns as y.
  [[nodiscard]] LinearOptimum solve(Index n) const {
    CoinPackedMatrix matrix(true, rows_.data(), columns_.data(), entries_.data(), static_cast<int>(entries_.size()));
    matrix.setDimensions(static_cast<int>(low_.size()), static_cast<int>(cost.size()));
    ClpSimplex model;
    model.setLogLevel(0);
    model.loadProblem(matrix, lower.data(), upper.data(), cost.data(), low_.data(), high_.data());
    model.setPrimalTolerance(tolerance);
    model.setDualTolerance(tolerance);
    model.scaling();
    model.dual();
    model.primal();
    const Eigen::Map<const Vector<double>> x(model.getColSolution(), cost.size());
    return {model.isProvenOptimal(), model.isProvenPrimalInfeasible(), model.getObjValue(), x.head(n)};
  }

  Vector<double> cost, lower, upper;

 private:
  std::vector<int> rows_, columns_;  // of the entries
  std::vector<double> entries_, low_, high_;
};

inline void constrain(ClpProgram& program, const Box& box) {
  program.lower.head(box.dimension()) = box.lower().cwiseMax(-COIN_DBL_MAX);
  program.upper.head(box.dimension()) = box.upper().cwiseMin(COIN_DBL_MAX);
}
inline void constrain(ClpProgram& program, const Simplex& simplex) {
  program.lower.head(simplex.dimension()).setZero();
  program.add(Vector<double>::Ones(simplex.dimension()), simplex.total(), simplex.total());
}
inline void constrain(ClpProgram& program, const Polyhedron& set) {
  constrain(program, set.box());
  for (Index i = 0; i < set.b().size(); ++i) program.add(set.A().row(i), -infinity, set.b()(i));
  for (Index i = 0; i < set.e().size(); ++i) program.add(set.E().row(i), set.e()(i), set.e()(i));
}

/// min f(y) - <tilt, y> over a box, simplex or polyhedron. The output term of f may be linear, not quadratic.
template <class Chain, class Set>
[[nodiscard]] LinearOptimum linear_optimum(const BasicFicnn<Chain>& f, const Vector<double>& tilt, const Set& set) {
  const Index n = f.inputs();
  if (f.output_term().is_quadratic()) fail({"linear_optimum", "a piecewise linear network", "a quadratic output term"});
  Index columns = n;
  f.chain().for_each([&](auto, const auto& layer) { columns += layer.width(); });
  ClpProgram program(columns);
  constrain(program, set);
  const auto block = [&](const std::string& name, Index rows, Index cols) -> Matrix<double> {
    if (!f.layout().contains(name)) return Matrix<double>::Zero(rows, cols);
    return f.parameters()[name].template cast<double>();
  };
  Index first = n, below = 0;  // of the z of this layer, and how many there are in the layer below
  f.chain().for_each([&](Index i, const auto& layer) {
    const Index width = layer.width();
    const Matrix<double> wz = block(block_name("Wz", i), width, below), wy = block(block_name("Wy", i), width, n);
    const Vector<double> b = block(block_name("b", i), width, 1);
    for (Index r = 0; r < width; ++r) {
      for (const auto& [slope, offset, end] : pieces(layer.activation())) {
        if (slope == 0) {
          program.lower(first + r) = offset;
          continue;
        }
        Vector<double> row = Vector<double>::Zero(columns);
        row.head(n) = -slope * wy.row(r);
        if (below > 0) row.segment(first - below, below) = -slope * wz.row(r);
        row(first + r) = 1;
        program.add(row, slope * b(r) + offset, infinity);
      }
    }
    first += width;
    below = width;
  });
  program.cost.head(n) = block("d", n, 1) - tilt;
  program.cost(columns - 1) = 1;
  return program.solve(n);
}

}  // namespace icnn::test
