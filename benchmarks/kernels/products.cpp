// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/kernels/products.hpp"

#include <icnn/kernels/products.hpp>

namespace icnn::benchmarks {

namespace {

struct Ours {
  template <class S>
  static void forward(const Matrix<S>& w, const Matrix<S>& z, Matrix<S>& out) {
    kernels::add_product(w, z, out);
  }
  template <class S>
  static void transposed(const Matrix<S>& w, const Matrix<S>& v, Matrix<S>& out) {
    kernels::add_transposed_product(w, v, out);
  }
  template <class S>
  static void outer(const Matrix<S>& v, const Matrix<S>& z, Matrix<S>& out) {
    kernels::add_outer_product(v, z, out);
  }
};

/// One column is named as such: Eigen then multiplies a matrix by a vector.
struct PlainEigen {
  template <class S>
  static void forward(const Matrix<S>& w, const Matrix<S>& z, Matrix<S>& out) {
    if (z.cols() == 1) {
      out.col(0).noalias() += w * z.col(0);
    } else {
      out.noalias() += w * z;
    }
  }
  template <class S>
  static void transposed(const Matrix<S>& w, const Matrix<S>& v, Matrix<S>& out) {
    if (v.cols() == 1) {
      out.col(0).noalias() += w.transpose() * v.col(0);
    } else {
      out.noalias() += w.transpose() * v;
    }
  }
  template <class S>
  static void outer(const Matrix<S>& v, const Matrix<S>& z, Matrix<S>& out) {
    if (v.cols() == 1) {
      out.noalias() += v.col(0) * z.col(0).transpose();
    } else {
      out.noalias() += v * z.transpose();
    }
  }
};

const Registration products([] {
  add_products<Ours, float>("icnn");
  add_products<Ours, double>("icnn");
  add_products<PlainEigen, float>("eigen");
  add_products<PlainEigen, double>("eigen");
});

}  // namespace

}  // namespace icnn::benchmarks
