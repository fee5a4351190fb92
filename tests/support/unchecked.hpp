// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/core/parameterized.hpp>
#include <icnn/core/parameters.hpp>

namespace icnn::inline ICNN_ISA {

/// The tests' door around edit(): makes networks that the library refuses to make.
struct Unchecked {
  template <class S>
  static Vector<S>& vector(Parameterized<S>& network) {
    return const_cast<Parameters<S>&>(network.parameters()).vector_;
  }
};

}  // namespace icnn::inline ICNN_ISA
