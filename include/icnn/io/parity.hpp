// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <ostream>

#include "icnn/io/load.hpp"
#include "icnn/networks/describe.hpp"

namespace icnn::inline ICNN_ISA {

/// How far a network is from what a file says about it: the largest differences, in units of the largest number of the kind.
/// What the file does not say is negative.
struct Parity {
  Description network = {};
  NumberType scalar = NumberType::f64;  ///< in which it was evaluated
  Index points = 0;
  double value = -1;
  double gradient = -1;            ///< in y
  double context_gradient = -1;    ///< in x
  double hessian = -1;             ///< in y
  double parameter_gradient = -1;  ///< of the sum of all values
  std::string worst_block = {};    ///< that it is largest in

  /// The largest of all, NaN if one is.
  [[nodiscard]] double largest() const {
    double most = -1;
    for (const double one : {value, gradient, context_gradient, hessian, parameter_gradient}) {
      if (!(one <= most)) most = one;
      if (std::isnan(one)) break;
    }
    return most;
  }

  friend std::ostream& operator<<(std::ostream& out, const Parity& p) {
    out << p.network << "evaluated in " << to_string(p.scalar) << " at " << p.points
        << " points; largest relative differences\n";
    const auto line = [&](const char* what, double difference, const std::string& more = {}) {
      if (!(difference < 0)) out << "  " << what << difference << more << "\n";
    };
    line("value                 ", p.value);
    line("gradient in y         ", p.gradient);
    line("gradient in x         ", p.context_gradient);
    line("Hessian in y          ", p.hessian);
    line("gradient in parameters ", p.parameter_gradient, " (" + p.worst_block + ")");
    return out;
  }
};

namespace detail {

/// A network beside the tensors "reference.*" of its file.
template <class F>
class ParityCheck {
  using S = typename F::Scalar;

 public:
  ParityCheck(const std::string& path, F f) : file_(open_safetensors(path)), f_(std::move(f)) {}

  [[nodiscard]] Parity run() {
    parity_.network = describe(f_.function());
    parity_.scalar = number_type<S>;
    const Index n = f_.inputs();
    const TensorEntry* points = file_.find("reference.y");
    if (points == nullptr) fail({file_.name(), "a tensor reference.y with points, one a row", "none"});
    if (points->rank != 2 || points->extents[1] != static_cast<std::uint64_t>(n) || points->extents[0] == 0) {
      fail({file_.name(), text("reference.y of shape [points, ", n, "]"), points->shape_text()});
    }
    count_ = static_cast<Index>(points->extents[0]);
    parity_.points = count_;
    const Matrix<S> y = rows("reference.y", n).transpose();
    if constexpr (F::has_context) {
      compare(y, Matrix<S>(rows("reference.x", f_.context_size()).transpose()));
    } else {
      compare(y);
    }
    return parity_;
  }

 private:
  /// A tensor with a row for every point.
  [[nodiscard]] Matrix<S> rows(const std::string& name, Index columns) { return tensor(name, count_, columns); }
  [[nodiscard]] Matrix<S> tensor(const std::string& name, Index rows, Index columns) {
    const TensorEntry& entry = require_tensor(file_.name(), file_, name);
    const auto r = static_cast<std::uint64_t>(rows), c = static_cast<std::uint64_t>(columns);
    if (entry.count() != r * c || entry.rank == 0) {
      fail({file_.name(), text(name, " of ", shape_text(rows, columns), " numbers"), entry.shape_text()});
    }
    Matrix<S> matrix(rows, columns);
    file_.read_by_rows(entry, matrix.data(), rows, columns);
    return matrix;
  }
  [[nodiscard]] static double difference(const Matrix<S>& ours, const Matrix<S>& theirs) {
    if (!ours.allFinite() || !theirs.allFinite()) return std::numeric_limits<double>::quiet_NaN();
    return relative(static_cast<double>((ours - theirs).cwiseAbs().maxCoeff()),
                    static_cast<double>(theirs.cwiseAbs().maxCoeff()));
  }
  [[nodiscard]] static double relative(double most, double scale) {
    return most == 0 ? 0 : scale > 0 ? most / scale : infinity;
  }

