// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>
#include <optional>

#include "icnn/solvers/bundle/entropy_bundle.hpp"
#include "icnn/solvers/bundle/level_bundle.hpp"
#include "icnn/solvers/gradient/mirror_gradient.hpp"
#include "icnn/solvers/newton/mirror_newton.hpp"
#include "icnn/solvers/newton/truncated_newton.hpp"

namespace icnn::inline ICNN_ISA {

class MethodWorkspace;
struct Plan;

/// Neuron folding, with its scratch, behind pointers: who has no function that folds compiles nothing of it. (Virtual
/// functions would be compiled all the same, for the compiler guesses who is called.)
struct FoldingMethod {
  std::shared_ptr<void> scratch{};
  void (*minimize)(void* scratch, ConvexModel& model, Region& set, const Settings& settings, BundleWorkspace& cuts,
                   Result& result) = nullptr;
  void (*minimize_entropic)(void* scratch, ConvexModel& model, const EntropyTerm& term, const Settings& settings,
                            EntropyBundleWorkspace& cuts, Result& result) = nullptr;
};

/// The methods in mirror coordinates, in the same way for who has no entropy.
struct EntropicMethods {
  std::shared_ptr<EntropyBundleWorkspace> bundle{};
  void (*make_bundle)(EntropicMethods& methods, Index n) = nullptr;
  void (*minimize)(ConvexModel& model, const EntropyTerm& entropy, const Plan& plan, const Settings& settings,
                   MethodWorkspace& ws, Result& result) = nullptr;
};

/// The scratch of each method, which only their caller knows.
struct MethodRooms {
  explicit MethodRooms(Index n) : gradient(n) {}
  [[gnu::cold, gnu::noinline]] ~MethodRooms() = default;
  MethodRooms(const MethodRooms&) = delete;
  MethodRooms& operator=(const MethodRooms&) = delete;

  GradientWorkspace gradient;
  std::optional<NewtonWorkspace> newton{};
  std::optional<TruncatedWorkspace> truncated{};
  std::optional<BundleWorkspace> bundle{};
  FoldingMethod folding{};
  EntropicMethods entropic{};
  std::unique_ptr<Region> polyhedron{};  ///< the latest; as its base, for who has none compiles nothing of it
};

}  // namespace icnn::inline ICNN_ISA
