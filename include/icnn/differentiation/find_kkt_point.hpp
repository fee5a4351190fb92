// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>

#include "icnn/differentiation/kkt_point.hpp"
#include "icnn/sets/constraints.hpp"
#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/entropy_term.hpp"

namespace icnn::inline ICNN_ISA {

/// \p folds: neurons' kinks are known (see ConvexModel::fold); \p smooth: there is no kink to look for, f has two
/// derivatives. Model, constraints and entropy are referred to. Cost: see KktSearch. Allocates.
[[nodiscard]] std::unique_ptr<KktPoint> find_kkt_point(ConvexModel& model, const Constraints& set,
                                                       const EntropyTerm* entropy, bool folds, bool smooth,
                                                       const Vector<double>& start);

}  // namespace icnn::inline ICNN_ISA

#if !defined(ICNN_COMPILED)
#include "icnn/differentiation/find_kkt_point_impl.hpp"
#endif
