// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

/// A controller with a receding horizon, for the heating of a house: the cost of a stage is a PICNN learned from
/// measurements, convex in state and control, whatever price, weather and occupancy are; the cost of a plan is their sum,
/// and its minimum over the plans that keep the room between two temperatures is certified, fifty times a second if need be.
/// Beside it the usual controller, with a quadratic model of the same measurements.

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <icnn/icnn.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "examples/support/options.hpp"
#include "examples/support/plot.hpp"
#include "examples/support/progress.hpp"

using namespace icnn;

namespace {

constexpr double hours = 0.25;                // a step
constexpr double coldest = 16, hottest = 23;  // what the room has to stay between
constexpr double degrees = 3;                 // of temperature, in the network's units, around 20

/// Room and wall, in degrees; the heating's power is between 0 and 1.
struct House {
  Matrix<double> A{2, 2};
  Vector<double> of_power{2}, of_outside{2};

  House() {
    A << 1 - hours * 0.7, hours * 0.5, hours * 0.15, 1 - hours * 0.2;
    of_power << hours * 9, 0;
    of_outside << hours * 0.2, hours * 0.05;
  }
  [[nodiscard]] Vector<double> next(const Vector<double>& state, double power, double outside) const {
    return A * state + of_power * power + of_outside * outside;
  }
};

double outside_at(double hour) { return 3 + 6 * std::sin(2 * 3.14159265 * (hour - 9) / 24); }
double price_at(double hour) { return std::fmod(hour, 24) > 16 && std::fmod(hour, 24) < 21 ? 1.0 : 0.35; }
double occupied_at(double hour) { return std::fmod(hour, 24) > 7 && std::fmod(hour, 24) < 22 ? 1.0 : 0.05; }

/// Price, weather and occupancy, as the network sees them.
Vector<double> context_at(double hour) { return Vector<double>{{price_at(hour), outside_at(hour) / 10, occupied_at(hour)}}; }

/// What a step costs in truth: a heat pump that is worse in the cold and at full power, and people who are cold sooner than
/// warm.
double true_cost(const Vector<double>& x, double room, double power) {
  const double cold = std::max(0.0, 20.5 - room), warm = std::max(0.0, room - 21.5);
  return x(0) * (1.4 - 0.5 * x(1)) * (power + 0.8 * power * power) + x(2) * (0.25 * cold * cold + 0.05 * warm * warm);
}

/// What both controllers share: how plans move the room, and the constraints.
class Horizon {
 public:
  Horizon(const House& house, Index steps) : house_(house), moves(steps, steps), free_motion(steps) {
    moves.setZero();
    Vector<double> impulse = house.of_power;
    for (Index lag = 0; lag < steps; ++lag) {
      for (Index k = lag; k < steps; ++k) moves(k, k - lag) = impulse(0);
      impulse = house.A * impulse;
    }
  }
  /// Room temperatures without heating.
  void begin(Vector<double> state, double hour) {
    for (Index k = 0; k < free_motion.size(); ++k) {
      state = house_.next(state, 0, outside_at(hour + hours * static_cast<double>(k)));
      free_motion(k) = state(0);
    }
  }
  [[nodiscard]] Polyhedron plans() const {
    Matrix<double> rows(2 * moves.rows(), moves.cols());
    rows << moves, -moves;
    return {Box::unit(moves.cols()), rows, limits()};
  }
  [[nodiscard]] Vector<double> limits() const {
    Vector<double> b(2 * moves.rows());
    b << hottest - free_motion.array(), free_motion.array() - coldest;
    return b;
  }
  /// The stage's variables, room in the network's units and power, as a function of the plan.
  [[nodiscard]] Matrix<double> stage(Index k) const {
    Matrix<double> E = Matrix<double>::Zero(2, moves.cols());
    E.row(0) = moves.row(k) / degrees;
    E(1, k) = 1;
    return E;
  }
  [[nodiscard]] Vector<double> offset(Index k) const { return Vector<double>{{(free_motion(k) - 20) / degrees, 0}}; }

 private:
  const House& house_;

