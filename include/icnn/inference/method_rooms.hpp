// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>
#include <optional>

#include "icnn/solvers/bundle/entropy_bundle.hpp"
#include "icnn/solvers/bundle/level_bundle.hpp"
#include "icnn/solvers/bundle/neuron_folding.hpp"
#include "icnn/solvers/gradient/mirror_gradient.hpp"
#include "icnn/solvers/newton/mirror_newton.hpp"
#include "icnn/solvers/newton/truncated_newton.hpp"

namespace icnn::inline ICNN_ISA {

/// The scratch of each method, which only their caller knows.
struct MethodRooms {
  explicit MethodRooms(Index n) : gradient(n) {}

  GradientWorkspace gradient;
  std::optional<NewtonWorkspace> newton{};
  std::optional<TruncatedWorkspace> truncated{};
  std::optional<BundleWorkspace> bundle{};
  std::optional<FoldingWorkspace> folding{};
  std::optional<EntropyBundleWorkspace> entropy_bundle{};
  std::unique_ptr<Region> polyhedron{};  ///< the latest; as its base, for who has none compiles nothing of it
};

}  // namespace icnn::inline ICNN_ISA
