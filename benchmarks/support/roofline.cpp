// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "benchmarks/support/results.hpp"

namespace icnn::benchmarks {

namespace {

bool is_ours(const Row& row) { return row.name.contestant.starts_with("icnn"); }

/// One block of points: flops per byte, and 1e9 flops per second.
void write_points(std::ofstream& out, const Results& results, bool ours, bool of_double) {
  out << "# " << (ours ? "icnn" : "peers") << ' ' << (of_double ? "double" : "float") << "\n1e-9 1e-9\n";  // never empty
  for (const Row& row : results.rows) {
    if (row.counter("threads") > 1) continue;  // another roof
    const double flops = row.counter("flops"), bytes = row.counter("bytes");
    if (is_ours(row) != ours || row.of_double() != of_double || !row.error.empty() || flops <= 0 || bytes <= 0) continue;
    out << flops / bytes << ' ' << flops / row.median << '\n';
  }
  out << "\n\n";
}

}  // namespace

bool draw_roofline(const Results& results, const std::string& folder) {
  std::ofstream points(folder + "/roofline.dat");
  for (const bool of_double : {false, true}) {
    for (const bool ours : {false, true}) write_points(points, results, ours, of_double);
  }
  points.close();
  const Floors& f = results.floors;
  const double single = f.peak(false, false), twice = f.peak(true, false);
  std::ofstream script(folder + "/roofline.gp");
  script << "set terminal pngcairo size 960,640 font 'sans,11'\nset output 'roofline.png'\nset logscale xy\nset grid\n"
         << "set xlabel 'flops per byte of weights'\nset ylabel 'GFLOP/s'\nset key bottom right\n"
         << "set title 'One thread against what the machine can do'\nset xrange [0.1:1000]\nset yrange [0.1:" << 3 * single
         << "]\nset samples 1000\nmin(a, b) = a < b ? a : b\n"
         << "plot min(" << single << ", x * " << f.memory[1].bandwidth
         << ") lw 2 lc rgb 'black' title 'FMA peak float, L2', \\\n"
         << "  min(" << single << ", x * " << f.memory[3].bandwidth
         << ") lw 2 lc rgb 'grey' title 'FMA peak float, DRAM', \\\n"
         << "  " << twice << " lw 2 dt 2 lc rgb 'black' title 'FMA peak double', \\\n"
         << "  'roofline.dat' index 0 pt 6 lc rgb '#3b4cc0' title 'peers float', \\\n"
         << "  '' index 2 pt 4 lc rgb '#3b4cc0' title 'peers double', \\\n"
         << "  '' index 1 pt 7 lc rgb '#b40426' title 'icnn float', \\\n"
         << "  '' index 3 pt 5 lc rgb '#b40426' title 'icnn double'\n";
  script.close();
  return std::system(("cd '" + folder + "' && gnuplot roofline.gp > /dev/null 2>&1").c_str()) == 0;
}

}  // namespace icnn::benchmarks
