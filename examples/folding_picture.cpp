// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// Neuron folding, drawn: what is left of a kinked network of one input where its neurons are folded onto one piece, all of
/// them or most, and how the gap closes for one of twenty inputs, beside the bundle method's.

#include <icnn/icnn.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "examples/support/kinked.hpp"
#include "examples/support/options.hpp"
#include "examples/support/plot.hpp"

using namespace icnn;

namespace {

/// f of one input with every neuron on the piece that it is on at `center`, but for those that are on another one at
/// `other`; on a grid.
Vector<double> folded(const Regularized<Ficnn<double, Relu>>& f, double center, double other, const Vector<double>& grid) {
  const ModelPointer model = make_model(f, false);
  const Index neurons = model->neurons();
  model->make_room_to_fold(neurons);
  Vector<double> low(neurons), high(neurons), kink(neurons), here(neurons), there(neurons), slopes(neurons);
  model->pieces(low, high, kink);
  const auto arguments = [&](double y, Vector<double>& s) {
    static_cast<void>(model->value(kernels::Order::first, Vector<double>{{y}}));
    model->pre_activations(s);
  };
  arguments(center, here);
  arguments(other, there);
  std::vector<Index> free;
  for (Index j = 0; j < neurons; ++j) {
    const bool on = here(j) > kink(j);
    slopes(j) = on ? high(j) : low(j);
    if (on == (there(j) > kink(j)) || low(j) == high(j)) continue;
    free.push_back(j);
    slopes(j) = low(j);
  }
  const auto count = static_cast<Index>(free.size());
  Matrix<double> a(1, count), b = Matrix<double>::Zero(count, count);
  Vector<double> e(count), weights(count), gradient = Vector<double>::Zero(1);
  double value = 0;
  model->fold({slopes, free.data(), count}, Vector<double>{{center}},
              {a.data(), 1, b.data(), count, e.data(), gradient.data(), weights.data(), &value});
  return grid.unaryExpr([&](double y) {
    Vector<double> w = Vector<double>::Zero(count);
    for (Index k = 0; k < count; ++k) w(k) = std::max(0.0, a(0, k) * (y - center) + b.col(k).dot(w) + e(k));
    return value + gradient(0) * (y - center) + weights.dot(w);
  });
}

/// The gap after every evaluation, to 1e-10 at least.
example::Curve closing(const Regularized<Ficnn<double, Relu>>& f, Method method, const char* title, const char* color,
                       Result& result) {
  std::vector<double> x, y;
  const auto note = [&](Index evaluations, double gap) {
    x.push_back(static_cast<double>(evaluations));
    y.push_back(std::max(gap, 1e-10));
  };
  result = argmin(f, Box::cube(f.inputs(), -1, 1),
                  {.relative_gap = 1e-8, .method = method, .observer = [&](const ArgminProgress& p) {
                     note(p.evaluations, p.value - p.lower_bound);
                     return true;
                   }});
  note(result.evaluations, result.gap());
  const auto size = static_cast<Index>(x.size());
  return {title, Eigen::Map<const Vector<double>>(x.data(), size), Eigen::Map<const Vector<double>>(y.data(), size), false,
          std::string("linespoints lw 2.5 pt 7 ps 0.5 lc rgb '") + color + "'"};
}

}  // namespace

int main(int argc, char* argv[]) {
  const auto options =
      example::read_options(argc, argv, "Draw what neuron folding leaves of a network, and how fast it ends", 7);
  Random random(options.seed);

  // 1. One input: folded around a point, with the neurons free that bend between it and another.
  const auto f = example::kinked(1, 10, random);
  const double center = 0.6, other = -0.6;
  const Vector<double> grid = Vector<double>::LinSpaced(401, -1, 1);
  const Vector<double> curve = f(Matrix<double>(grid.transpose())).transpose();
  const Vector<double> all = folded(f, center, center, grid), most = folded(f, center, other, grid);
  const double floor = curve.minCoeff() - 0.4 * (curve.maxCoeff() - curve.minCoeff());
  const Vector<double> line = all.unaryExpr([&](double v) { return v < floor ? std::nan("") : v; });

  // 2. Twenty inputs, and both methods.
  const auto g = example::kinked(20, options.quick ? 20 : 40, random);
  Result cut, exact;
  const example::Curve slow = closing(g, Method::bundle, "bundle", "#0072b2", cut),
                       fast = closing(g, Method::folding, "folding", "#d55e00", exact);
  std::cout << "bundle   " << cut << "\nfolding  " << exact << "\n";

  // 3. The picture.
  const std::string picture =
      example::plot(options.out, "folding",
                    {{"one input: f, and what folding leaves of it",
                      "y",
                      "f(y)",
                      {{"f", grid, curve, false, "lines lw 2.5 lc rgb 'black'"},
                       {"all neurons folded", grid, line, false, "lines lw 2 lc rgb '#56b4e9'"},
                       {"those free that bend in between", grid, most, false, "lines lw 2 dt 2 lc rgb '#d55e00'"},
                       {"", Vector<double>{{center}}, f(Matrix<double>{{center}}).transpose(), true,
                        "points pt 7 ps 0.8 lc rgb '#d55e00'"}}},
                     {"twenty inputs: the gap", "evaluations", "gap", {slow, fast}, {}, true}},
                    example::Format::svg);

  // 4. A verdict: what is left lies below f, touches it at the center, and its minimum is that of f where all that bend are
  // free.
  const double rise = std::max((all - curve).maxCoeff(), (most - curve).maxCoeff());
  const double apart = std::abs(most.segment(80, 241).minCoeff() - curve.segment(80, 241).minCoeff());
  example::write_json(
      options,
      {{"rise", rise}, {"apart", apart}, {"bundle", cut.evaluations}, {"folding", exact.evaluations}, {"gap", exact.gap()}});
  const bool good = rise < 1e-12 && apart < 1e-12 && exact.status == Status::optimal && exact.evaluations <= 14;
  std::cout << "folded   rises above f by " << rise << " at most, and its minimum is " << apart
            << " from that of f\npicture  " << picture << "\n"
            << (good ? "ok: below f, with its minimum\n" : "FAILED: see above\n");
  return good ? 0 : 1;
}
