// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <vector>

#include "icnn/core/sparse.hpp"
#include "icnn/inference/entropy.hpp"
#include "icnn/inference/model.hpp"
#include "icnn/sets/to_polyhedron.hpp"

namespace icnn::inline ICNN_ISA {

/// A linear or convex quadratic program, for any solver:
///
///     min  c'x + x'Q x / 2 + constant   subject to   l <= x <= u,   row_lower <= A x <= row_upper.
struct LinearProgram {
  Index inputs = 0;                         ///< the first of x are y
  Vector<double> cost{};                    ///< c
  double constant = 0;                      ///< of the objective
  Vector<double> lower{}, upper{};          ///< of x
  SparseColumns<double> rows{1};            ///< a column for each row of A
  Vector<double> row_lower{}, row_upper{};  ///< infinite where there is no limit
  SparseColumns<double> quadratic{1};       ///< the lower triangle of Q, column by column; no columns: Q = 0

  [[nodiscard]] Index variables() const noexcept { return cost.size(); }
};

namespace detail {

/// A template, so that who exports nothing compiles nothing.
template <class Model>
[[nodiscard]] LinearProgram to_linear_program(Model& model, const Polyhedron& set) {
  const Index n = model.inputs(), neurons = model.neurons();
  if (set.dimension() != n) {
    fail({"to_linear_program", text("a set in ", n, " dimensions, as many as the function has inputs"),
          text(set.dimension())});
  }
  if (model.folds() == Folds::no) {
    fail({"to_linear_program", "neurons with two linear pieces each (Relu, LeakyRelu, AbsoluteValue)",
          "an activation that is curved, or a maximum of quadratics"});
  }
  Vector<double> low(neurons), high(neurons), kink(neurons);
  model.pieces(low, high, kink);
  std::vector<Index> free;
  for (Index j = 0; j < neurons; ++j) {
    if (low(j) < high(j)) free.push_back(j);
  }
  const Index count = static_cast<Index>(free.size());
  model.make_room_to_fold(count);
  const Index size = n + count, limits = set.b().size(), equations = set.e().size();
  LinearProgram program;
  program.inputs = n;
  for (auto* v : {&program.cost, &program.lower, &program.upper}) v->resize(size);
  for (auto* v : {&program.row_lower, &program.row_upper}) v->resize(count + limits + equations);
  program.rows = SparseColumns<double>(size);
  vec::fill(program.cost, 0);
  vec::fill(program.lower, 0);
  vec::fill(program.upper, infinity);
  vec::fill(program.row_lower, -infinity);
  vec::copy(set.box().lower(), program.lower);
  vec::copy(set.box().upper(), program.upper);
  Matrix<double> a(n, count), b(count, count);
  Vector<double> e(count), origin(n);
  vec::fill({b.data(), b.size()}, 0);
  vec::fill(origin, 0);
  double* cost = program.cost.data();
  model.fold({low, free.data(), count}, origin, {a.data(), n, b.data(), count, e.data(), cost, cost + n, &program.constant});
  const auto add = [&](Index variable, double value) {
    if (value != 0) program.rows.add(variable, value);
  };
  for (Index k = 0; k < count; ++k) {  // gap (a'y + b'w + e) <= w_k
    const Index j = free[static_cast<std::size_t>(k)];
    const double gap = high(j) - low(j);
    for (Index i = 0; i < n; ++i) add(i, gap * a(i, k));
    for (Index i = 0; i < k; ++i) add(n + i, gap * b(i, k));
    add(n + k, -1);
    program.rows.end_column();
    program.row_upper(k) = -gap * e(k);
  }
  const auto add_rows = [&](const Matrix<double>& matrix, Index rows) {
    for (Index r = 0; r < rows; ++r) {
      for (Index i = 0; i < n; ++i) add(i, matrix(r, i));
      program.rows.end_column();
    }
  };
  add_rows(set.A(), limits);
  add_rows(set.E(), equations);
  vec::copy(set.b(), {program.row_upper.data() + count, limits});
  vec::copy(set.e(), {program.row_upper.data() + count + limits, equations});
  vec::copy(set.e(), {program.row_lower.data() + count + limits, equations});
  if (model.folds() == Folds::quadratic) {
    Matrix<double> hessian(n, n);
    model.hessian(hessian);
    program.quadratic = SparseColumns<double>(size);
    for (Index c = 0; c < size; ++c) {
      for (Index r = c; r < n; ++r) {
        if (hessian(r, c) != 0) program.quadratic.add(r, hessian(r, c));
      }
      program.quadratic.end_column();
    }
  }
  return program;
}

}  // namespace detail

/// min f over the set as a program that any linear (or quadratic) solver reads, and whose optimal y and value are those of
/// f: a variable w >= 0 for each neuron with two pieces, what it gives beyond its lesser one, and a row that says how much
/// that is at least. Networks of such neurons, with a quadratic output term or without, and what combinators make of them;
/// sets that are polyhedra. As a block of a larger model: f(y) <= t where c'x + constant <= t for some w that obey the rows.
///
/// Exact where no weights have to be added up: with ReLU throughout all coefficients are the network's own. Allocates;
/// (inputs + neurons) neurons numbers on the way. Throws Error for curved activations, maxima of quadratics, and entropies.
template <ConvexFunctionOfY F, PolyhedralSet Set>
[[nodiscard]] LinearProgram to_linear_program(const F& f, const Set& set) {
  if (detail::is_entropic(f))
    fail({"to_linear_program", "a function without an entropy", "one that is none of a quadratic program's"});
  detail::refuse_inner_entropy("to_linear_program", f);
  const ModelPointer model = make_model(f, false);
  return detail::to_linear_program(*model, to_polyhedron(set));
}

}  // namespace icnn::inline ICNN_ISA
