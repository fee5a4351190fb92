// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/core/push_macros.hpp"

#include "icnn/core/isa.hpp"

/// Names without definitions, and without Eigen: for headers that only refer to networks, sets, settings and results.
namespace icnn {
class Error;
}

namespace icnn::inline ICNN_ISA {

struct NoActivation;
struct Relu;
struct Identity;
struct AbsoluteValue;
struct Square;
struct Sigmoid;
struct Tanh;
class LeakyRelu;
class Softplus;
class Elu;
class Celu;
class SmoothRelu;
class SquaredLeakyRelu;

template <class S, class A, class First, class Output>
struct FicnnChain;
template <class S, class A, class ContextA, class First, class Output>
struct PicnnChain;
template <class S, class A, class Output>
struct FeedForwardChain;
template <class Chain>
class BasicFicnn;
template <class Chain>
class BasicPicnn;
template <class Chain>
class BasicFeedForward;

/// A FICNN of run-time sizes: one type per scalar and activations, whatever the depth. `First` may be any convex
/// activation; `Output` clamps f from below and is the identity in every use of the paper.
template <class S, class A = NoActivation, class First = A, class Output = Identity>
using Ficnn = BasicFicnn<FicnnChain<S, A, First, Output>>;

/// A PICNN of run-time sizes.
template <class S, class A = NoActivation, class ContextA = Relu, class First = A, class Output = Identity>
using Picnn = BasicPicnn<PicnnChain<S, A, ContextA, First, Output>>;

/// A feed-forward network of run-time sizes.
template <class S, class A = NoActivation, class Output = Identity>
using FeedForward = BasicFeedForward<FeedForwardChain<S, A, Output>>;

struct FicnnOptions;
struct PicnnOptions;
struct FeedForwardOptions;

template <int N>
class BoxOf;
using Box = BoxOf<-1>;
class Simplex;
class Ball;
class Affine;
class HalfSpace;
class WholeSpace;
class Polyhedron;

enum class Method;
enum class Status;
struct Settings;
struct Result;
struct Certificate;
struct Verification;
class ConvexModel;
class Random;

}  // namespace icnn::inline ICNN_ISA

#include "icnn/core/pop_macros.hpp"
