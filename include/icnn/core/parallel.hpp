// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// work(0), ..., work(count - 1), each on a thread of its own where the program is compiled with OpenMP (-fopenmp), else one
/// after the other. With more than one, work must not throw. What is computed depends on count alone, not on the threads
/// that there are.
template <class Work>
void in_parallel(Index count, Work&& work) {
  if (count == 1) return work(Index{0});
#ifdef _OPENMP
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(count))
#endif
  for (Index i = 0; i < count; ++i) work(i);
}

}  // namespace icnn::inline ICNN_ISA
