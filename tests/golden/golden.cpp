// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <fstream>
#include <nlohmann/json.hpp>

#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#include "tests/support/catch.hpp"

/// Values and derivatives that PyTorch computed in double (make_golden.py) against ours, to 1e-12 relative.
using namespace icnn;
using nlohmann::json;

namespace {

Matrix<double> matrix(const json& rows) {
  Matrix<double> m(static_cast<Index>(rows.size()), rows.empty() ? 0 : static_cast<Index>(rows.at(0).size()));
  for (Index r = 0; r < m.rows(); ++r)
    for (Index c = 0; c < m.cols(); ++c) m(r, c) = rows[static_cast<std::size_t>(r)][static_cast<std::size_t>(c)];
  return m;
}

Matrix<double> columns(const json& list) {
  return list.is_null() ? Matrix<double>() : Matrix<double>(matrix(list).transpose());
}

AnyContextActivation activation(const json& a) {
  const std::string name = a.at("name");
  const double parameter = a.at("parameter").is_null() ? 0 : a.at("parameter").get<double>();
  if (name == "relu") return Relu{};
  if (name == "identity") return Identity{};
  if (name == "leaky_relu") return LeakyRelu(parameter);
  if (name == "softplus") return Softplus(parameter);
  if (name == "elu") return Elu(parameter);
  if (name == "celu") return Celu(parameter);
  if (name == "smooth_relu") return SmoothRelu(parameter);
  if (name == "square") return Square{};
  if (name == "absolute") return AbsoluteValue{};
  if (name == "squared_leaky_relu") return SquaredLeakyRelu(parameter);
  if (name == "tanh") return Tanh{};
  REQUIRE(name == "sigmoid");
  return Sigmoid{};
}

/// The same activation within a smaller set.
template <class Set>
Set narrow(const json& a) {
  return std::visit(
      [](const auto& g) -> Set {
        if constexpr (std::is_constructible_v<Set, decltype(g)>) {
          return g;
        } else {
          FAIL("an activation that is not admissible there");
          return {};
        }
      },
      activation(a).variant());
}

void check(const char* what, const Matrix<double>& got, const Matrix<double>& expected) {
  if (got.size() == 0 && expected.size() == 0) return;
  REQUIRE(got.rows() == expected.rows());
  REQUIRE(got.cols() == expected.cols());
  INFO(what << ": got\n" << got << "\nexpected\n" << expected);
  CHECK((got - expected).norm() <= 1e-12 * std::max(expected.norm(), 1e-10));
}

template <class Net>
void fill(Net& network, const json& parameters) {
  REQUIRE(parameters.size() == network.layout().blocks().size());
  network.edit([&](auto& edit) {
    for (const auto& [name, rows] : parameters.items()) edit[name] = matrix(rows);
  });
}

template <class Net>
void check_case(Net network, const json& c) {
  fill(network, c.at("parameters"));
  const Matrix<double> x = columns(c.at("x")), y = columns(c.at("y")), w = columns(c.at("w"));
  const Index n = y.rows(), samples = y.cols();
  auto ws = network.workspace({.columns = samples});
  const auto call = [&](auto f) {
    if constexpr (Net::has_context) {
      return f(x, y);
    } else {
      return f(y);
    }
  };
  Matrix<double> gy(n, samples), gx(x.rows(), samples), h(n, n * samples);
  Vector<double> gp(network.parameter_count());
  Wanted<double> wanted{.y = gy, .parameters = gp};
  if (Net::has_context) wanted.x = gx;
  const auto check_parameters = [&](const char* what, const json& expected) {
    for (const Block& block : network.layout().blocks()) {
      const Eigen::Map<const Matrix<double>> got(gp.data() + block.offset, block.rows, block.cols);
      check((what + block.name).c_str(), got, matrix(expected.at(block.name)));
    }
  };
  const Matrix<double> values = call([&](const auto&... p) { return Matrix<double>(network.gradients(p..., wanted, ws)); });
  check("value", values.transpose(), matrix(json::array({c.at("value")})).transpose());
  check("gradient_y", gy, columns(c.at("gradient_y")));
  check("gradient_x", gx, columns(c.at("gradient_x")));
  check_parameters("gradient ", c.at("gradient_parameters"));

  call([&](const auto&... p) { return network.hessian(p..., h, ws)(0); });
  for (Index b = 0; b < samples; ++b)
    check("hessian", h.middleCols(b * n, n), matrix(c.at("hessian")[static_cast<std::size_t>(b)]));

  wanted.y = {};
  const Matrix<double> slopes =
      call([&](const auto&... p) { return Matrix<double>(network.mixed_product(p..., w, wanted, ws)); });
  check("slope", slopes.transpose(), matrix(json::array({c.at("slope")})).transpose());
  check("mixed_x", gx, columns(c.at("mixed_x")));
  check_parameters("mixed ", c.at("mixed_parameters"));
}

}  // namespace

TEST_CASE("PyTorch's values and derivatives, to 1e-12", "[golden]") {
  std::ifstream file(ICNN_SOURCE_DIR "/tests/golden/golden.json");
  const json cases = json::parse(file);
  REQUIRE(cases.size() >= 24);
  for (const json& c : cases) {
    INFO("case " << c.at("name").get<std::string>());
    const json& q = c.at("output_term");
    const OutputTermShape output{
        .diagonal = q.at("diagonal"), .rank = q.at("rank"), .bilinear = q.at("bilinear"), .linear = q.at("linear")};
    const Activations<AnyActivation, AnyFirstActivation, AnyActivation> convex{
        {narrow<AnyActivation>(c.at("activation"))},
        narrow<AnyFirstActivation>(c.at("first_activation")),
        narrow<AnyActivation>(c.at("output_activation"))};
    if (c.at("kind") == "ficnn") {
      check_case(AnyFicnn<double>({.inputs = c.at("inputs"),
                                   .hidden = c.at("hidden"),
                                   .passthrough = c.at("passthrough"),
                                   .bias = c.at("bias"),
                                   .non_decreasing = c.at("non_decreasing"),
                                   .output = output},
                                  convex),
                 c);
    } else {
      const Gate gate = c.at("gate") == "softplus" ? Gate::softplus : Gate::positive_part;
      check_case(AnyPicnn<double>({.context = c.at("context"),
                                   .inputs = c.at("inputs"),
                                   .hidden = c.at("hidden"),
                                   .context_hidden = c.at("context_hidden"),
                                   .passthrough = c.at("passthrough"),
                                   .bias = c.at("bias"),
                                   .gate = gate,
                                   .non_decreasing = c.at("non_decreasing"),
                                   .output = output},
                                  PicnnActivations<AnyActivation, AnyContextActivation, AnyFirstActivation, AnyActivation>{
                                      convex, activation(c.at("context_activation"))}),
                 c);
    }
  }
}
