// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// Optional, for programs of several files: what all of them would compile again, whatever their networks, is compiled once:
/// products in float and double, and the methods of argmin. Files that include this leave it to one, which says so first:
///
///     #define ICNN_INSTANTIATE
///     #include <icnn/instances.hpp>
///
/// A file that calls argmin then takes half the time. All of them need the same instruction set, or they do not link.

#include "icnn/inference.hpp"
#include "icnn/kernels.hpp"
#include "icnn/solvers.hpp"

#if defined(ICNN_INSTANTIATE)
#define ICNN_INSTANCE
#else
#define ICNN_INSTANCE extern
#endif

// Doxygen takes instantiations for new functions.
/// @cond
namespace icnn::inline ICNN_ISA {
namespace kernels::detail {

ICNN_INSTANCE template void add_product<float>(ConstMap<float>, ConstMap<float>, MutableMap<float>);
ICNN_INSTANCE template void add_product<double>(ConstMap<double>, ConstMap<double>, MutableMap<double>);
ICNN_INSTANCE template void add_transposed_product<float>(ConstMap<float>, ConstMap<float>, MutableMap<float>);
ICNN_INSTANCE template void add_transposed_product<double>(ConstMap<double>, ConstMap<double>, MutableMap<double>);
ICNN_INSTANCE template void add_outer_product<float>(ConstMap<float>, ConstMap<float>, MutableMap<float>);
ICNN_INSTANCE template void add_outer_product<double>(ConstMap<double>, ConstMap<double>, MutableMap<double>);
ICNN_INSTANCE template void add_gram<float>(ConstMap<float>, ConstMap<float>, MutableMap<float>, MutableMap<float>);
ICNN_INSTANCE template void add_gram<double>(ConstMap<double>, ConstMap<double>, MutableMap<double>, MutableMap<double>);

}  // namespace kernels::detail

ICNN_INSTANCE template class InteriorPoint<double>;
ICNN_INSTANCE template class PolyhedronRegion<double>;
ICNN_INSTANCE template void detail::minimize<AnyOracle, Region>(AnyOracle&, const Region&, const EntropyTerm*, const Plan&,
                                                                const Settings&, MethodWorkspace&, Result&);

}  // namespace icnn::inline ICNN_ISA
/// @endcond

#undef ICNN_INSTANCE
