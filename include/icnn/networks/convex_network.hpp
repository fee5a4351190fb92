// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "icnn/activations/properties.hpp"
#include "icnn/core/parameterized.hpp"
#include "icnn/layers/output_term.hpp"
#include "icnn/networks/context_passes.hpp"
#include "icnn/networks/convex_passes.hpp"

namespace icnn::inline ICNN_ISA {

/// All of a ConvexNetwork but its activations, and so of one type for every choice of them where the layers are: options,
/// layers, output term and parameters.
template <class LayersOfNetwork, class OptionsOfNetwork>
class ConvexLayers : public Parameterized<typename LayersOfNetwork::Scalar> {
 public:
  using Layers = LayersOfNetwork;
  using Scalar = typename Layers::Scalar;
  using Options = OptionsOfNetwork;
  static constexpr int Inputs = Layers::Inputs;
  static constexpr int SingleColumns = Layers::SingleColumns;
  static constexpr bool is_partial = detail::context_extent<Layers> != 0;  ///< PICNN

  [[nodiscard]] const Layers& chain() const noexcept { return chain_; }
  [[nodiscard]] const OutputTermOf<Layers>& output_term() const noexcept { return term_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] Index inputs() const noexcept { return term_.inputs(); }
  [[nodiscard]] Index context_size() const noexcept { return context_; }
  [[nodiscard]] Index depth() const noexcept { return chain_.depth(); }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return key_; }

  /// Of y -> f(y), or of y -> f(x, y).
  [[nodiscard]] Regularity regularity() const { return passes::regularity(chain_, term_); }

  /// A modulus m of strong convexity in y: f - m |y|^2 / 2 is convex. That of the output term, min D.
  [[nodiscard]] Scalar strong_convexity() const { return term_.strong_convexity(this->p()); }

 protected:
  /// Layers with the layout that they have filled and the options that they have completed, and the output term behind them.
  struct Pieces {
    Pieces(Layout filled, Options completed, Layers layers)
        : layout(std::move(filled)),
          options(std::move(completed)),
          chain(std::move(layers)),
          context(passes::context_size(chain)),
          term(layout, chain.depth(), options.output, chain.last().inputs(), context, options.non_decreasing) {}

    Layout layout;
    Options options;
    Layers chain;
    Index context;
    OutputTermOf<Layers> term;
  };

  explicit ConvexLayers(Pieces pieces)
      : Parameterized<Scalar>(std::move(pieces.layout)),
        options_(std::move(pieces.options)),
        chain_(std::move(pieces.chain)),
        context_(pieces.context),
        term_(std::move(pieces.term)),
        key_(passes::shape_key(chain_, term_)) {}

  Options options_;
  Layers chain_;
  Index context_;
  OutputTermOf<Layers> term_;
  ShapeKey key_;
};

/// What FICNN and PICNN have in common: options and activations, from which the layers and the output term are made, and
/// the parameters. A regular value.
template <class Chain>
class ConvexNetwork : public ConvexLayers<typename Chain::Layers, typename Chain::Options> {
  using Base = ConvexLayers<typename Chain::Layers, typename Chain::Options>;
  using typename Base::Pieces;

 public:
  using typename Base::Layers;
  using typename Base::Options;
  using typename Base::Scalar;
  using Choice = typename Chain::Choice;

  /// The blocks that such a network has, without the network.
  [[nodiscard]] static Layout layout_of(const Options& options, const Choice& activations) {
    return pieces(options, activations).layout;
  }

  [[nodiscard]] const Choice& activations() const noexcept { return activations_; }

  /// Takes over parameters and activations of a network of equal layout, in this scalar. Allocates only where the
  /// activations differ. Throws Error, and changes nothing, where the layouts differ or a parameter overflows.
  template <class Other>
  requires std::same_as<Choice, typename Other::Choice>
  void assign(const ConvexNetwork<Other>& other) {
    if (activations_ == other.activations()) return Parameterized<Scalar>::assign(other);
    Pieces of_other = pieces(this->options_, other.activations());
    Parameterized<Scalar>::assign(other);
    this->chain_ = std::move(of_other.chain);
    activations_ = other.activations();
  }

  /// Equal architecture, activations and parameters; all else follows from these.
  friend bool operator==(const ConvexNetwork& a, const ConvexNetwork& b) {
    return a.options() == b.options() && a.activations_ == b.activations_ && a.parameters() == b.parameters();
  }

 protected:
  ConvexNetwork(const Options& options, const Choice& choice) : Base(pieces(options, choice)), activations_(choice) {}

  Choice activations_;

 private:
  [[nodiscard]] static Pieces pieces(Options options, const Choice& choice) {
    Layout layout;
    Layers chain = Chain::build(layout, options, choice);
    return {std::move(layout), std::move(options), std::move(chain)};
  }
};

}  // namespace icnn::inline ICNN_ISA
