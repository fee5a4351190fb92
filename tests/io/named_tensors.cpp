// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/conjugate.hpp>
#include <icnn/io/named_tensors.hpp>

#include <cstdlib>

#include "tests/support/cases.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/files.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// A file of tensors of doubles: name, shape as JSON, numbers.
struct ForeignTensor {
  std::string name, shape;
  std::vector<double> numbers;
};
std::string file_of(const std::vector<ForeignTensor>& tensors) {
  std::string header = "{", numbers;
  for (const ForeignTensor& tensor : tensors) {
    const std::size_t begin = numbers.size();
    numbers.append(reinterpret_cast<const char*>(tensor.numbers.data()), 8 * tensor.numbers.size());
    header += (begin > 0 ? ",\"" : "\"") + tensor.name + R"xx(":{"dtype":"F64","shape":)xx" + tensor.shape +
              R"xx(,"data_offsets":[)xx" + std::to_string(begin) + "," + std::to_string(numbers.size()) + "]}";
  }
  header += "}";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return tensor_bytes(header) + numbers;
}

/// The numbers of a tensor of shape inputs x rank x units that is the block "A[i]" of f.
template <class Block>
std::vector<double> decomposed(const Block& a, Index rank) {
  std::vector<double> numbers;
  for (Index j = 0; j < a.cols(); ++j)
    for (Index r = 0; r < rank; ++r)
      for (Index unit = 0; unit < a.rows() / rank; ++unit) numbers.push_back(a(unit * rank + r, j));
  return numbers;
}
template <class Block>
std::vector<double> row_by_row(const Block& w) {
  std::vector<double> numbers;
  for (Index r = 0; r < w.rows(); ++r)
    for (Index c = 0; c < w.cols(); ++c) numbers.push_back(w(r, c));
  return numbers;
}

using Squares = Ficnn<double, Celu, Identity>;

Squares with_squares() {
  Random random(1);
  Squares f({.inputs = 3, .hidden = {4}, .quadratic_rank = 2});
  randomize(f, random);
  return f;
}

std::vector<ForeignTensor> foreign_tensors(const Squares& f) {
  const auto& p = f.parameters();
  return {{"first.weight", "[4,3]", row_by_row(p["Wy[0]"])},
          {"first.bias", "[4]", row_by_row(p["b[0]"])},
          {"squares", "[3,2,4]", decomposed(p["A[0]"], 2)},
          {"last.weight", "[1,4]", row_by_row(p["Wz[1]"])},
          {"steps", "[1]", {7}},
          {"reference.f", "[1]", {0}}};
}
const std::vector<TensorName> foreign_names{{"Wy[0]", "first.weight"},
                                            {"b[0]", "first.bias"},
                                            {"A[0]", "squares", {2, 1, 0}},
                                            {"Wz[1]", "last.weight"},
                                            {"", "steps"}};

void fill_from(Squares& f, const std::vector<ForeignTensor>& tensors, const std::vector<TensorName>& with,
               const LoadSettings& settings = {}) {
  const std::string bytes = file_of(tensors);
  load_named(f, open_safetensors(bytes_of(bytes)), with, settings);
}

}  // namespace

TEST_CASE("blocks are filled by the foreign_names and in the order of axes of others", "[io]") {
  const Squares f = with_squares();
  Squares g = f;
  g.edit([](auto& edit) {
    for (const char* name : {"Wy[0]", "b[0]", "A[0]", "Wz[1]"}) edit[name].setZero();
  });
  CHECK_FALSE(g == f);
  fill_from(g, foreign_tensors(f), foreign_names);
  CHECK(g == f);  // with what nobody foreign_names as it was
  // Negative control: with its axes in another order that fits, it is another network.
  auto turned = foreign_names;
  turned[2].axes = {1, 2, 0};
  fill_from(g, foreign_tensors(f), turned);
  CHECK_FALSE(g == f);
  CHECK(g.parameters()["Wy[0]"] == f.parameters()["Wy[0]"]);
}

TEST_CASE("foreign_names that do not fit their file or network are refused, and the network stays", "[io]") {
  const Squares f = with_squares();
  Squares g = f;
  const auto refused = [&](auto change, const char* part) {
    auto tensors = foreign_tensors(f);
    auto with = foreign_names;
    change(tensors, with);
    CHECK_ERROR(fill_from(g, tensors, with), part);
    CHECK(g == f);
  };
  refused([](auto&, auto& n) { n[0].tensor = "first.weigth"; }, "a name for every tensor, got none for first.weight");
  refused([](auto&, auto& n) { n.push_back({"Wy[1]", "nothing"}); }, "a tensor nothing");
  refused([](auto&, auto& n) { n[3].block = "Wz[2]"; }, "the name of a block, one of Wy[0]");
  refused([](auto&, auto& n) { n[0].block = "Wy[1]"; }, "first.weight of shape 1 x 3");
  refused([](auto&, auto& n) { n[2].axes = {}; }, "of shape 8 x 3");
  refused([](auto&, auto& n) { n[2].axes = {0, 1}; }, "axes of squares, each of 0..2 once, got 2 axes");
  refused([](auto&, auto& n) { n[2].axes = {0, 1, 1}; }, "each of 0..2 once");
  refused([](auto&, auto& n) { n[2].axes = {0, 1, 3}; }, "each of 0..2 once");
  refused([](auto&, auto& n) { n[2].axes = {0, 1, 2}; }, "axes that make A[0], 8 x 3, got [3, 2, 4]");
  refused([](auto&, auto& n) { n[3].axes = {0, 1}, n[3].block = "Wy[0]"; }, "axes that make Wy[0], 4 x 3");
  refused([](auto& t, auto&) { t[3].numbers[2] = -1; }, "Wz[1](0, 2) = -1 in layer 1 is negative");
  refused([](auto& t, auto&) { t[2].numbers[5] = std::nan(""); }, "A[0]");
  auto negative = foreign_tensors(f);
  negative[3].numbers[2] = -1;
  fill_from(g, negative, foreign_names, {.positivity = Positivity::project});
  CHECK(g.parameters()["Wz[1]"](0, 2) == 0);
}

