// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/differentiation/find_kkt_point.hpp"
#include "icnn/differentiation/kkt_sensitivity.hpp"

namespace icnn::inline ICNN_ISA {

[[gnu::cold]] ICNN_INLINE std::unique_ptr<KktPoint> find_kkt_point(ConvexModel& model, const Constraints& set,
                                                                   const EntropyTerm* entropy, bool folds, bool smooth,
                                                                   const Vector<double>& start) {
  return std::make_unique<KktSensitivity>(model, set, entropy, folds, smooth, start);
}

}  // namespace icnn::inline ICNN_ISA
