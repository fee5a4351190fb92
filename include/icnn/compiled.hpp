// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

/// What every file that minimizes would compile again, whatever its networks: products in float and double, the layers
/// of run-time networks, their passes and their models, the methods of argmin and of its derivative. The CMake target
/// icnn::compiled is a library of the one file that includes this; without CMake, define ICNN_COMPILED for all files of a
/// program and include this in one of them. All of them need the same vector registers (-march), or they do not link.

#if !defined(ICNN_COMPILED)
#error "icnn/compiled.hpp is for programs whose files all define ICNN_COMPILED; link the CMake target icnn::compiled"
#endif

#include "icnn/argmin.hpp"
#include "icnn/differentiation/find_kkt_point_impl.hpp"
#include "icnn/inference/ball_dual_impl.hpp"
#include "icnn/inference/choose_method_impl.hpp"
#include "icnn/inference/column_model.hpp"
#include "icnn/inference/find_multipliers_impl.hpp"
#include "icnn/inference/lockstep_impl.hpp"
#include "icnn/inference/minimize_impl.hpp"
#include "icnn/inference/verify_impl.hpp"
#include "icnn/solvers/quadratic/polyhedron_region_impl.hpp"

namespace icnn::inline ICNN_ISA {

const int link_icnn_compiled_of_the_same_vector_registers_as_this_file = 0;

namespace kernels {

ICNN_PRODUCTS(template, float)
ICNN_PRODUCTS(template, double)

}  // namespace kernels

ICNN_FICNN(template, float)
ICNN_FICNN(template, double)
ICNN_PICNN(template, float)
ICNN_PICNN(template, double)

template class NetworkEvaluation<DynamicChain<FicnnLayer<double, ErasedActivation<double>>>, detail::WithoutContext>;
template class NetworkModel<DynamicChain<FicnnLayer<double, ErasedActivation<double>>>>;
template class NetworkEvaluation<detail::PicnnLayers<double>, detail::AtOneContext<detail::PicnnLayers<double>>>;
template class NetworkModel<detail::PicnnLayers<double>, detail::AtOneContext<detail::PicnnLayers<double>>>;
template class detail::SharedPasses<detail::PicnnLayers<double>>;

}  // namespace icnn::inline ICNN_ISA
