// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// Your own convex function over your own set, with a certificate. How much of each of n assets to hold, y >= 0, sum y <= 1
/// (the rest is cash), so that the mean of log(1 + r'y) over many possible returns r is largest: a convex problem without
/// any network. The function is a lambda that returns its value and writes its gradient; the set is a struct with four
/// members.

#include <icnn/icnn.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "examples/support/options.hpp"
#include "examples/support/plot.hpp"

using namespace icnn;

namespace {

/// { y >= 0 : sum y <= 1 }. A dimension and a projection make it a set; linear_minimum, minimize_linear and extents make it
/// one over which lower bounds are known.
struct Budget {
  Index n;

  [[nodiscard]] Index dimension() const { return n; }
  void project(PointRef y) const {
    const Vector<double> kept = y.cwiseMax(0.0);
    if (kept.sum() <= 1) {
      y = kept;
    } else {
      Simplex(n).project(y);
    }
  }
  [[nodiscard]] double linear_minimum(ConstPointRef g) const { return std::min(0.0, g.minCoeff()); }
  void minimize_linear(ConstPointRef g, PointRef v) const {
    Index best = 0;
    v.setZero();
    if (g.minCoeff(&best) < 0) v(best) = 1;
  }
  void extents(PointRef h) const { h.setOnes(); }
};

static_assert(ProjectableSet<Budget> && LinearlyMinimizableSet<Budget>);

}  // namespace

int main(int argc, char* argv[]) {
  const auto options = example::read_options(argc, argv, "Minimize your own convex function over your own set");
  Random random(options.seed);
  const Index assets = 30, scenarios = options.quick ? 500 : 5000;
  Matrix<double> returns(assets, scenarios);  // a common factor, and noise; never a loss of everything
  for (Index s = 0; s < scenarios; ++s) {
    const double market = random.normal();
    for (Index a = 0; a < assets; ++a) {
      const double risk = 0.1 + 0.02 * static_cast<double>(a % 10);
      returns(a, s) = std::exp(0.5 * risk * risk + risk * (0.6 * market + 0.8 * random.normal())) - 1;
    }
  }

  const auto negative_growth = [&](const Vector<double>& y, Vector<double>& gradient) {
    const Vector<double> wealth = (1 + (returns.transpose() * y).array()).matrix();
    gradient.noalias() = -returns * wealth.cwiseInverse() / static_cast<double>(scenarios);
    return -wealth.array().log().mean();
  };

  std::vector<double> calls, gaps;
  const Result best = argmin(negative_growth, Budget{assets},
                             {.relative_gap = 1e-9,
                              .oracle_error = 1e-13,  // how far rounding may move what the lambda returns
                              .observer = [&](const ArgminProgress& p) {
                                calls.push_back(static_cast<double>(p.evaluations));
                                gaps.push_back(std::max(p.value - p.lower_bound, 1e-16));
                                return true;
                              }});
  std::cout << best << "\ngrowth " << -best.value << " a period, certainly no more than " << -best.lower_bound << "; "
            << (best.y.array() > 1e-6).count() << " of " << assets << " assets held, cash " << 1 - best.y.sum() << "\n";

  // Nothing among many other portfolios is better, and the bound lies below all of them.
  Vector<double> gradient(assets);
  double best_other = infinity;
  for (int k = 0; k < 2000; ++k) {
    Vector<double> other(assets);
    random.fill_uniform(other, -1, 0.5);
    if (k % 2 == 0) other = best.y + 0.01 * other;
    Budget{assets}.project(other);
    best_other = std::min(best_other, negative_growth(other, gradient));
  }
  const auto size = static_cast<Index>(calls.size());
  const std::string picture = example::plot(options.out, "black_box",
                                            {{"the certified gap closes",
                                              "evaluations",
                                              "value - lower bound",
                                              {{"projected gradient", Eigen::Map<Vector<double>>(calls.data(), size),
                                                Eigen::Map<Vector<double>>(gaps.data(), size)}},
                                              {},
                                              true}});
  example::write_json(options, {{"value", best.value}, {"gap", best.gap()}, {"evaluations", best.evaluations}});
  const bool good =
      best.status == Status::optimal && best_other >= best.lower_bound && best_other >= best.value - best.gap();
  std::cout << "picture: " << picture << "\n" << (good ? "ok: the optimum is certified\n" : "FAILED: see above\n");
  return good ? 0 : 1;
}
