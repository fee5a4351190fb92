// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/kernels/register_tiles.hpp>
#include <vector>

#include "tests/support/catch.hpp"

/// The pieces of the products; portable builds have none of them. The products themselves are tested in
/// blocked_products.cpp.
using namespace icnn;
using namespace icnn::kernels;

namespace {

template <class S>
void check_pieces() {
  if constexpr (vectorized<S>) {
    constexpr Index lanes = Pack<S>::size;
    using V = kernels::detail::Floats<S>;
    kernels::detail::Local<V, 8> v;
    for (int i = 0; i < 8; ++i)
      for (Index l = 0; l < lanes; ++l) v[i][l] = static_cast<S>(100 * (i + 1)) + static_cast<S>(l);
    constexpr int columns = kernels::detail::dots<S>;
    const auto sums = kernels::detail::sums_of<columns, S>(v);
    for (int c = 0; c < columns; ++c) {
      CHECK(sums[c] == static_cast<S>(lanes) * static_cast<S>(100 * (c + 1)) + static_cast<S>(lanes * (lanes - 1) / 2));
    }
    for (Index first = 0; first < lanes; ++first) {
      const auto mask = kernels::detail::lanes_from<S>(first);
      for (Index l = 0; l < lanes; ++l) CHECK((mask[l] != 0) == (l >= first));
    }
    std::vector<S> from(static_cast<std::size_t>(lanes * (lanes + 3))), to(from.size(), S(-1));
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<S>(i);
    kernels::detail::transpose_square(from.data(), lanes + 3, to.data(), lanes);
    for (Index i = 0; i < lanes; ++i)
      for (Index j = 0; j < lanes; ++j) {
        CHECK(to[static_cast<std::size_t>(i + j * lanes)] == from[static_cast<std::size_t>(j + i * (lanes + 3))]);
      }
  } else {
    SUCCEED("no vector registers");
  }
}

}  // namespace

TEST_CASE("lanes are summed, masked and transposed in their order", "[kernels]") {
  check_pieces<float>();
  check_pieces<double>();
}
