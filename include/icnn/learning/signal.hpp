// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "icnn/core/random.hpp"
#include "icnn/learning/initialize.hpp"

namespace icnn::inline ICNN_ISA {

/// What arrives at the units of one layer, over samples.
struct LayerSignal {
  std::string name{};      ///< "z[i]": the convex path; "u[i]": the context path, or a feed-forward network
  Index units = 0;         ///< its width
  double mean = 0;         ///< of all pre-activations
  double variance = 0;     ///< of a unit's pre-activation over the samples, in the mean over the units
  double correlation = 0;  ///< of two units' pre-activations over the samples, in the mean over pairs of units that vary
  Index dead = 0;          ///< units whose activation has a slope below 1e-6 at every sample: no gradient passes
};

/// What signal_report() found, the first layer first; the context path before the convex one.
struct SignalReport {
  std::vector<LayerSignal> layers{};

  /// A line for every layer.
  friend std::ostream& operator<<(std::ostream& out, const SignalReport& report) {
    const auto flags = out.flags();
    const auto precision = out.precision(3);
    out << std::left << "layer  units    mean  variance  correlation  dead\n";
    for (const LayerSignal& layer : report.layers) {
      const auto column = [&out](auto value, int width) {
        out.width(width);
        out << value;
      };
      column(layer.name, 5);
      out << std::right << std::fixed;
      column(layer.units, 7);
      const auto shown = [](double value) { return std::abs(value) < 5e-4 ? 0.0 : value; };  // not -0.000
      column(shown(layer.mean), 8);
      column(layer.variance, 10);
      column(shown(layer.correlation), 13);
      column(layer.dead, 6);
      out << std::left << "\n";
    }
    out.flags(flags);
    out.precision(precision);
    return out;
  }
};

namespace detail {

/// The blocks that have a row for each unit of a layer, by their symbols.
struct UnitBlocks {
  Index layer;
  std::vector<const char*> weights;
  const char* bias;
};

/// u := g(u) of a feed-forward layer, beside what it was: visit(name, blocks, activation, pre-activations).
template <class Layer, class S, class Visit>
void pass_signal(Index i, const Layer& layer, const S* p, const UnitBlocks& blocks, Matrix<S>& u, Visit& visit) {
  Matrix<S> s(layer.width(), u.cols());
  layer.affine().forward(p, u, s);
  u = s.unaryExpr([&](S at) { return layer.activation().jet(at).value; });
  visit(block_name("u", i + 1), blocks, layer.activation(), s);
}

/// Visits the layers of a feed-forward network, of a FICNN, or of a PICNN, whose context path comes first.
template <class Chain, class Visit>
void each_signal(const BasicFeedForward<Chain>& f, const Matrix<typename Chain::Layers::Scalar>& x, Visit visit) {
  Matrix<typename Chain::Layers::Scalar> u = x;
  f.chain().for_each([&](Index i, const auto& layer) {
    pass_signal(i, layer, f.parameters().data(), {i, {"W"}, "b"}, u, visit);
  });
}
template <class Network, class Visit, class... X>
void each_convex_signal(const Network& f, const Matrix<typename Network::Scalar>& y, Visit& visit, const X&... x) {
  using S = typename Network::Scalar;
  std::vector<Matrix<S>> s;
  f.chain().for_each([&](Index, const auto& layer) { s.emplace_back(layer.width(), y.cols()); });
  auto ws = f.workspace();  // of one sample: batches of networks with sizes in the type keep theirs in lanes
  f.each_tape(ws, [](auto& tape) { tape.keep_arguments(); });
  for (Index c = 0; c < y.cols(); ++c) {
    static_cast<void>(f.value(x.col(c)..., y.col(c), ws));
    std::size_t i = 0;
    f.each_tape(ws, [&](const auto& tape) { s[i++].col(c) = tape.s.col(0); });
  }
  f.chain().for_each([&](Index i, const auto& layer) {
    visit(block_name("z", i + 1), UnitBlocks{i, {"Wz", "Wy", "Wu"}, "b"}, layer.activation(),
          s[static_cast<std::size_t>(i)]);
  });
}
template <class Chain, class Visit>
void each_signal(const BasicFicnn<Chain>& f, const Matrix<typename Chain::Layers::Scalar>& y, Visit visit) {
  each_convex_signal(f, y, visit);
}
template <class Chain, class Visit>
void each_signal(const BasicPicnn<Chain>& f, const Matrix<typename Chain::Layers::Scalar>& x,
                 const Matrix<typename Chain::Layers::Scalar>& y, Visit visit) {
  Matrix<typename Chain::Layers::Scalar> u = x;
  f.chain().for_each([&](Index i, const auto& layer) {
    if (layer.context_step()) pass_signal(i, *layer.context_step(), f.parameters().data(), {i, {"Wt"}, "bt"}, u, visit);
  });
  each_convex_signal(f, y, visit, x);
}

template <class Network, class... Data>
void require_signal(const char* where, const Network& f, const Data&... data) {
  const auto require = [&](const char* what, const auto& points, Index rows, Index columns) {
    require_shape(where, what, points.rows(), points.cols(), rows, columns);
    if (columns < 2) fail({where, "two samples or more", text(columns)});
    if (!points.allFinite()) fail({where, text("finite ", what), "NaN or infinity"});
  };
  if constexpr (sizeof...(Data) == 2) {
    const auto& [x, y] = std::tie(data...);
    require("contexts x", x, f.context_size(), y.cols());
    require("points y", y, f.inputs(), y.cols());
  } else {
    (require("points", data, f.inputs(), data.cols()), ...);
  }
}

/// Mean and variance of every row.
template <class S>
struct RowMoments {
  explicit RowMoments(const Matrix<S>& s)
      : mean(s.template cast<double>().rowwise().mean()),
        variance((s.template cast<double>().colwise() - mean).rowwise().squaredNorm() / static_cast<double>(s.cols())) {}
  Vector<double> mean, variance;
};

template <class A, class S>
[[nodiscard]] LayerSignal signal_of(std::string name, const A& activation, const Matrix<S>& s) {
  const RowMoments<S> of(s);
  LayerSignal signal{.name = std::move(name), .units = s.rows(), .mean = of.mean.mean(), .variance = of.variance.mean()};
  // The sum over pairs of units, from the square of the sum over units.
  Vector<double> sum = Vector<double>::Zero(s.cols());
  double varying = 0;
  for (Index r = 0; r < s.rows(); ++r) {
    if (!(of.variance(r) > 0)) continue;
    ++varying;
    const double scale = 1 / std::sqrt(of.variance(r));
    for (Index c = 0; c < s.cols(); ++c) sum(c) += scale * (static_cast<double>(s(r, c)) - of.mean(r));
  }
  if (varying > 1) {
    signal.correlation = (sum.squaredNorm() / static_cast<double>(s.cols()) - varying) / (varying * (varying - 1));
  }
  for (Index r = 0; r < s.rows(); ++r) {
    double steepest = 0;
    for (Index c = 0; c < s.cols(); ++c) {
      steepest = std::max(steepest, std::abs(static_cast<double>(activation.jet(s(r, c)).first)));
    }
    if (steepest < 1e-6) ++signal.dead;
  }
  return signal;
}

}  // namespace detail

/// What arrives at the units of a network at samples, a column each: signal_report(f, y) of a FICNN, (f, x, y) of a PICNN,
/// (f, x) of a feed-forward network. Trainable networks have variances of about 1 and hardly a dead unit in every layer;
/// correlations near 1 say that a layer's units are copies of each other. Throws Error on wrong shapes, fewer than two
/// samples, and NaN. Cost: one evaluation a sample; allocates the pre-activations.
template <class Network, class... Data>
[[nodiscard]] SignalReport signal_report(const Network& f, const Eigen::MatrixBase<Data>&... data) {
  using S = typename Network::Scalar;
  detail::require_signal("signal_report", f, data...);
  SignalReport report;
  detail::each_signal(f, Matrix<S>(data)..., [&](std::string name, const auto&, const auto& activation, const auto& s) {
    report.layers.push_back(detail::signal_of(std::move(name), activation, s));
  });
  return report;
}

/// Makes every unit's pre-activation one of mean 0 and variance 1 over these samples, layer by layer from the first: the row
/// of its weights is divided by the deviation, which keeps W^z >= 0, and its bias takes the mean (Mishkin and Matas, ICLR
/// 2016, for each unit). A unit that does not vary keeps its weights, one without a bias its mean; the output term and the
/// gates stay as they are. Some hundred samples are enough. Samples and errors as for signal_report(). Cost: as many
/// evaluations a sample as there are layers; allocates.
template <class Network, class... Data>
void standardize_signal(Network& f, const Eigen::MatrixBase<Data>&... data) {
  using S = typename Network::Scalar;
  detail::require_signal("standardize_signal", f, data...);
  Index layers = 1;
  for (Index k = 0; k < layers; ++k) {
    Index at = 0;
    detail::each_signal(
        f, Matrix<S>(data)..., [&](const auto&, const detail::UnitBlocks& blocks, const auto&, const auto& s) {
          if (at++ != k) return;
          const detail::RowMoments<S> of(s);
          f.edit([&](auto& edit) {
            for (Index r = 0; r < s.rows(); ++r) {
              if (!(of.variance(r) > 1e-12 * (1 + of.mean(r) * of.mean(r)))) continue;
              const double scale = 1 / std::sqrt(of.variance(r));
              const auto has = [&](const char* symbol) { return edit.layout().contains(block_name(symbol, blocks.layer)); };
              for (const char* symbol : blocks.weights) {
                if (has(symbol)) edit[block_name(symbol, blocks.layer)].row(r) *= static_cast<S>(scale);
              }
              if (has("A")) {  // squared: the unit's forms take the root
                auto forms = edit[block_name("A", blocks.layer)];
                const Index rank = forms.rows() / s.rows();
                forms.middleRows(r * rank, rank) *= static_cast<S>(std::sqrt(scale));
              }
              if (!has(blocks.bias)) continue;
              S& bias = edit[block_name(blocks.bias, blocks.layer)](r, 0);
              bias = static_cast<S>(scale * (static_cast<double>(bias) - of.mean(r)));
            }
          });
        });
    layers = at;
  }
}

/// initialize(f, random) and standardize_signal(f, data...).
template <class Network, class R, class... Data>
requires(sizeof...(Data) > 0) void initialize(Network& f, R&& random, const Eigen::MatrixBase<Data>&... data) {
  detail::require_signal("initialize", f, data...);
  initialize(f, random);
  standardize_signal(f, data...);
}

}  // namespace icnn::inline ICNN_ISA
