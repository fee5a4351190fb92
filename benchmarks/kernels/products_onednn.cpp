// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <dnnl.h>

#include "benchmarks/kernels/products.hpp"

/// Where oneDNN was built with OpenMP, this is its number of threads; otherwise there is no such function.
extern "C" void omp_set_num_threads(int) __attribute__((weak));

namespace icnn::benchmarks {

namespace {

/// Its matrices have their rows in memory one after another, so that ours are their own transposes: out' = b' a'.
void multiply(char ta, char tb, const Matrix<float>& a, const Matrix<float>& b, Matrix<float>& out) {
  const Index depth = ta == 'N' ? a.cols() : a.rows();
  dnnl_sgemm(tb, ta, out.cols(), out.rows(), depth, 1.0F, b.data(), b.rows(), a.data(), a.rows(), 1.0F, out.data(),
             out.rows());
}

struct OneDnn {
  static void forward(const Matrix<float>& w, const Matrix<float>& z, Matrix<float>& out) { multiply('N', 'N', w, z, out); }
  static void transposed(const Matrix<float>& w, const Matrix<float>& v, Matrix<float>& out) {
    multiply('T', 'N', w, v, out);
  }
  static void outer(const Matrix<float>& v, const Matrix<float>& z, Matrix<float>& out) { multiply('N', 'T', v, z, out); }
};

const Registration products([] {
  if (omp_set_num_threads != nullptr) omp_set_num_threads(1);
  add_products<OneDnn, float>("onednn");
});

}  // namespace

}  // namespace icnn::benchmarks
