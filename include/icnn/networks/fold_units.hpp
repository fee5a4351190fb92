// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "icnn/functions/standardized.hpp"
#include "icnn/networks/ficnn.hpp"
#include "icnn/networks/picnn.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// Moves the units of a function's data into the parameters of its network, block by block: k = center / scale, s = 1 /
/// scale.
template <class Network>
class UnitFolding {
  using S = typename Network::Scalar;
  using Block = Eigen::Map<Matrix<S>>;

 public:
  UnitFolding(const Network& from, const Scaling<S>& units) : from_(from), units_(units) {
    s_ = units.scale.cwiseInverse();
    k_ = units.center.cwiseProduct(s_);
    centered_ = k_.cwiseAbs().sum() > 0;
  }

  [[nodiscard]] Network folded() const {
    auto options = from_.options();
    const OutputTermShape shape = options.output;
    const bool shifted = units_.context_center.size() > 0 && units_.context_center.cwiseAbs().sum() > 0;
    options.bias = true;
    options.output.linear = shape.linear || (centered_ && (shape.diagonal || shape.rank > 0)) || (shifted && shape.bilinear);
    if constexpr (Network::is_partial) {
      require(!centered_ || !shape.bilinear, "no output.bilinear behind a center of y");
      require(!centered_ || options.quadratic_rank == 0, "no quadratic passthrough behind a center of y, for a PICNN");
      require(!centered_ || options.non_decreasing.empty(), "no non-decreasing inputs behind a center of y, for a PICNN");
    }
    Network to(options, from_.activations());
    to.fill([&](ParameterEdit<S>& p) {
      for (const auto& block : from_.layout().blocks()) p[block.name] = from_.parameters()[block.name];
      if constexpr (Network::is_partial) fold_context(p);
      S constant = 0;
      for (Index i = 0; i < from_.depth(); ++i) fold_inputs(p, i);
      fold_output_term(p, constant);
      fold_output(p, constant);
    });
    return to;
  }

 private:
  static void require(bool good, const char* expected) {
    if (!good) fail({"fold_units", expected, "one", "keep the network standardized"});
  }
  [[nodiscard]] static std::string named(const char* symbol, Index layer) { return block_name(symbol, layer); }
  [[nodiscard]] bool has(const std::string& name) const { return from_.layout().contains(name); }

  /// The maps of x, which is u_0: M x becomes M (x - center) / scale.
  void fold_context(ParameterEdit<S>& p) const {
    const Vector<S> s = units_.context_scale.cwiseInverse(), k = units_.context_center.cwiseProduct(s);
    const auto fold = [&](const std::string& map, const std::string& bias) {
      if (!has(map)) return;
      Block m = p[map];
      p[bias] -= m * k;
      m = m * s.asDiagonal();
    };
    fold("Wyu[0]", "by[0]");
    fold("Wu[0]", "b[0]");
    fold("Wt[0]", "bt[0]");
    if (!has("C")) return;
    Block c = p["C"];
    if (k.cwiseAbs().sum() > 0) p["d"] -= c * k;
    c = c * s.asDiagonal();
  }

  /// W^y and A of a layer, and their share of its bias; in a PICNN behind the gates, which are affine in u.
  void fold_inputs(ParameterEdit<S>& p, Index i) const {
    const std::string map = named("Wy", i), bias = named("b", i);
    if (!has(map)) return;
    Block w = p[map];
    if constexpr (Network::is_partial) {
      const Matrix<S> shift = w * k_.asDiagonal();
      p[named("Wu", i)] -= shift * p[named("Wyu", i)];
      p[bias] -= shift * p[named("by", i)];
    } else {
      p[bias] -= w * k_;
    }
    w = w * s_.asDiagonal();
    if (!has(named("A", i))) return;
    Block a = p[named("A", i)];
    const Vector<S> at_0 = a * k_;
    a = a * s_.asDiagonal();
    if (!centered_) return;
    const Index rank = a.rows() / w.rows();
    for (Index form = 0; form < a.rows(); ++form) {  // (a'y - at_0)^2
      w.row(form / rank) -= 2 * at_0(form) * a.row(form);
      p[bias](form / rank, 0) += at_0(form) * at_0(form);
    }
  }

  /// y'(D + L'L) y / 2 + d'y around the center.
  void fold_output_term(ParameterEdit<S>& p, S& constant) const {
    const Vector<S>& c = units_.center;
    Vector<S> slope = Vector<S>::Zero(c.size());  // of the quadratic at the center
    if (has("D")) {
      Block d = p["D"];
      d = d.cwiseProduct(s_.cwiseAbs2());
      slope += d.col(0).cwiseProduct(c);
    }
    if (has("L")) {
      Block l = p["L"];
      l = l * s_.asDiagonal();
      slope += l.transpose() * (l * c);
    }
    if (has("C")) {
      Block bilinear = p["C"];
      bilinear = s_.asDiagonal() * bilinear;
    }
    constant += S(0.5) * slope.dot(c);
    if (!p.layout().contains("d")) return;
    Block d = p["d"];
    d = d.cwiseProduct(s_);
    constant -= d.col(0).dot(c);
    d -= slope;
  }

  /// The last layer, whose activation is the identity, and the output term, times output_scale; and what is constant.
  void fold_output(ParameterEdit<S>& p, S constant) const {
    const S a = units_.output_scale;
    const S shift = a * constant + units_.output_center;
    if (a == S(1) && shift == S(0)) return;
    require(name_of(from_.chain().last().activation()) == "Identity",
            "the identity as output activation, behind units of the output");
    using std::sqrt;
    const Index last = from_.depth() - 1;
    for (const auto& block : p.layout().blocks()) {
      if (block.layer < last) continue;
      const bool gate = block.name.starts_with("Wzu") || block.name.starts_with("Wyu") || block.name.starts_with("bz") ||
                        block.name.starts_with("by");
      if (gate) continue;
      const bool squared = block.name == "L" || block.name.starts_with("A");
      p[block.name] *= squared ? sqrt(a) : a;
    }
    p[named("b", last)](0, 0) += shift;
  }

  const Network& from_;
  const Scaling<S>& units_;
  Vector<S> s_, k_{};
  bool centered_ = false;
};

}  // namespace detail

/// The network that computes, up to rounding, what a standardized one does: the units of its data are folded into its
/// parameters, for whoever has room for a network alone. All its layers have a bias. Throws Error where it cannot be done:
/// an output activation that is not the identity behind units of the output, and for a PICNN, behind a center of y, a
/// bilinear output term, a quadratic passthrough, and non-decreasing inputs. Allocates the network.
template <class F>
[[nodiscard]] auto fold_units(const Standardized<F>& f) {
  using Network = std::remove_cvref_t<F>;
  return detail::UnitFolding<Network>(f.function(), f.units()).folded();
}

}  // namespace icnn::inline ICNN_ISA
