// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "icnn/core/lifetime.hpp"
#include "icnn/networks/context_passes.hpp"

namespace icnn::inline ICNN_ISA {

template <class Network>
class FicnnView;
template <class Network>
class PicnnView;

namespace detail {

// A view has no life of its own that others could watch: it is as good as the parameters that it refers to.
template <class Network>
inline constexpr bool has_lifetime<FicnnView<Network>> = false;
template <class Network>
inline constexpr bool has_lifetime<PicnnView<Network>> = false;

template <class T>
inline constexpr bool is_ficnn_view = false;
template <class Network>
inline constexpr bool is_ficnn_view<FicnnView<Network>> = true;

}  // namespace detail

/// What views of FICNN and PICNN have in common, in the place of ConvexNetwork: layers and output term, whose sizes are in
/// the type, and parameters that lie elsewhere. Allocates nothing.
template <class Chain>
class NetworkView {
 public:
  using Layers = typename Chain::Layers;
  using Scalar = typename Layers::Scalar;
  using Options = typename Chain::Options;
  using Choice = typename Chain::Choice;
  static constexpr int Inputs = Layers::Inputs;
  static_assert(Inputs != Dynamic, "a view is of a network with its sizes in the type: FicnnOf or PicnnOf");

  [[nodiscard]] const Layers& chain() const noexcept { return chain_; }
  [[nodiscard]] const OutputTermOf<Layers>& output_term() const noexcept { return term_; }
  [[nodiscard]] std::span<const Scalar> parameters() const noexcept { return parameters_; }
  [[nodiscard]] const Layout& layout() const noexcept { return layout_; }  ///< its size alone
  [[nodiscard]] Index parameter_count() const noexcept { return layout_.size(); }
  [[nodiscard]] Index inputs() const noexcept { return term_.inputs(); }
  [[nodiscard]] Index context_size() const noexcept { return context_; }
  [[nodiscard]] Index depth() const noexcept { return chain_.depth(); }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return key_; }
  [[nodiscard]] Regularity regularity() const { return passes::regularity(chain_, term_); }
  [[nodiscard]] Scalar strong_convexity() const { return term_.strong_convexity(parameters_.data()); }

 protected:
  /// Throws Error where there are not as many parameters as options and type have, one is not finite, or one of W^z or D is
  /// negative; and on options that belong to edits, or to the type.
  NetworkView(const Options& options, const Choice& choice, std::span<const Scalar> parameters)
      : NetworkView(Built(options, choice), parameters) {
    require_admissible();
  }
  /// Without parameters, for now.
  NetworkView(const Options& options, const Choice& choice) : NetworkView(Built(options, choice), {}) {}
  template <class Network>
  explicit NetworkView(const Network& f)
      : layout_(layout_of_size(f.parameter_count())),
        chain_(f.chain()),
        context_(f.context_size()),
        term_(f.output_term()),
        key_(f.shape_key()),
        parameters_(f.parameters().data(), static_cast<std::size_t>(f.parameter_count())) {}

  /// Parameters, as many as there have to be, that are known to be admissible.
  void refer_to(const Scalar* parameters) noexcept { parameters_ = {parameters, static_cast<std::size_t>(layout_.size())}; }

  Layout layout_;
  Layers chain_;
  Index context_;
  OutputTermOf<Layers> term_;
  ShapeKey key_;
  std::span<const Scalar> parameters_;

 private:
  /// The pieces, in the order in which they have to be made.
  struct Built {
    Built(Options options, const Choice& choice)
        : chain(Chain::build_layers(layout, checked(options), choice)),
          context(passes::context_size(chain)),
          term(layout, chain.depth(), options.output, chain.last().inputs(), context, {}) {}

    [[nodiscard]] static Options& checked(Options& options) {
      if (!options.hidden.empty()) fail({"a view", "hidden widths in the type alone", "some in the options"});
      if (options.non_decreasing.empty()) return options;
      fail({"a view", "no non-decreasing inputs", "some", "they bind edits, and the parameters of a view stay as they are"});
    }

    Layout layout = Layout::of_sizes();
    Layers chain;
    Index context;
    OutputTermOf<Layers> term;
  };

  NetworkView(const Built& built, std::span<const Scalar> parameters)
      : layout_(built.layout),
        chain_(built.chain),
        context_(built.context),
        term_(built.term),
        key_(passes::shape_key(chain_, term_)),
        parameters_(parameters) {}

  [[nodiscard]] static Layout layout_of_size(Index size) {
    Layout layout = Layout::of_sizes();
    layout.add({.name = {}, .rows = size, .cols = 1});
    return layout;
  }

  void require_admissible() const {
    if (static_cast<Index>(parameters_.size()) != layout_.size()) {
      fail({"a view", detail::text(layout_.size(), " parameters"), detail::text(parameters_.size()),
            "sizes and options have to be those of the network that they come from"});
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      if (!std::isfinite(parameters_[i])) fail({"a view", "finite parameters", detail::text("NaN or infinity at ", i)});
    }
    chain_.for_each([&](Index i, const auto& layer) {
      if constexpr (std::remove_cvref_t<decltype(layer)>::Previous != 0) {
        require_non_negative(layer.convex().z_map().matrix(parameters_.data()), "W^z >= 0, as Proposition 1 requires", i);
      }
    });
    if (term_.shape().diagonal) require_non_negative(term_.D(parameters_.data()), "D >= 0", depth());
  }
  template <class M>
  static void require_non_negative(const M& weights, const char* expected, Index layer) {
    for (Index i = 0; i < weights.size(); ++i) {
      if (weights.data()[i] < Scalar(0)) fail({"a view", expected, detail::text("a negative number in layer ", layer)});
    }
  }
};

}  // namespace icnn::inline ICNN_ISA
