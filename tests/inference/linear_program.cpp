// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/argmin.hpp>
#include <icnn/inference/write_mps.hpp>

#include <coin/ClpSimplex.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/zoo.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// What Clp finds when it reads the file that write_mps() writes.
struct Optimum {
  double value;
  Vector<double> y;
};
Optimum solve_file(const LinearProgram& program) {
  const std::string path = (std::filesystem::temp_directory_path() / "icnn_linear_program.mps").string();
  {
    std::ofstream file(path);
    write_mps(file, program);
  }
  ClpSimplex model;
  model.setLogLevel(0);
  REQUIRE(model.readMps(path.c_str(), true) == 0);
  std::remove(path.c_str());
  REQUIRE(model.getNumCols() == static_cast<int>(program.variables()));
  REQUIRE(model.getNumRows() == static_cast<int>(program.row_upper.size()));
  model.setPrimalTolerance(1e-9);
  model.setDualTolerance(1e-9);
  model.dual();
  model.primal();
  REQUIRE(model.isProvenOptimal());
  return {model.getObjValue(),
          Eigen::Map<const Vector<double>>(model.getColSolution(), static_cast<Index>(program.variables()))
              .head(program.inputs)};
}

/// The program's least objective where y is given: w as small as its rows allow, one after another.
double least(const LinearProgram& program, const Vector<double>& y) {
  Vector<double> x = Vector<double>::Zero(program.variables());
  x.head(program.inputs) = y;
  for (Index k = 0; k < program.variables() - program.inputs; ++k) {
    double sum = -program.row_upper(k);
    for (std::size_t i = 0; i < program.rows.indices(k).size(); ++i) {
      sum += program.rows.values(k)[i] * x(program.rows.indices(k)[i]);
    }
    x(program.inputs + k) = std::max(0.0, sum);
  }
  double value = program.constant + program.cost.dot(x);
  for (Index c = 0; c < program.quadratic.cols(); ++c) {
    for (std::size_t i = 0; i < program.quadratic.indices(c).size(); ++i) {
      const Index r = program.quadratic.indices(c)[i];
      value += (r == c ? 0.5 : 1) * program.quadratic.values(c)[i] * x(r) * x(c);
    }
  }
  return value;
}

Ficnn<double, Relu> network(Random& random, Index n, OutputTermShape output = {}) {
  Ficnn<double, Relu> f({.inputs = n, .hidden = {9, 7}, .output = output});
  randomize(f, random);
  return f;
}

}  // namespace

TEST_CASE("argmin and Clp, which reads the exported program from a file, find the same minimum", "[linear_program]") {
  Random random(1);
  double farthest = 0;
  for (int k = 0; k < cases(700, 60, 10); ++k) {
    const Index n = 1 + random.index(20), depth = 1 + random.index(3), width = 5 + random.index(20);
    const auto problem = zoo_problem<Relu>(random, n, depth, width, Trait::plain);
    const auto f = problem.objective();
    const auto check = [&](const auto& set) {
      const Result r = argmin(f, set, {.relative_gap = 1e-10});
      const Optimum clp = solve_file(to_linear_program(f, set));
      INFO("problem " << k << ", n " << n << ", depth " << depth << ": " << r << "; Clp " << clp.value);
      const double difference = std::abs(r.value - clp.value) / std::max(1.0, std::abs(r.value));
      CHECK(difference <= 1e-9);
      CHECK(std::abs(f(clp.y) - clp.value) <= 1e-7 * std::max(1.0, std::abs(clp.value)));
      farthest = std::max(farthest, difference);
    };
    check(Box::unit(n));
    check(Simplex(n));
    const Matrix<double> a = random_matrix<double>(random, 3, n);
    check(Polyhedron(Box::cube(n, -1, 1), a, Vector<double>(Vector<double>::Constant(3, 0.2))));
  }
  WARN("values within " << farthest << " of Clp's");
}

TEST_CASE("an exported program is the function: its least objective at a point is the value there", "[linear_program]") {
  Random random(2);
  const auto f = network(random, 4), g = network(random, 4);
  const auto check = [&](const auto& function) {
    const LinearProgram program = to_linear_program(function, WholeSpace(function.inputs()));
    for (int k = 0; k < 20; ++k) {
      const Vector<double> y = random_vector<double>(random, function.inputs(), 2);
      CHECK(std::abs(least(program, y) - function(y)) <= 1e-12 * (1 + std::abs(function(y))));
    }
  };
  const Vector<double> q = random_vector<double>(random, 4);
  check(f);
  check(network(random, 4, {.diagonal = true, .rank = 2, .linear = true}));
  check(regularized(f, {.proximal = 0.5, .center = q, .linear = q}));
  check(sum(f, scaled(g, 2.0)));
  check(maximum(f, g));
  check(restrict_to(f, q, {1, 3}));
  check(precompose(network(random, 4, {.rank = 1}), random_matrix<double>(random, 4, 2), q));
  Ficnn<double, LeakyRelu, AbsoluteValue> leaky({.inputs = 4, .hidden = {9, 7}});
  randomize(leaky, random);
  check(leaky);
  const LinearProgram program = to_linear_program(f, WholeSpace(4));  // the control: another function is not
  CHECK(std::abs(least(program, q) - g(q)) > 1e-6);
}

TEST_CASE("coefficients of a ReLU network's program are its parameters", "[linear_program]") {
  Random random(3);
  const auto f = network(random, 3);
  const LinearProgram program = to_linear_program(f, Box::cube(3, -2, infinity));
  CHECK(program.inputs == 3);
  CHECK(program.variables() == 3 + 9 + 7);
  const Matrix<double> rows = program.rows.dense().transpose();
  CHECK(rows.topLeftCorner(9, 3) == Matrix<double>(f.parameters()["Wy[0]"]));
  CHECK(rows.block(9, 3, 7, 9) == Matrix<double>(f.parameters()["Wz[1]"]));
  CHECK(program.row_upper.head(9) == Vector<double>(-f.parameters()["b[0]"]));
  CHECK(program.lower.head(3) == Vector<double>::Constant(3, -2));
  CHECK(program.upper(0) == infinity);
}

TEST_CASE("a quadratic becomes a QUADOBJ section, and infinite bounds what MPS has for them", "[linear_program]") {
  Random random(4);
  std::ostringstream text;
  write_mps(text, to_linear_program(network(random, 2, {.diagonal = true}), WholeSpace(2)), "little");
  CHECK(contains(text.str(), "NAME little FREE\n"));
  CHECK(contains(text.str(), "QUADOBJ\n y0 y0 "));
  CHECK(contains(text.str(), " MI bounds y1\n"));
}

TEST_CASE("programs that cannot be are refused", "[linear_program]") {
  Random random(5);
  const auto f = network(random, 3);
  Ficnn<double, Softplus> soft({.inputs = 3, .hidden = {4}});
  CHECK_ERROR(to_linear_program(soft, Box::unit(3)), "two linear pieces");
  CHECK_ERROR(to_linear_program(f, Box::unit(2)), "3 dimensions");
  CHECK_ERROR(to_linear_program(regularized(f, {.entropy = 1.0}), Box::unit(3)), "entropy");
  LinearProgram program = to_linear_program(f, Box::unit(3));
  program.cost.conservativeResize(3);
  std::ostringstream text;
  CHECK_ERROR(write_mps(text, program), "belong together");
  CHECK(text.str().empty());
}
