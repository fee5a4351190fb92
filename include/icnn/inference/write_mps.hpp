// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "icnn/inference/linear_program.hpp"

namespace icnn::inline ICNN_ISA {

/// Writes a program to an output stream in free MPS format, which linear and quadratic solvers read: columns y0, y1, ... and
/// w0, w1, ..., rows r0, r1, ..., the objective f (its constant as the negative right-hand side, as is usual), and a QUADOBJ
/// section where there is a quadratic. Throws Error for a program whose parts do not fit together.
template <class Stream>
void write_mps(Stream& to, const LinearProgram& program, std::string_view name = "icnn") {
  const Index size = program.variables(), count = program.row_upper.size();
  const bool fits =
      program.inputs >= 0 && program.inputs <= size && program.lower.size() == size && program.upper.size() == size &&
      program.row_lower.size() == count && program.rows.cols() == count && (count == 0 || program.rows.rows() == size) &&
      (program.quadratic.cols() == 0 || (program.quadratic.cols() == size && program.quadratic.rows() == size));
  if (!fits) fail({"write_mps", "as many costs, bounds, rows and limits as belong together", "others"});
  std::ostringstream out;  // with digits that read back the same, whatever the locale
  out.imbue(std::locale::classic());
  out.precision(std::numeric_limits<double>::max_digits10);
  const auto column = [&](Index j) -> std::ostream& {
    return j < program.inputs ? out << " y" << j : out << " w" << j - program.inputs;
  };
  const auto line = [&](std::string_view kind, Index j, double value) {
    out << ' ' << kind << " bounds";
    column(j) << ' ';
    out << value << '\n';
  };
  std::vector<std::vector<std::pair<Index, double>>> entries(static_cast<std::size_t>(size));
  for (Index r = 0; r < count; ++r) {
    const auto indices = program.rows.indices(r);
    const auto values = program.rows.values(r);
    for (std::size_t k = 0; k < indices.size(); ++k)
      entries[static_cast<std::size_t>(indices[k])].emplace_back(r, values[k]);
  }
  out << "NAME " << name << " FREE\nROWS\n N f\n";
  for (Index r = 0; r < count; ++r) {
    const bool equation = program.row_lower(r) == program.row_upper(r);
    out << ' ' << (equation ? 'E' : 'L') << " r" << r << '\n';
    if (!equation && program.row_lower(r) != -infinity)
      fail({"write_mps", "equations and upper limits", "a row with two limits"});
  }
  out << "COLUMNS\n";
  for (Index j = 0; j < size; ++j) {
    column(j) << " f ";
    out << program.cost(j) << '\n';
    for (const auto& [r, value] : entries[static_cast<std::size_t>(j)]) {
      column(j) << " r" << r << ' ';
      out << value << '\n';
    }
  }
  constexpr double no_limit = 1e30;  // what solvers take for none
  out << "RHS\n";
  if (program.constant != 0) {
    out << " rhs f ";
    out << -program.constant << '\n';
  }
  for (Index r = 0; r < count; ++r) {
    if (program.row_upper(r) == 0) continue;
    out << " rhs r" << r << ' ';
    out << (std::isfinite(program.row_upper(r)) ? program.row_upper(r) : no_limit) << '\n';
  }
  out << "BOUNDS\n";
  for (Index j = 0; j < size; ++j) {
    const double low = program.lower(j), high = program.upper(j);
    if (low == high) {
      line("FX", j, low);
      continue;
    }
    if (low == -infinity) {
      out << " MI bounds";
      column(j) << '\n';
    } else if (low != 0) {
      line("LO", j, low);
    }
    if (high != infinity) line("UP", j, high);
  }
  if (program.quadratic.cols() > 0) {
    out << "QUADOBJ\n";
    for (Index c = 0; c < size; ++c) {
      const auto indices = program.quadratic.indices(c);
      const auto values = program.quadratic.values(c);
      for (std::size_t k = 0; k < indices.size(); ++k) {
        column(c);
        column(indices[k]) << ' ';
        out << values[k] << '\n';
      }
    }
  }
  out << "ENDATA\n";
  to << out.str();
}

}  // namespace icnn::inline ICNN_ISA
