// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/activations/any.hpp>
#include <icnn/core/types.hpp>

/// Activations with their slopes as array expressions of Eigen: z := g(z), slope := g'(z), without temporaries.
namespace icnn::benchmarks::plain {

template <class S>
using Array = Eigen::Ref<Eigen::Array<S, Dynamic, 1>>;

template <class S>
void activate(Relu, Array<S> z, Array<S> slope) {
  slope = (z > S(0)).template cast<S>();
  z = z.max(S(0));
}

template <class S>
void activate(Softplus, Array<S> z, Array<S> slope) {
  slope = (-z.abs()).exp();
  z = z.max(S(0)) + slope.log1p();
  // the slope is 1 / (1 + e) for t >= 0 and e / (1 + e) below; z > log 2 tells which t it was
  slope = (z > S(0.6931471805599453)).select(S(1) / (S(1) + slope), slope / (S(1) + slope));
}

template <class S>
void activate(Tanh, Array<S> z, Array<S> slope) {
  z = z.tanh();
  slope = S(1) - z.square();
}

template <class S>
void activate(Elu, Array<S> z, Array<S> slope) {
  slope = z.min(S(0)).exp();
  z = (z > S(0)).select(z, slope - S(1));
}

template <class S>
void activate(Identity, Array<S>, Array<S> slope) {
  slope.setOnes();
}

/// The same for a whole matrix.
template <class S, class A, class M>
void activate_all(A activation, M& z, M& slope) {
  Eigen::Map<Eigen::Array<S, Dynamic, 1>> values(z.data(), z.size()), slopes(slope.data(), slope.size());
  activate<S>(activation, values, slopes);
}

}  // namespace icnn::benchmarks::plain
