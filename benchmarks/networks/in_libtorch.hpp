// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/icnn.hpp>
#include <type_traits>

#include "benchmarks/support/libtorch.hpp"

namespace icnn::benchmarks {

/// Our network, handed to libtorch.
template <class Case>
[[nodiscard]] TorchNetwork in_libtorch() {
  const auto& f = Case::get();
  using S = typename Case::Network::Scalar;
  TorchDescription d{{}, static_cast<int>(f.depth()), sizeof(S) == 8, std::is_same_v<typename Case::Activation, Softplus>};
  for (const Block& block : f.layout().blocks()) {
    d.blocks.push_back({block.name, block.rows, block.cols, f.parameters().data() + block.offset});
  }
  return TorchNetwork(d);
}

/// Numbers of libtorch as a vector of ours.
template <class S>
[[nodiscard]] Vector<S> vector_of(const std::vector<double>& numbers) {
  return Eigen::Map<const Vector<double>>(numbers.data(), static_cast<Index>(numbers.size())).template cast<S>();
}

}  // namespace icnn::benchmarks
