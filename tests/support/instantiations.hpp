// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/icnn.hpp>

/// What most tests would instantiate for themselves, compiled once: products, solvers, and the oracles of the commonest
/// networks. ICNN_TEST_INSTANTIATION is empty in instantiations.cpp and extern everywhere else.
#ifndef ICNN_TEST_INSTANTIATION
#define ICNN_TEST_INSTANTIATION extern
#endif

namespace icnn::inline ICNN_ISA {
namespace kernels::detail {

ICNN_TEST_INSTANTIATION template void add_product<float>(ConstMap<float>, ConstMap<float>, MutableMap<float>);
ICNN_TEST_INSTANTIATION template void add_product<double>(ConstMap<double>, ConstMap<double>, MutableMap<double>);
ICNN_TEST_INSTANTIATION template void add_transposed_product<float>(ConstMap<float>, ConstMap<float>, MutableMap<float>);
ICNN_TEST_INSTANTIATION template void add_transposed_product<double>(ConstMap<double>, ConstMap<double>, MutableMap<double>);
ICNN_TEST_INSTANTIATION template void add_outer_product<float>(ConstMap<float>, ConstMap<float>, MutableMap<float>);
ICNN_TEST_INSTANTIATION template void add_outer_product<double>(ConstMap<double>, ConstMap<double>, MutableMap<double>);
ICNN_TEST_INSTANTIATION template void add_gram<float>(ConstMap<float>, ConstMap<float>, MutableMap<float>, MutableMap<float>);
ICNN_TEST_INSTANTIATION template void add_gram<double>(ConstMap<double>, ConstMap<double>, MutableMap<double>,
                                                       MutableMap<double>);

}  // namespace kernels::detail

ICNN_TEST_INSTANTIATION template class InteriorPoint<double>;
ICNN_TEST_INSTANTIATION template class PolyhedronView<double>;
ICNN_TEST_INSTANTIATION template void detail::minimise<AnyOracle, AnySet>(AnyOracle&, const AnySet&, const EntropyTerm*,
                                                                          const Plan&, const Settings&, MethodWorkspace&,
                                                                          Result&);

ICNN_TEST_INSTANTIATION template class OracleView<
    FunctionOracle<Ficnn<double, Softplus>, Ficnn<double, Softplus>::Workspace<Dynamic>>>;
ICNN_TEST_INSTANTIATION template class OracleView<
    FunctionOracle<Ficnn<double, Relu>, Ficnn<double, Relu>::Workspace<Dynamic>>>;
ICNN_TEST_INSTANTIATION template class OracleView<
    FunctionOracle<AnyFicnn<double>, AnyFicnn<double>::Workspace<Dynamic>>>;
ICNN_TEST_INSTANTIATION template class Minorant<Ficnn<double, Softplus>>;
ICNN_TEST_INSTANTIATION template class Minorant<Ficnn<double, Relu>>;
ICNN_TEST_INSTANTIATION template class Minorant<AnyFicnn<double>>;

}  // namespace icnn::inline ICNN_ISA
