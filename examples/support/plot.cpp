// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/plot.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace icnn::example {

namespace {

/// One block of numbers in the CSV file, and the plot command that draws it.
class Writer {
 public:
  explicit Writer(const std::string& name, std::ofstream& csv, std::ofstream& script)
      : name_(name), csv_(csv), script_(script) {}

  void draw(const Panel& panel) {
    script_ << "set title '" << panel.title << "'\nset xlabel '" << panel.x_label << "'\nset ylabel '" << panel.y_label
            << "'\n"
            << (panel.log_y ? "set logscale y; set format y '%.0e'\n" : "unset logscale y; set format y\n");
    const HeatMap& heat = panel.heat;
    if (heat.z.size() > 0) {
      script_ << "set xrange [" << heat.x_low << ':' << heat.x_high << "]; set yrange [" << heat.y_low << ':' << heat.y_high
              << "]\n";
    } else {
      const bool numbered = std::ranges::any_of(panel.curves, &Curve::numbered);  // which needs room around the points
      script_ << "set autoscale"
              << (numbered ? " noextend; set offsets graph 0.03, graph 0.03, graph 0.12, graph 0.03\n"
                           : "; unset offsets\n");
    }
    script_ << "plot ";
    bool first = true;
    if (heat.z.size() > 0) {
      begin(panel.title);
      const Index nx = heat.z.rows(), ny = heat.z.cols();
      for (Index k = 0; k < ny; ++k)
        for (Index i = 0; i < nx; ++i) {
          csv_ << at(heat.x_low, heat.x_high, i, nx) << ',' << at(heat.y_low, heat.y_high, k, ny) << ',' << heat.z(i, k)
               << '\n';
        }
      end("1:2:3 with image notitle", first);
    }
    int number = 0;
    for (const Curve& curve : panel.curves) {
      ++number;
      begin(curve.title);
      for (Index i = 0; i < curve.x.size(); ++i) csv_ << curve.x(i) << ',' << curve.y(i) << '\n';
      const bool one = curve.points && curve.x.size() == 1;
      const std::string style = !curve.style.empty() ? curve.style
                                : one                ? "points pt 3 ps 2.5 lw 3 lc rgb 'red'"
                                : curve.points
                                    ? std::string("points pt 7 ps 0.6 lc rgb ") + (number == 1 ? "'black'" : "'yellow'")
                                    : "lines lw 2 lc " + std::to_string(number);
      end("1:2 with " + style + " title '" + curve.title + "'", first);
      if (curve.numbered) {
        script_ << ", '' index " << block_ - 1 << " using 1:2:(sprintf('%d', $0 + 1)) with labels offset 0,0.9 notitle";
      }
    }
    script_ << '\n';
  }

 private:
  static double at(double low, double high, Index i, Index count) {
    return low + (high - low) * static_cast<double>(i) / static_cast<double>(count - 1);
  }
  void begin(const std::string& title) { csv_ << "# " << title << '\n'; }
  void end(const std::string& style, bool& first) {
    csv_ << "\n\n";
    script_ << (first ? "" : ", ") << "'" << name_ << ".csv' index " << block_++ << " using " << style;
    first = false;
  }

  const std::string& name_;
  std::ofstream &csv_, &script_;
  int block_ = 0;
};

}  // namespace

std::string plot(const std::string& folder, const std::string& name, const std::vector<Panel>& panels, Format format) {
  namespace fs = std::filesystem;
  fs::create_directories(folder);
  const fs::path base = fs::path(folder) / name;
  std::ofstream csv(base.string() + ".csv"), script(base.string() + ".gp");
  csv.precision(17);
  const bool svg = format == Format::svg;
  const std::string ending = svg ? ".svg" : ".png";
  script << (svg ? "set terminal svg background 'white' font 'sans-serif,12' size "
                 : "set terminal pngcairo font 'sans,11' size ")
         << (svg ? 480 : 640) * panels.size() << (svg ? ",400" : ",480") << "\nset output '" << name << ending
         << "'\nset datafile separator ','\nset grid\nset key below\nset bmargin 5.5\n"
         << "set palette defined (0 '#3b4cc0', 1 '#aac7fd', 2 '#dddcdc', 3 '#f7b89c', 4 '#b40426') maxcolors 24\n"
         << "set multiplot layout 1," << panels.size() << '\n';
  Writer writer(name, csv, script);
  for (const Panel& panel : panels) writer.draw(panel);
  script << "unset multiplot\n";
  csv.close();
  script.close();
  const std::string command = "cd '" + folder + "' && gnuplot '" + name + ".gp' > /dev/null 2>&1";
  const bool drawn = std::system(command.c_str()) == 0;
  return base.string() + (drawn ? ending : ".gp");
}

Matrix<double> grid(const HeatMap& heat, Index per_side) {
  Matrix<double> points(2, per_side * per_side);
  const Vector<double> x = Vector<double>::LinSpaced(per_side, heat.x_low, heat.x_high);
  const Vector<double> y = Vector<double>::LinSpaced(per_side, heat.y_low, heat.y_high);
  for (Index k = 0; k < per_side; ++k)
    for (Index i = 0; i < per_side; ++i) points.col(i + k * per_side) << x(i), y(k);
  return points;
}

}  // namespace icnn::example
