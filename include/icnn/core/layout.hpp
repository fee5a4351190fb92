// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <concepts>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "icnn/core/error.hpp"
#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// Which entries of a block convexity (or monotonicity) requires to be non-negative.
enum class Sign { free, non_negative, non_negative_rows, non_negative_columns };

/// One named matrix inside the flat parameter vector, stored column-major at `offset`.
struct Block {
  std::string name;  ///< the paper's symbol and layer, as in "Wz[1]"
  Index layer = 0;   ///< layer index i = 0..k-1; k for the output term
  Index rows = 0;
  Index cols = 0;
  Sign sign = Sign::free;
  std::vector<Index> signed_lines = {};  ///< the rows or columns meant by `sign`
  Index offset = 0;                      ///< set by Layout::add

  [[nodiscard]] Index size() const noexcept { return rows * cols; }

  /// Whether inputs are multiplied by it: a W, A, L or C. Not a bias, nor a part of the output term that is one vector.
  [[nodiscard]] bool is_weight() const {
    return name.starts_with('W') || name.starts_with('A') || name.starts_with('L') || name.starts_with('C');
  }

  /// Whether entry (row, column) must be non-negative.
  [[nodiscard]] bool non_negative(Index row, Index column) const {
    const auto named = [this](Index line) {
      return std::find(signed_lines.begin(), signed_lines.end(), line) != signed_lines.end();
    };
    switch (sign) {
      case Sign::non_negative: return true;
      case Sign::non_negative_rows: return named(row);
      case Sign::non_negative_columns: return named(column);
      case Sign::free: break;
    }
    return false;
  }

  friend bool operator==(const Block&, const Block&) = default;
};

/// "Wz[1]" for symbol Wz and layer 1.
[[nodiscard]] inline std::string block_name(std::string_view symbol, Index layer) {
  std::string name(symbol);
  name += '[';
  name += std::to_string(layer);
  name += ']';
  return name;
}

/// Which blocks of a layout are meant, one flag per block; see select().
using Selection = std::vector<unsigned char>;

/// The map of a flat parameter vector: its blocks in order, with names, shapes and signs.
class Layout {
 public:
  Layout() = default;
  /// One that counts blocks and their sizes and keeps none of them, for who needs but their offsets; allocates nothing.
  [[nodiscard]] static Layout of_sizes() {
    Layout layout;
    layout.keeps_blocks_ = false;
    return layout;
  }

  /// Appends a block and returns its number. Throws Error where the sizes are negative or overflow.
  Index add(Block block) {
    constexpr Index most = std::numeric_limits<Index>::max() / 64;  // so that bytes, and sums of sizes, cannot overflow
    if (block.rows < 0 || block.cols < 0 || (block.cols > 0 && block.rows > most / block.cols) ||
        block.rows * block.cols > most - size_) {
      fail({"Layout::add", detail::text("sizes whose product fits ", most, " parameters"),
            detail::text(block.name, " of shape ", detail::shape_text(block.rows, block.cols)), "check the layer widths"});
    }
    block.offset = size_;
    size_ += block.size();
    if (keeps_blocks_) blocks_.push_back(std::move(block));
    return count_++;
  }

  /// Appends every block of another layout, with a prefix to the names.
  void append(const Layout& other, const std::string& prefix) {
    for (Block block : other.blocks_) {
      block.name = prefix + block.name;
      add(std::move(block));
    }
  }

  [[nodiscard]] Index size() const noexcept { return size_; }  ///< length of the flat vector
  [[nodiscard]] const std::vector<Block>& blocks() const noexcept { return blocks_; }
  [[nodiscard]] const Block& operator[](Index number) const { return blocks_[static_cast<std::size_t>(number)]; }

  /// The block of that name. Throws Error, listing the names there are.
  [[nodiscard]] const Block& operator[](std::string_view name) const {
    if (const Block* found = find(name)) return *found;
    std::string names;
    for (const Block& block : blocks_) names += (names.empty() ? "" : ", ") + block.name;
    fail({"Layout", detail::text("the name of a block, one of ", names), detail::text('"', name, '"')});
  }

  [[nodiscard]] bool contains(std::string_view name) const { return find(name) != nullptr; }

  friend bool operator==(const Layout&, const Layout&) = default;

 private:
  [[nodiscard]] const Block* find(std::string_view name) const {
    for (const Block& block : blocks_) {
      if (block.name == name) return &block;
    }
    return nullptr;
  }

  std::vector<Block> blocks_{};
  Index size_ = 0, count_ = 0;
  bool keeps_blocks_ = true;
};

/// The blocks for which the predicate holds, to restrict a gradient to them.
template <std::predicate<const Block&> Predicate>
[[nodiscard]] Selection select(const Layout& layout, Predicate predicate) {
  Selection chosen;
  for (const Block& block : layout.blocks()) chosen.push_back(predicate(block) ? 1 : 0);
  return chosen;
}

}  // namespace icnn::inline ICNN_ISA
