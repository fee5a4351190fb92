// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/icnn.hpp>
#include <icnn/instances.hpp>

/// What most tests would instantiate for themselves, compiled once: icnn/instances.hpp, and the oracles of the commonest
/// networks. ICNN_INSTANTIATE is defined in instantiations.cpp alone.
#if defined(ICNN_INSTANTIATE)
#define ICNN_TEST_INSTANCE
#else
#define ICNN_TEST_INSTANCE extern
#endif

namespace icnn::inline ICNN_ISA {

ICNN_TEST_INSTANCE template class OracleView<
    FunctionOracle<Ficnn<double, Softplus>, Ficnn<double, Softplus>::Workspace<Dynamic>>>;
ICNN_TEST_INSTANCE template class OracleView<
    FunctionOracle<Ficnn<double, Relu>, Ficnn<double, Relu>::Workspace<Dynamic>>>;
ICNN_TEST_INSTANCE template class OracleView<
    FunctionOracle<AnyFicnn<double>, AnyFicnn<double>::Workspace<Dynamic>>>;
ICNN_TEST_INSTANCE template class Minorant<Ficnn<double, Softplus>>;
ICNN_TEST_INSTANCE template class Minorant<Ficnn<double, Relu>>;
ICNN_TEST_INSTANCE template class Minorant<AnyFicnn<double>>;

}  // namespace icnn::inline ICNN_ISA
