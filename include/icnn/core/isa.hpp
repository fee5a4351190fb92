// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

// Bounds are made of rounding errors, and what is refused of NaN and infinity: both mean nothing where the compiler may
// reorder sums or take for granted that numbers are finite. (clang++ does not tell of -funsafe-math-optimizations alone.)
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error \
    "icnn: certificates do not hold under -ffast-math, -Ofast, -ffinite-math-only or -funsafe-math-optimizations; \
compile the files that include icnn without them"
#endif

/// Which vector registers the kernels use: what the compiler's flags allow, with no dispatch at run time. Everything of the
/// library lives in an inline namespace of that name, so that translation units that are compiled with different flags never
/// share a function; a type of one cannot be passed to the other by mistake, for it does not link.
/// Define ICNN_PORTABLE to use none, whatever the flags.
#if defined(ICNN_PORTABLE)
#define ICNN_ISA portable
#define ICNN_REGISTER_BYTES 0
#elif defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
#define ICNN_ISA avx512
#define ICNN_REGISTER_BYTES 64
#elif defined(__AVX2__) && defined(__FMA__)
#define ICNN_ISA avx2
#define ICNN_REGISTER_BYTES 32
#elif defined(__aarch64__) && defined(__ARM_NEON)
#define ICNN_ISA neon
#define ICNN_REGISTER_BYTES 16
#else  // without fused multiply-add the portable path is as good
#define ICNN_ISA portable
#define ICNN_REGISTER_BYTES 0
#endif

/// Functions that are no templates and that not everybody should compile: inline, or with ICNN_COMPILED (which the CMake
/// target icnn::compiled defines) declared alone, for that library has them.
#if defined(ICNN_COMPILED)
#define ICNN_INLINE
#else
#define ICNN_INLINE inline
#endif
