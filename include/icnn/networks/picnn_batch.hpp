// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/networks/picnn.hpp"

namespace icnn::inline ICNN_ISA {

/// A PICNN at a batch of contexts, one per column: the convex functions y_b -> f(x_b, y_b), evaluated together. Made by
/// Picnn::at(X). It keeps the context path and the gates, and refers to the network, which must outlive it and whose
/// edits it does not see before the next rebind(). Batches of exactly B columns.
template <class Picnn>
class PicnnBatch : public NetworkFunction<PicnnBatch<Picnn>, typename Picnn::Scalar, false> {
  using Chain = std::remove_cvref_t<decltype(std::declval<const Picnn&>().chain())>;

 public:
  using Scalar = typename Picnn::Scalar;
  static constexpr int Inputs = Picnn::Inputs;
  static constexpr int SingleColumns = Dynamic;
  template <int Cols>
  using Workspace = AtContextWorkspace<Chain, Cols>;

  template <class X>
  PicnnBatch(const Picnn& network, const Eigen::MatrixBase<X>& x)
      : network_(network),
        key_(network.shape_key()),
        columns_(checked(network, x)),
        context_(network.chain(), network.output_term(), network.context_size(), columns_) {
    rebind(x);
  }

  /// Moves to other contexts, as many as before, and to the network's parameters of now; allocates nothing.
  template <class X>
  void rebind(const Eigen::MatrixBase<X>& x) {
    if (!is_current())
      fail({"rebind", "the network that at() was asked of",
            "one of another shape in its place, or none: it has been destroyed"});
    require_shape("rebind", "contexts", x.rows(), x.cols(), network().context_size(), columns_);
    network().bind_to(x, context_);
  }

  /// f(x_b, .) for one of the contexts, as Picnn::at(x_b) gives it; and moves such a function to it, in its own memory.
  /// Throws Error where there is no such column, and on a function that at() did not make.
  [[nodiscard]] typename Picnn::AtContext column(Index b) const {
    auto function = network().at(context_.x.col(checked_column(b)));
    move_to_column(b, function);
    return function;
  }
  void move_to_column(Index b, typename Picnn::AtContext& function) const {
    network().fold_checked(context_, checked_column(b), function);
  }

  [[nodiscard]] const Picnn& network() const { return network_.get(); }
  [[nodiscard]] Index batch() const noexcept { return columns_; }
  [[nodiscard]] Index inputs() const { return network().inputs(); }
  [[nodiscard]] Index context_size() const { return network().context_size(); }
  [[nodiscard]] Index parameter_count() const { return network().parameter_count(); }
  [[nodiscard]] const Layout& layout() const { return network().layout(); }
  [[nodiscard]] Regularity regularity() const { return network().regularity(); }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return mix(key_, columns_); }
  [[nodiscard]] bool is_current() const noexcept { return network_.is_alive() && network().shape_key() == key_; }

  [[nodiscard]] Workspace<Dynamic> workspace() const { return workspace({.columns = columns_}); }
  [[nodiscard]] Workspace<Dynamic> workspace(const WorkspaceOptions& options) const {
    return {shape_key(), network().chain(), network().output_term(), options};
  }

  /// The gates, and what else the contexts determine: see BoundContext.
  [[nodiscard]] const auto& context() const noexcept { return context_; }
  template <class Ws>
  [[nodiscard]] const auto& bound(const Ws&) const noexcept {
    return context_;
  }

 private:
  [[nodiscard]] Index checked_column(Index b) const {
    if (b < 0 || b >= columns_) fail({"column", detail::text("a number in 0..", columns_ - 1), detail::text(b)});
    return b;
  }
  template <class X>
  [[nodiscard]] static Index checked(const Picnn& network, const Eigen::MatrixBase<X>& x) {
    if (x.rows() != network.context_size() || x.cols() < 1) {
      fail({"at", detail::text("contexts of shape ", network.context_size(), " x B with B >= 1"),
            detail::shape_text(x.rows(), x.cols()),
            x.cols() == network.context_size() ? "a context is a column: transpose x" : ""});
    }
    return x.cols();
  }

  Watched<Picnn> network_;
  ShapeKey key_;
  Index columns_;
  BoundContext<Chain, Dynamic> context_;
};

}  // namespace icnn::inline ICNN_ISA
