// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/plot.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace icnn::example {

std::string plot(const std::string& folder, const std::string& name, const std::vector<std::vector<Curve>>& panels) {
  namespace fs = std::filesystem;
  fs::create_directories(folder);
  const fs::path base = fs::path(folder) / name;
  std::ofstream csv(base.string() + ".csv"), script(base.string() + ".gp");
  csv.precision(17);
  script << "set terminal pngcairo size " << 640 * panels.size() << ",480 font 'sans,11'\n"
         << "set output '" << name << ".png'\nset datafile separator ','\nset grid\nset key top center\n"
         << "set multiplot layout 1," << panels.size() << '\n';
  int block = 0;
  for (const auto& panel : panels) {
    script << "plot ";
    for (std::size_t c = 0; c < panel.size(); ++c) {
      const Curve& curve = panel[c];
      csv << "# " << curve.title << '\n';
      for (Index i = 0; i < curve.x.size(); ++i) csv << curve.x(i) << ',' << curve.y(i) << '\n';
      csv << "\n\n";
      script << (c > 0 ? ", " : "") << "'" << name << ".csv' index " << block++ << " using 1:2 with lines lw 2 title '"
             << curve.title << "'";
    }
    script << '\n';
  }
  script << "unset multiplot\n";
  csv.close();
  script.close();
  const std::string command = "cd '" + folder + "' && gnuplot '" + name + ".gp' > /dev/null 2>&1";
  const bool drawn = std::system(command.c_str()) == 0;
  return base.string() + (drawn ? ".png" : ".gp");
}

}  // namespace icnn::example