namespace {

/// The networks of the Wasserstein-2 benchmark: three layers with a quadratic each, no activation in the first of them, and
/// 0.005 |y|^2.
Squares potential(const std::string& path) {
  TensorFile file = open_safetensors(path);
  std::vector<TensorName> theirs{{"Wz[3]", "final_layer.weight"}};
  FicnnOptions options{.quadratic_rank = 1, .output = {.diagonal = true}};
  for (Index i = 0; i < 3; ++i) {
    const std::string layer = "quadratic_layers." + std::to_string(i);
    const TensorEntry& weight = *file.find(layer + ".weight");
    options.hidden.push_back(static_cast<Index>(weight.extents[0]));
    options.inputs = static_cast<Index>(weight.extents[1]);
    theirs.push_back({block_name("A", i), layer + ".quadratic_decomposed", {2, 1, 0}});
    theirs.push_back({block_name("Wy", i), layer + ".weight"});
    theirs.push_back({block_name("b", i), layer + ".bias"});
    if (i > 0) theirs.push_back({block_name("Wz", i), "convex_layers." + std::to_string(i - 1) + ".weight"});
  }
  Squares f(options);
  load_named(f, std::move(file), theirs);
  f.edit([](auto& edit) { edit["D"].setConstant(0.01); });
  return f;
}

/// y is back from v = grad f(y), certified: by the gap, and what strong convexity says of the gradient at the point found.
template <class F>
void check_inverse(const F& f, const Matrix<double>& y) {
  constexpr double m = 0.01;
  const WholeSpace space(f.inputs());
  Conjugate star(f, space, {.relative_gap = 1e-13});  // as close as rounding allows
  ConjugateResult found;
  for (Index c = 0; c < y.cols(); ++c) {
    const Vector<double> v = f.gradient(y.col(c));
    star(v, found);
    const double size = y.col(c).norm(), off = (found.gradient - y.col(c)).norm();
    const double bound = (f.gradient(found.gradient) - v).norm() / m;
    const double scale = std::abs(f(y.col(c))) + v.cwiseAbs().dot(y.col(c).cwiseAbs());
    INFO("column " << c << ": off by " << off << ", at most " << bound << ", of " << size << ", " << to_string(found.status)
                   << ", gap " << found.gap() << " of " << scale);
    CHECK(off <= 1e-6 * size);
    CHECK(bound <= 1e-6 * size);
    CHECK((found.status == Status::optimal || found.status == Status::numerical_limit));
    CHECK(found.gap() <= 1e-10 * scale);
    const double value = v.dot(y.col(c)) - f(y.col(c));
    CHECK((found.lower_bound <= value + 1e-14 * scale && value <= found.upper_bound + 1e-14 * scale));
  }
}

}  // namespace

TEST_CASE("twelve networks that others trained: values, convexity, and their gradient maps inverted", "[io]") {
  const char* data = std::getenv("ICNN_DATA");
  const std::string folder = data == nullptr ? "" : std::string(data) + "/w2/";
  if (folder.empty() || !std::filesystem::exists(folder + "2_v1.safetensors")) {
    WARN("SKIPPED: ICNN_DATA does not name a folder with w2/2_v1.safetensors");
    return;
  }
  const Index points = cases(256, 64, 16);
  for (const char* dimension : {"2", "4", "8", "16", "32", "64"}) {
    std::vector<Squares> both;
    Matrix<double> y;
    for (const char* version : {"_v1", "_v2"}) {
      const std::string path = folder + dimension + version + ".safetensors";
      INFO(path);
      const Squares& f = both.emplace_back(potential(path));
      CHECK(audit(f.layout(), f.parameters().vector()).empty());
      CHECK(f.strong_convexity() == 0.01);
      TensorFile file = open_safetensors(path);
      Matrix<double> rows(f.inputs(), 256), gradient(f.inputs(), 256);
      Vector<double> value(256);
      const auto read = [&](const char* name, auto& to) {
        file.read(*file.find(name), 0, std::span<double>(to.data(), static_cast<std::size_t>(to.size())));
      };
      read("reference.y", rows);  // a point is a row there, a column here
      read("reference.f", value);
      read("reference.gradient", gradient);
      auto ws = f.workspace({.columns = 256});
      Matrix<double> gradients(f.inputs(), 256);
      const Matrix<double> values = f.gradients(rows, {.y = gradients}, ws);
      CHECK((values.transpose() - value).cwiseAbs().maxCoeff() <= 1e-12 * value.cwiseAbs().maxCoeff());
      CHECK((gradients - gradient).cwiseAbs().maxCoeff() <= 1e-12 * gradient.cwiseAbs().maxCoeff());
      y = rows.leftCols(points);
      check_inverse(f, y);
    }
    check_inverse(sum(both), y);
  }
}
