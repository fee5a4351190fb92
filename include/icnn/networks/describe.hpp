// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "icnn/activations/properties.hpp"
#include "icnn/networks/convex_network.hpp"
#include "icnn/networks/feed_forward.hpp"

namespace icnn::inline ICNN_ISA {

/// What describe() finds out about a network.
struct Description {
  struct Layer {
    Index index = 0;
    Index width = 0;
    Index context_width = 0;  ///< of the context step beside it; 0: none
    std::string activation = {};
    Index parameters = 0;
  };

  std::string kind = {};  ///< "FICNN", "PICNN", "feed-forward"
  Index inputs = 0;
  Index context = 0;
  Index outputs = 1;
  std::vector<Layer> layers = {};
  Index output_term_parameters = 0;
  Index parameters = 0;
  Index parameter_bytes = 0;
  double value_flops = 0;     ///< of one value, one sample: two per weight
  double gradient_flops = 0;  ///< of one value and gradient in the inputs: twice that
  Regularity regularity = {};
  std::string convexity = {};  ///< by which argument
};

inline std::ostream& operator<<(std::ostream& out, const Description& d) {
  out << d.kind << ", ";
  if (d.context > 0) out << "context x: " << d.context << ", ";
  out << "inputs: " << d.inputs << ", depth: " << d.layers.size() << '\n';
  for (const auto& layer : d.layers) {
    out << "  layer " << layer.index << ": " << layer.width << " x " << layer.activation;
    if (layer.context_width > 0) out << ", context layer of " << layer.context_width;
    out << ", " << layer.parameters << " parameters\n";
  }
  if (d.output_term_parameters > 0) out << "  output term: " << d.output_term_parameters << " parameters\n";
  out << "  " << d.parameters << " parameters, " << d.parameter_bytes << " bytes; one value about " << d.value_flops
      << " flops, value and gradient about " << d.gradient_flops << '\n';
  out << "  " << (d.regularity.piecewise_linear ? "piecewise linear" : "not piecewise linear") << ", "
      << (d.regularity.derivatives == 0   ? "kinked"
          : d.regularity.derivatives == 1 ? "once differentiable"
                                          : "twice differentiable")
      << '\n';
  if (!d.convexity.empty()) out << "  " << d.convexity << '\n';
  return out;
}

namespace detail {

template <class Network>
[[nodiscard]] Description describe_common(const Network& network, const char* kind) {
  Description d{.kind = kind, .inputs = network.inputs()};
  const Layout& layout = network.layout();
  network.chain().for_each([&](Index i, const auto& layer) {
    Description::Layer line{.index = i, .width = layer.width(), .activation = name_of(layer.activation())};
    if constexpr (requires { layer.context_step(); }) {
      if (layer.context_step()) line.context_width = layer.context_step()->width();
    }
    d.layers.push_back(std::move(line));
  });
  for (const Block& block : layout.blocks()) {
    if (block.layer < network.depth()) {
      d.layers[static_cast<std::size_t>(block.layer)].parameters += block.size();
    } else {
      d.output_term_parameters += block.size();
    }
  }
  d.parameters = layout.size();
  d.parameter_bytes = d.parameters * static_cast<Index>(sizeof(typename Network::Scalar));
  d.value_flops = 2.0 * static_cast<double>(d.parameters);
  d.gradient_flops = 2 * d.value_flops;
  return d;
}

}  // namespace detail

/// Layers, sizes, costs and the reason for convexity; prints itself with <<.
template <class Chain>
[[nodiscard]] Description describe(const ConvexNetwork<Chain>& network) {
  Description d = detail::describe_common(network, network.is_partial ? "PICNN" : "FICNN");
  d.context = network.context_size();
  d.regularity = network.regularity();
  d.convexity = network.is_partial ? "convex in y for every x by Proposition 1 (every W^z and its gate >= 0)"
                                   : "convex in y by Proposition 1 (every W^z >= 0, activations convex and non-decreasing)";
  return d;
}

template <class Chain>
[[nodiscard]] Description describe(const BasicFeedForward<Chain>& network) {
  Description d = detail::describe_common(network, "feed-forward");
  d.outputs = network.outputs();
  d.regularity = {true, 2};
  network.chain().for_each(
      [&](Index, const auto& layer) { d.regularity = combine(d.regularity, regularity_of(layer.activation())); });
  return d;
}

/// A network prints as its description does.
template <class Chain>
std::ostream& operator<<(std::ostream& out, const ConvexNetwork<Chain>& network) {
  return out << describe(network);
}
template <class Chain>
std::ostream& operator<<(std::ostream& out, const BasicFeedForward<Chain>& network) {
  return out << describe(network);
}

}  // namespace icnn::inline ICNN_ISA
