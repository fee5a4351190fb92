// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/kernels/pack.hpp>
#include <vector>

#include "tests/support/catch.hpp"

using namespace icnn;

#if defined(__aarch64__) && !defined(ICNN_PORTABLE)
static_assert(kernels::register_bytes == 16, "NEON is part of 64-bit ARM");
#endif

namespace {

/// Packs of 16 bytes exist on every target.
template <class S>
void check_pack() {
  using P = kernels::Pack<S, 16>;
  std::vector<S> from, to(static_cast<std::size_t>(P::size), S(-7));
  for (Index i = 0; i < P::size; ++i) from.push_back(static_cast<S>(i) - S(0.5));
  const auto each = [&](const P& result, auto expected) {
    result.store(to.data());
    for (std::size_t i = 0; i < to.size(); ++i) CHECK(to[i] == expected(from[i]));
  };
  const P p = P::load(from.data());
  each(p + P(2), [](S t) { return t + S(2); });
  each(p - P(2), [](S t) { return t - S(2); });
  each(p * P(3), [](S t) { return t * S(3); });
  each(p / P(4), [](S t) { return t / S(4); });
  each(-p, [](S t) { return -t; });
  each(abs(p), [](S t) { return std::abs(t); });
  each(select(p < P(0), P(1), p), [](S t) { return t < 0 ? S(1) : t; });
  each(select(p <= P(0.5), P(1), p), [](S t) { return t <= S(0.5) ? S(1) : t; });
  each(select(p > P(0), P(1), p), [](S t) { return t > 0 ? S(1) : t; });
  for (Index count = 1; count < P::size; ++count) {  // the rest is zeros, and is not written
    std::fill(to.begin(), to.end(), S(-7));
    const P part = P::load(from.data(), count);
    part.store(to.data(), count);
    for (Index i = 0; i < P::size; ++i) {
      CHECK(to[static_cast<std::size_t>(i)] == (i < count ? from[static_cast<std::size_t>(i)] : S(-7)));
    }
    part.store(to.data());
    for (Index i = count; i < P::size; ++i) CHECK(to[static_cast<std::size_t>(i)] == 0);
  }
  STATIC_REQUIRE(kernels::is_pack<P>);
  STATIC_REQUIRE_FALSE(kernels::is_pack<S>);
}

}  // namespace

TEST_CASE("a pack does to each of its numbers what one number would do", "[kernels]") {
  check_pack<float>();
  check_pack<double>();
}
