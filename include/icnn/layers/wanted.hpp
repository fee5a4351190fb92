// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "icnn/core/error.hpp"
#include "icnn/core/layout.hpp"
#include "icnn/core/types.hpp"
#include "icnn/core/view.hpp"

namespace icnn::inline ICNN_ISA {

/// Which derivatives of a scalar function are wanted and where they go. What is left empty is not computed and costs
/// nothing. With `seeds` c_1..c_B the outputs belong to c_b f(x_b, y_b): per column for y and x, summed over the batch
/// for the parameters; without, every c_b is 1.
template <class S>
struct Wanted {
  MatrixView<S> y = {};           ///< n x B
  MatrixView<S> x = {};           ///< c x B
  MatrixView<S> parameters = {};  ///< p x 1, in the order of layout()
  MatrixView<const S> seeds = {};
  /// One flag per block of layout() (see select()): the other blocks of `parameters` are neither computed nor touched.
  std::span<const unsigned char> only = {};
  bool accumulate = false;  ///< add to the outputs instead of overwriting them
};

/// Index of the lowest layer that a gradient has to reach.
template <class S>
[[nodiscard]] Index lowest_layer(const Layout& layout, const Wanted<S>& wanted) {
  if (wanted.y || wanted.x || wanted.only.empty()) return 0;
  Index lowest = layout.size();
  for (std::size_t block = 0; block < wanted.only.size(); ++block) {
    if (wanted.only[block] != 0) lowest = std::min(lowest, layout.blocks()[block].layer);
  }
  return lowest;
}

namespace detail {

inline void check_selection(const char* where, std::span<const unsigned char> only, const Layout& layout) {
  if (only.empty() || only.size() == layout.blocks().size()) return;
  fail({where, text("one flag per block, ", layout.blocks().size()), text(only.size()),
        "make the selection with select(f.layout(), ...)"});
}

/// The sizes that a request has to fit.
struct WantedSizes {
  Index y, x;     ///< of a sample; -1 for y: there is none
  Index outputs;  ///< seeds of a sample
  Index columns;
};

/// Throws Error on what does not fit.
template <class S>
void check_wanted(const char* where, const Wanted<S>& wanted, const WantedSizes& sizes, const Layout& layout) {
  const auto check = [&](const auto& view, const char* what, Index rows, Index cols) {
    if (view) require_shape(where, what, view.rows(), view.cols(), rows, cols);
  };
  if (wanted.y && sizes.y < 0) {
    fail({where, "derivatives in x and the parameters", "a request for y", "a feed-forward network has no y"});
  }
  check(wanted.y, "the gradient in y", sizes.y, sizes.columns);
  check(wanted.x, "the gradient in x", sizes.x, sizes.columns);
  check(wanted.parameters, "the gradient in the parameters", layout.size(), 1);
  check(wanted.seeds, "seeds", sizes.outputs, sizes.columns);
  check_selection(where, wanted.only, layout);
}

/// Zeroes what will be added to, unless the caller accumulates.
template <class S>
void clear(const Wanted<S>& wanted, const Layout& layout) {
  if (wanted.accumulate) return;
  wanted.y.set_zero();
  wanted.x.set_zero();
  if (!wanted.parameters || wanted.only.empty()) return wanted.parameters.set_zero();
  for (std::size_t number = 0; number < wanted.only.size(); ++number) {
    const Block& block = layout.blocks()[number];
    if (wanted.only[number] != 0) wanted.parameters.rows_from(block.offset, block.size()).set_zero();
  }
}

}  // namespace detail

/// Where a layer adds its parameter derivatives.
template <class S>
struct ParameterSink {
  static constexpr bool may_want = true;

  S* data = nullptr;
  std::span<const unsigned char> only = {};

  [[nodiscard]] bool wants(Index block) const noexcept {
    return data != nullptr && block >= 0 && (only.empty() || only[static_cast<std::size_t>(block)] != 0);
  }
};

/// Stands where nobody can want parameter derivatives: what would compute them is not even instantiated.
struct NoSink {
  static constexpr bool may_want = false;
};

/// A layer's handle on one of its blocks; number -1 where the layer has no such block.
struct BlockSlot {
  Index number = -1;
  Index offset = 0;

  /// Appends the block to the layout.
  [[nodiscard]] static BlockSlot declare(Layout& layout, Block block) {
    const Index offset = layout.size();
    return {layout.add(std::move(block)), offset};
  }

  friend bool operator==(const BlockSlot&, const BlockSlot&) = default;
};

}  // namespace icnn::inline ICNN_ISA