  /// At y, or at y and x.
  template <class... X>
  void compare(const Matrix<S>& y, const X&... x) {
    const Index n = y.rows();
    auto ws = f_.workspace({.columns = count_});
    Matrix<S> gradient(n, count_), context_gradient(f_.context_size(), count_);
    Vector<S> parameters(f_.parameter_count());
    Wanted<S> wanted{.y = gradient, .parameters = parameters};
    if constexpr (sizeof...(X) == 1) wanted.x = context_gradient;
    const Matrix<S> values = f_.gradients(x..., y, wanted, ws);
    const auto has = [&](const char* name) { return file_.find(name) != nullptr; };
    if (has("reference.f")) parity_.value = difference(values.transpose(), rows("reference.f", 1));
    if (has("reference.gradient")) parity_.gradient = difference(gradient.transpose(), rows("reference.gradient", n));
    if (has("reference.x_gradient")) {
      parity_.context_gradient = difference(context_gradient.transpose(), rows("reference.x_gradient", f_.context_size()));
    }
    if (has("reference.hessian")) {
      Matrix<S> hessian(n, n * count_), all(count_, n * n);
      (void)f_.hessian(x..., y, hessian, ws);
      for (Index b = 0; b < count_; ++b) {
        for (Index r = 0; r < n; ++r) {
          for (Index c = 0; c < n; ++c) all(b, r * n + c) = hessian(r, b * n + c);
        }
      }
      parity_.hessian = difference(all, rows("reference.hessian", n * n));
    }
    double worst = -1, scale = 0;
    bool finite = true;
    for (const Block& block : f_.layout().blocks()) {
      const std::string name = "reference.parameters." + block.name;
      if (!has(name.c_str())) continue;
      const Matrix<S> theirs = tensor(name, block.rows, block.cols);
      const Eigen::Map<const Matrix<S>> ours(parameters.data() + block.offset, block.rows, block.cols);
      const auto most = static_cast<double>((ours - theirs).cwiseAbs().maxCoeff());
      scale = std::max(scale, static_cast<double>(theirs.cwiseAbs().maxCoeff()));
      finite = finite && ours.allFinite() && theirs.allFinite();
      if (most <= worst) continue;
      worst = most;
      parity_.worst_block = block.name;
    }
    if (!finite) {
      parity_.parameter_gradient = std::numeric_limits<double>::quiet_NaN();
    } else if (worst >= 0) {
      parity_.parameter_gradient = relative(worst, scale);
    }
  }

  TensorFile file_;
  F f_;
  Index count_ = 0;
  Parity parity_{};
};

template <class F>
[[nodiscard]] Parity parity_of(const std::string& path, bool scaled) {
  using Whole = Standardized<F>;
  if (scaled) return ParityCheck<Whole>(path, load<Whole>(path)).run();
  return ParityCheck<Whole>(path, standardized(load<F>(path), Scaling<typename F::Scalar>{})).run();  // by 1: the same bits
}

}  // namespace detail

/// Reads a FICNN or PICNN of whatever activations, with its scaler if there is one, and holds it against the tensors of its
/// file that say what it is at some points, as examples/pytorch/ writes them: rows of reference.y (and reference.x),
/// reference.f, reference.gradient, reference.x_gradient, reference.hessian, and reference.parameters.BLOCK, the gradient of
/// the sum of all values in a block. The file passes all checks of load(), so what is compared is convex. Throws Error as
/// load() does, and where a reference has another shape. In S = float the file has to be of float.
template <class S = double>
[[nodiscard]] Parity check_parity(const std::string& path) {
  const TensorFile file = open_safetensors(path);
  const std::string kind = detail::network_text(file).take("kind").value_or("none");
  const bool scaled = file.find("scaling.output_scale") != nullptr;
  if (kind == "ficnn") return detail::parity_of<AnyFicnn<S>>(path, scaled);
  if (kind == "picnn") return detail::parity_of<AnyPicnn<S>>(path, scaled);
  fail({path, "a network of kind ficnn or picnn", kind});
}

}  // namespace icnn::inline ICNN_ISA
