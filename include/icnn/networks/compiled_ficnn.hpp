// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/activations/any.hpp"
#include "icnn/activations/erased.hpp"
#include "icnn/core/parameterized.hpp"
#include "icnn/networks/convex_network.hpp"
#include "icnn/networks/convex_passes.hpp"
#include "icnn/networks/ficnn_chain.hpp"

/// What icnn::compiled has of networks of run-time sizes, which are of one type whatever their activations: the activations,
/// the layers and the passes over them. Whatever else their types depend on stays with those who name them.
#if defined(ICNN_COMPILED)

#define ICNN_ERASED_ACTIVATIONS(WHAT, S)                       \
  WHAT struct ErasedActivation<S>::Holder<AbsoluteValue>;      \
  WHAT struct ErasedActivation<S>::Holder<Celu>;               \
  WHAT struct ErasedActivation<S>::Holder<Elu>;                \
  WHAT struct ErasedActivation<S>::Holder<Identity>;           \
  WHAT struct ErasedActivation<S>::Holder<LeakyRelu>;          \
  WHAT struct ErasedActivation<S>::Holder<Relu>;               \
  WHAT struct ErasedActivation<S>::Holder<Sigmoid>;            \
  WHAT struct ErasedActivation<S>::Holder<SmoothRelu>;         \
  WHAT struct ErasedActivation<S>::Holder<Softplus>;           \
  WHAT struct ErasedActivation<S>::Holder<Square>;             \
  WHAT struct ErasedActivation<S>::Holder<SquaredLeakyRelu>;   \
  WHAT struct ErasedActivation<S>::Holder<Tanh>;               \
  WHAT struct ErasedActivation<S>::Holder<AnyActivation>;      \
  WHAT struct ErasedActivation<S>::Holder<AnyFirstActivation>; \
  WHAT struct ErasedActivation<S>::Holder<AnyContextActivation>;

/// The passes over layers beside a context.
#define ICNN_CONVEX_PASSES(WHAT, S, LAYERS, CONTEXT)                                                                        \
  WHAT void passes::forward(const LAYERS&, const OutputTerm<S>&, const S*, kernels::Order,                                  \
                            ConvexWorkspace<LAYERS, Dynamic>&, const CONTEXT&);                                             \
  WHAT void passes::backward(const LAYERS&, const OutputTerm<S>&, const S*, const ParameterSink<S>&, Index,                 \
                             const MatrixView<S>&, const MatrixView<S>&, ConvexWorkspace<LAYERS, Dynamic>&,                 \
                             const CONTEXT&);                                                                               \
  WHAT void passes::tangent(const LAYERS&, const OutputTerm<S>&, const S*, ConvexWorkspace<LAYERS, Dynamic>&,               \
                            const CONTEXT&);                                                                                \
  WHAT void passes::second_backward(const LAYERS&, const OutputTerm<S>&, const S*, const ParameterSink<S>&, Index,          \
                                    const MatrixView<S>&, const MatrixView<S>&, ConvexWorkspace<LAYERS, Dynamic>&,          \
                                    const CONTEXT&);                                                                        \
  WHAT void passes::add_hessian(const LAYERS&, const S*, Index, const MatrixView<S>&, ConvexWorkspace<LAYERS, Dynamic>&,    \
                                const CONTEXT&);                                                                            \
  WHAT void passes::start_line(const LAYERS&, const OutputTerm<S>&, const S*, ConvexWorkspace<LAYERS, Dynamic>&,            \
                               const CONTEXT&);                                                                             \
  WHAT void passes::along(const LAYERS&, const OutputTerm<S>&, const S*, kernels::Order, ConvexWorkspace<LAYERS, Dynamic>&, \
                          const CONTEXT&);

#define ICNN_FICNN(WHAT, S)                                                                                                 \
  ICNN_ERASED_ACTIVATIONS(WHAT, S)                                                                                          \
  WHAT class Parameterized<S>;                                                                                              \
  WHAT class FicnnLayer<S, ErasedActivation<S>>;                                                                            \
  WHAT class OutputTerm<S>;                                                                                                 \
  WHAT class ConvexLayers<detail::FicnnLayers<S>, FicnnOptions>;                                                            \
  WHAT detail::FicnnLayers<S> detail::make_ficnn_layers(Layout&, const FicnnOptions&, const detail::ErasedActivations<S>&); \
  WHAT struct ConvexWorkspace<detail::FicnnLayers<S>, Dynamic>;                                                             \
  ICNN_CONVEX_PASSES(WHAT, S, detail::FicnnLayers<S>, NoContext)

namespace icnn::inline ICNN_ISA {

ICNN_FICNN(extern template, float)
ICNN_FICNN(extern template, double)

}  // namespace icnn::inline ICNN_ISA

#endif
