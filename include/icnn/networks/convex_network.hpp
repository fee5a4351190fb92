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

/// What FICNN and PICNN have in common: options and activations, from which the layers and the output term are made, and
/// the parameters. A regular value.
template <class Chain>
class ConvexNetwork : public Parameterized<typename Chain::Layers::Scalar> {
 public:
  using Layers = typename Chain::Layers;
  using Scalar = typename Layers::Scalar;
  using Options = typename Chain::Options;
  using Choice = typename Chain::Choice;
  static constexpr int Inputs = Layers::Inputs;
  static constexpr int SingleColumns = Layers::SingleColumns;
  static constexpr bool is_partial = detail::context_extent<Layers> != 0;  ///< PICNN

  /// The blocks that such a network has, without the network.
  [[nodiscard]] static Layout layout_of(const Options& options, const Choice& activations) {
    return Built(options, activations).layout;
  }

  [[nodiscard]] const Layers& chain() const noexcept { return chain_; }
  [[nodiscard]] const OutputTermOf<Layers>& output_term() const noexcept { return term_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const Choice& activations() const noexcept { return activations_; }
  [[nodiscard]] Index inputs() const noexcept { return term_.inputs(); }
  [[nodiscard]] Index context_size() const noexcept { return context_; }
  [[nodiscard]] Index depth() const noexcept { return chain_.depth(); }
  [[nodiscard]] ShapeKey shape_key() const noexcept { return key_; }

  /// Of y -> f(y), or of y -> f(x, y).
  [[nodiscard]] Regularity regularity() const { return passes::regularity(chain_, term_); }

  /// A modulus m of strong convexity in y: f - m |y|^2 / 2 is convex. That of the output term, min D.
  [[nodiscard]] Scalar strong_convexity() const { return term_.strong_convexity(this->p()); }

  /// Takes over parameters and activations of a network of equal layout, in this scalar. Allocates only where the
  /// activations differ. Throws Error, and changes nothing, where the layouts differ or a parameter overflows.
  template <class Other>
  requires std::same_as<Choice, typename Other::Choice>
  void assign(const ConvexNetwork<Other>& other) {
    if (activations_ == other.activations()) return Parameterized<Scalar>::assign(other);
    Layout layout;
    Layers chain = Chain::build(layout, options_, other.activations());
    Parameterized<Scalar>::assign(other);
    chain_ = std::move(chain);
    activations_ = other.activations();
  }

  /// Equal architecture, activations and parameters; all else follows from these.
  friend bool operator==(const ConvexNetwork& a, const ConvexNetwork& b) {
    return a.options_ == b.options_ && a.activations_ == b.activations_ && a.parameters() == b.parameters();
  }

 protected:
  ConvexNetwork(const Options& options, const Choice& choice) : ConvexNetwork(Built(options, choice)) {}

  Options options_;
  Choice activations_;
  Layers chain_;
  Index context_;
  OutputTermOf<Layers> term_;
  ShapeKey key_;

 private:
  /// The pieces, in the order in which they have to be made.
  struct Built {
    Built(const Options& chosen, const Choice& choice)
        : options(chosen),
          activations(choice),
          chain(Chain::build(layout, options, activations)),
          context(passes::context_size(chain)),
          term(layout, chain.depth(), options.output, chain.last().inputs(), context, options.non_decreasing) {}

    Layout layout{};
    Options options;
    Choice activations;
    Layers chain;
    Index context;
    OutputTermOf<Layers> term;
  };

  explicit ConvexNetwork(Built built)
      : Parameterized<Scalar>(std::move(built.layout)),
        options_(std::move(built.options)),
        activations_(std::move(built.activations)),
        chain_(std::move(built.chain)),
        context_(built.context),
        term_(std::move(built.term)),
        key_(passes::shape_key(chain_, term_)) {}
};

}  // namespace icnn::inline ICNN_ISA