 public:
  Matrix<double> moves;        ///< room temperatures after each step, by the powers
  Vector<double> free_motion;  ///< and without any
};

/// How a day went.
struct Run {
  std::vector<double> room, power, gap, milliseconds;
  double cost = 0;
  Index open = 0, late = 0;
};

/// Drives the house with a controller: plan(state, hour) gives a certified plan.
template <class Plan>
Run drive(const House& house, Index steps, std::uint64_t seed, Plan plan) {
  Random random(seed);
  Run run;
  Vector<double> state{{19, 17}};
  for (Index t = 0; t < steps; ++t) {
    const double hour = hours * static_cast<double>(t);
    const Stopwatch clock;
    const Result& found = plan(state, hour);
    const double seconds = clock.seconds();
    run.milliseconds.push_back(1e3 * seconds);
    run.gap.push_back(std::max(found.gap(), 1e-16));
    run.open += found.status != Status::optimal;
    run.late += seconds > 0.02;
    const double power = found.y(0);
    state = house.next(state, power, outside_at(hour));
    state(0) += 0.02 * random.normal();  // doors and windows
    run.cost += true_cost(context_at(hour), state(0), power);
    run.room.push_back(state(0));
    run.power.push_back(power);
  }
  return run;
}

}  // namespace

int main(int argc, char* argv[]) {
  const auto options =
      example::read_options(argc, argv, "Heat a house with a receding horizon over a learned, convex cost", 5);
  Random random(options.seed);
  const House house;
  const Index steps = options.quick ? 96 : 288, samples = options.quick ? 1500 : 4000, ahead = 24;

  // 1. Measurements: what steps cost, with some noise.
  Matrix<double> x(3, samples), z(2, samples), cost(1, samples);
  for (Index c = 0; c < samples; ++c) {
    x.col(c) << random.uniform(0.2, 1.2), random.uniform(-0.5, 1.1), random.uniform(0, 1);
    z.col(c) << random.uniform(-2, 1.5), random.uniform(0, 1);
    cost(0, c) = true_cost(x.col(c), 20 + degrees * z(0, c), z(1, c)) + 0.02 * random.normal();
  }

  // 2. The learned stage cost f(x, (room, power)), and the quadratic one: (room, power)' Q (room, power) / 2 + (c + C
  // x)'(room, power) + ..., by least squares.
  Picnn<double, Softplus, Tanh> f({.context = 3, .inputs = 2, .hidden = {24, 24}, .context_hidden = {24, 24}});
  initialize(f, random);
  {
    example::ProgressBar bar("learning the cost");
    std::cout << "learned   "
              << fit(f, x, z, cost, {.epochs = options.quick ? 60 : 100, .final_rate = 1e-2, .observer = bar.observer()},
                     SquaredLoss{}, Adam<double>({.rate = 5e-3}))
              << "\n";
  }
  Matrix<double> features(15, samples);
  for (Index c = 0; c < samples; ++c) {
    const double r = z(0, c), p = z(1, c);
    features.col(c) << 0.5 * r * r, r * p, 0.5 * p * p, r, p, r * x.col(c), p * x.col(c), 1, x.col(c);
  }
  const Vector<double> fitted = (features * features.transpose()).llt().solve(features * cost.transpose());
  Matrix<double> Q(2, 2);
  Q << fitted(0), fitted(1), fitted(1), fitted(2);
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> parts(Q);
  Ficnn<double, Identity> square({.inputs = 2, .output = {.rank = 2}});  // L'L = Q, made positive where it is not
  square.edit([&](auto& edit) {
    edit["L"] = parts.eigenvalues().cwiseMax(1e-6).cwiseSqrt().asDiagonal() * parts.eigenvectors().transpose();
  });

  // 3. Both sums over the horizon, each with a tracker. Contexts, offsets and limits change in place.
  Horizon horizon(house, ahead);
  horizon.begin(Vector<double>{{19, 17}}, 0);
  auto scratch = f.workspace();
  std::vector<decltype(f)::AtContext> stages;
  std::vector<decltype(regularized(square, {}))> quadratics;
  for (Index k = 0; k < ahead; ++k) {
    stages.push_back(f.at(context_at(0)));
    quadratics.push_back(regularized(square, {}));
  }
  std::vector<decltype(precompose(std::as_const(stages[0]), horizon.stage(0), horizon.offset(0)))> terms;
  std::vector<decltype(precompose(std::as_const(quadratics[0]), horizon.stage(0), horizon.offset(0)))> quadratic_terms;
  for (Index k = 0; k < ahead; ++k) {
    const auto at = static_cast<std::size_t>(k);
    terms.push_back(precompose(std::as_const(stages[at]), horizon.stage(k), horizon.offset(k)));
    quadratic_terms.push_back(precompose(std::as_const(quadratics[at]), horizon.stage(k), horizon.offset(k)));
  }
  auto plan_cost = sum(std::move(terms));
  auto quadratic_cost = sum(std::move(quadratic_terms));
  const Settings settings{.relative_gap = 1e-6, .time_limit = 0.02};
  Tracker tracker(plan_cost, horizon.plans(), settings);
  Tracker quadratic_tracker(quadratic_cost, horizon.plans(), settings);

  const Matrix<double> C = Eigen::Map<const Matrix<double>>(fitted.data() + 5, 3, 2).transpose();
  const auto hour_of = [](double hour, Index k) { return hour + hours * static_cast<double>(k); };
  const Run by_network = drive(house, steps, options.seed, [&](const Vector<double>& state, double hour) -> const Result& {
    horizon.begin(state, hour);
    for (Index k = 0; k < ahead; ++k) {
      f.rebind(stages[static_cast<std::size_t>(k)], context_at(hour_of(hour, k)), scratch);
      plan_cost.part(k).set_offset(horizon.offset(k));
    }
    tracker.set_right_hand_sides(horizon.limits());
    tracker.shift(1);
    return tracker.solve();
  });
  const Run by_square = drive(house, steps, options.seed, [&](const Vector<double>& state, double hour) -> const Result& {
    horizon.begin(state, hour);
    for (Index k = 0; k < ahead; ++k) {
      quadratics[static_cast<std::size_t>(k)].set_linear(-(fitted.segment(3, 2) + C * context_at(hour_of(hour, k))));
      quadratic_cost.part(k).set_offset(horizon.offset(k));
    }
    quadratic_tracker.set_right_hand_sides(horizon.limits());
    quadratic_tracker.shift(1);
    return quadratic_tracker.solve();
  });

  // 4. What it cost, and how long it took.
  const auto vector = [](const std::vector<double>& v) {
    return Vector<double>(Eigen::Map<const Vector<double>>(v.data(), static_cast<Index>(v.size())));
  };
  const auto middle = [](std::vector<double> v) {
    std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
    return v[v.size() / 2];
  };
  const auto report = [&](const char* name, const Run& run) {
    std::cout << name << "cost " << run.cost << ", room " << vector(run.room).minCoeff() << " to "
              << vector(run.room).maxCoeff() << ", certified " << steps - run.open << " of " << steps << ", "
              << middle(run.milliseconds) << " ms a step, at most " << vector(run.milliseconds).maxCoeff()
              << ", later than 20 ms " << run.late << "\n";
  };
  report("network   ", by_network);
  report("quadratic ", by_square);
  const Vector<double> time = Vector<double>::LinSpaced(steps, 0, hours * static_cast<double>(steps - 1));
  const Vector<double> price = time.unaryExpr([](double hour) { return price_at(hour); });
  const std::string picture =
      example::plot(options.out, "control",
                    {{"room temperature",
                      "hour",
                      "degrees",
                      {{"network", time, vector(by_network.room), false, "lines lw 2 lc rgb '#0072b2'"},
                       {"quadratic", time, vector(by_square.room), false, "lines lw 1.5 lc rgb '#bbbbbb'"}}},
                     {"power",
                      "hour",
                      "",
                      {{"network", time, vector(by_network.power), false, "lines lw 2 lc rgb '#0072b2'"},
                       {"quadratic", time, vector(by_square.power), false, "lines lw 1.5 lc rgb '#bbbbbb'"},
                       {"price", time, price, false, "lines lw 1 dt 2 lc rgb '#d55e00'"}}},
                     {"milliseconds a step",
                      "hour",
                      "ms",
                      {{"network", time, vector(by_network.milliseconds), true, "points pt 7 ps 0.4 lc rgb '#0072b2'"}},
                      {},
                      true},
                     {"certified gap",
                      "hour",
                      "",
                      {{"network", time, vector(by_network.gap), true, "points pt 7 ps 0.4 lc rgb '#0072b2'"}},
                      {},
                      true}});
  example::write_json(options, {{"cost", by_network.cost},
                                {"cost_quadratic", by_square.cost},
                                {"certified", 1 - static_cast<double>(by_network.open) / static_cast<double>(steps)},
                                {"median_ms", middle(by_network.milliseconds)},
                                {"most_ms", vector(by_network.milliseconds).maxCoeff()},
                                {"late", by_network.late}});
  const bool good = by_network.cost < by_square.cost && by_network.open <= steps / 50;
  std::cout << "picture   " << picture << "\n" << (good ? "ok: certified, and cheaper\n" : "FAILED: see above\n");
  return good ? 0 : 1;
}
