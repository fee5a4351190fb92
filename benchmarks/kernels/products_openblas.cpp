// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cblas.h>

#include "benchmarks/kernels/products.hpp"

namespace icnn::benchmarks {

namespace {

int size(Index n) { return static_cast<int>(n); }

template <class S>
void multiply(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, const Matrix<S>& a, const Matrix<S>& b, Matrix<S>& out) {
  const int rows = size(out.rows()), cols = size(out.cols()), depth = size(ta == CblasNoTrans ? a.cols() : a.rows());
  const auto gemm = [] {
    if constexpr (sizeof(S) == 4) {
      return cblas_sgemm;
    } else {
      return cblas_dgemm;
    }
  }();
  gemm(CblasColMajor, ta, tb, rows, cols, depth, S(1), a.data(), size(a.rows()), b.data(), size(b.rows()), S(1), out.data(),
       rows);
}

template <class S>
void multiply_vector(CBLAS_TRANSPOSE t, const Matrix<S>& w, const Matrix<S>& z, Matrix<S>& out) {
  const auto gemv = [] {
    if constexpr (sizeof(S) == 4) {
      return cblas_sgemv;
    } else {
      return cblas_dgemv;
    }
  }();
  gemv(CblasColMajor, t, size(w.rows()), size(w.cols()), S(1), w.data(), size(w.rows()), z.data(), 1, S(1), out.data(), 1);
}

template <class S>
void add_outer(const Matrix<S>& v, const Matrix<S>& z, Matrix<S>& out) {
  const auto ger = [] {
    if constexpr (sizeof(S) == 4) {
      return cblas_sger;
    } else {
      return cblas_dger;
    }
  }();
  ger(CblasColMajor, size(v.rows()), size(z.rows()), S(1), v.data(), 1, z.data(), 1, out.data(), size(out.rows()));
}

/// One column goes to the functions for vectors, as its documentation advises.
struct OpenBlas {
  template <class S>
  static void forward(const Matrix<S>& w, const Matrix<S>& z, Matrix<S>& out) {
    z.cols() == 1 ? multiply_vector(CblasNoTrans, w, z, out) : multiply(CblasNoTrans, CblasNoTrans, w, z, out);
  }
  template <class S>
  static void transposed(const Matrix<S>& w, const Matrix<S>& v, Matrix<S>& out) {
    v.cols() == 1 ? multiply_vector(CblasTrans, w, v, out) : multiply(CblasTrans, CblasNoTrans, w, v, out);
  }
  template <class S>
  static void outer(const Matrix<S>& v, const Matrix<S>& z, Matrix<S>& out) {
    v.cols() == 1 ? add_outer(v, z, out) : multiply(CblasNoTrans, CblasTrans, v, z, out);
  }
};

const Registration products([] {
  openblas_set_num_threads(1);
  add_products<OpenBlas, float>("openblas");
  add_products<OpenBlas, double>("openblas");
});

}  // namespace

}  // namespace icnn::benchmarks
