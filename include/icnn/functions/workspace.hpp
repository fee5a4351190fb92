// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstdint>

#include "icnn/core/error.hpp"
#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// A number that two objects of different shapes do not share (up to a hash): a workspace carries that of the function it
/// was made for.
using ShapeKey = std::uint64_t;

[[nodiscard]] constexpr ShapeKey mix(ShapeKey key, Index value) noexcept {
  key = key * 0x9e3779b97f4a7c15U + static_cast<ShapeKey>(value);
  return key ^ (key >> 29U);
}

/// Sizes of a workspace.
struct WorkspaceOptions {
  Index columns = 1;    ///< the largest batch
  bool hessian = true;  ///< room for Hessians: two matrices of width x inputs per layer

  /// Throws Error unless columns >= 1.
  [[nodiscard]] const WorkspaceOptions& checked() const {
    if (columns < 1) fail({"workspace", "room for at least one column", detail::text(columns)});
    return *this;
  }
};

/// What every workspace keeps: which function it fits, how much it holds, and what the latest call left in it.
struct WorkspaceState {
  ShapeKey key;
  Index capacity;          ///< the largest batch
  bool hessian;            ///< room for Hessians
  Index columns = 0;       ///< of the latest call
  bool derivable = false;  ///< the latest call left a point from which derivatives can be pulled back
  bool on_line = false;    ///< the latest calls were line() and along()

  WorkspaceState(ShapeKey shape, const WorkspaceOptions& options)
      : key(shape), capacity(options.checked().columns), hessian(options.hessian) {}
};

}  // namespace icnn::inline ICNN_ISA
