// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/networks/compiled_ficnn.hpp"
#include "icnn/networks/context_passes.hpp"
#include "icnn/networks/picnn_chain.hpp"

/// The same as in compiled_ficnn.hpp for layers behind gates.
#if defined(ICNN_COMPILED)

#define ICNN_PICNN(WHAT, S)                                                                                                \
  WHAT class PicnnLayer<S, ErasedActivation<S>, ErasedActivation<S>>;                                                      \
  WHAT class ConvexLayers<detail::PicnnLayers<S>, PicnnOptions>;                                                           \
  WHAT detail::PicnnLayers<S> detail::make_picnn_layers(Layout&, const PicnnOptions&, const detail::ErasedActivations<S>&, \
                                                        const ErasedActivation<S>&);                                       \
  WHAT struct ConvexWorkspace<detail::PicnnLayers<S>, Dynamic>;                                                            \
  WHAT struct AtContextWorkspace<detail::PicnnLayers<S>, Dynamic>;                                                         \
  WHAT struct PicnnWorkspace<detail::PicnnLayers<S>, Dynamic>;                                                             \
  WHAT struct BoundContext<detail::PicnnLayers<S>, Dynamic>;                                                               \
  ICNN_CONVEX_PASSES(WHAT, S, detail::PicnnLayers<S>, detail::PicnnContext<S>)                                             \
  WHAT void passes::context_forward(const detail::PicnnLayers<S>&, const OutputTerm<S>&, const S*, Index,                  \
                                    BoundContext<detail::PicnnLayers<S>, Dynamic>&);                                       \
  WHAT void passes::context_backward(const detail::PicnnLayers<S>&, const Layout&, const S*, const Wanted<S>&,             \
                                     AtContextWorkspace<detail::PicnnLayers<S>, Dynamic>&,                                 \
                                     const BoundContext<detail::PicnnLayers<S>, Dynamic>&);

namespace icnn::inline ICNN_ISA {

namespace detail {

template <class S>
using PicnnContext =
    ContextView<BoundContext<PicnnLayers<S>, Dynamic>, decltype(AtContextWorkspace<PicnnLayers<S>, Dynamic>::adjoints)>;

}  // namespace detail

ICNN_PICNN(extern template, float)
ICNN_PICNN(extern template, double)

}  // namespace icnn::inline ICNN_ISA

#endif
