// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <exception>

#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// work(0), ..., work(count - 1), each on a thread of its own where the program is compiled with OpenMP (-fopenmp), else one
/// after the other. What is computed depends on count alone, not on the threads that there are. What work throws is thrown
/// from here, that of the least index if several throw; with OpenMP the others run to their ends first.
template <class Work>
void in_parallel(Index count, Work&& work) {
  if (count == 1) return work(Index{0});
#if !defined(_OPENMP)
  for (Index i = 0; i < count; ++i) work(i);
#elif !defined(__cpp_exceptions)
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(count))
  for (Index i = 0; i < count; ++i) work(i);
#else  // what is thrown must not leave a parallel region
  std::exception_ptr thrown;
  Index least = count;
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(count))
  for (Index i = 0; i < count; ++i) {
    try {
      work(i);
    } catch (...) {
#pragma omp critical(icnn_in_parallel)
      if (i < least) {
        least = i;
        thrown = std::current_exception();
      }
    }
  }
  if (thrown) std::rethrow_exception(thrown);
#endif
}

}  // namespace icnn::inline ICNN_ISA
