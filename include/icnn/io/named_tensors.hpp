// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "icnn/core/parameterized.hpp"
#include "icnn/io/load.hpp"

namespace icnn::inline ICNN_ISA {

/// Where a block of a network comes from in a file that somebody else wrote. Its numbers, row by row, are those of the
/// tensor with its axes in this order, as permute() of PyTorch and transpose() of NumPy have it; without axes, the tensor's
/// own order. {2, 1, 0} makes a tensor of shape n x R x m the block "A[i]", mR x n. An empty block names a tensor that is
/// not wanted.
struct TensorName {
  std::string block = {};   ///< "Wz[1]"
  std::string tensor = {};  ///< "convex_layers.0.weight"
  std::vector<std::size_t> axes = {};
};

namespace detail {

/// The numbers of a tensor with its axes in another order, into a matrix stored column by column.
template <class S>
void read_permuted(const std::string& where, TensorFile& file, const TensorEntry& tensor, const TensorName& name, S* to,
                   Index rows, Index cols) {
  std::vector<std::size_t> sorted = name.axes;
  std::sort(sorted.begin(), sorted.end());
  bool right = sorted.size() == tensor.rank;
  for (std::size_t k = 0; right && k < sorted.size(); ++k) right = sorted[k] == k;
  if (!right) {
    fail({where, text("axes of ", tensor.name, ", each of 0..", static_cast<int>(tensor.rank) - 1, " once"),
          text(sorted.size(), " axes"), text("its shape is ", tensor.shape_text())});
  }
  // The first axes make the rows of the block, the others its columns.
  std::uint64_t leading = 1;
  bool splits = rows == 1;
  for (const std::size_t axis : name.axes) {
    leading *= tensor.extents[axis];
    splits = splits || leading == static_cast<std::uint64_t>(rows);
  }
  const auto count = static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols);
  if (tensor.count() != count || !splits) {
    fail({where, text(tensor.name, " with axes that make ", name.block, ", ", shape_text(rows, cols)), tensor.shape_text()});
  }
  std::vector<std::uint64_t> strides(tensor.rank, 1);
  for (std::size_t k = tensor.rank; k-- > 1;) strides[k - 1] = strides[k] * tensor.extents[k];
  std::vector<S> numbers(static_cast<std::size_t>(count));
  file.read(tensor, 0, std::span<S>(numbers));
  for (Index r = 0; r < rows; ++r) {
    for (Index c = 0; c < cols; ++c) {
      auto rest = static_cast<std::uint64_t>(r * cols + c);
      std::uint64_t at = 0;
      for (std::size_t k = name.axes.size(); k-- > 0;) {
        at += rest % tensor.extents[name.axes[k]] * strides[name.axes[k]];
        rest /= tensor.extents[name.axes[k]];
      }
      to[c * rows + r] = numbers[static_cast<std::size_t>(at)];
    }
  }
}

}  // namespace detail

/// Fills blocks of a network from a file with names of its own: load_named(f, open_safetensors("theirs.safetensors"),
/// {{"Wz[1]", "convex_layers.0.weight"}, ...}). The architecture is that of f; blocks that nobody names stay as they are.
/// Throws Error, and leaves f as it was, for a block or a tensor that is not there, a shape that does not fit, a tensor that
/// is neither named nor begins with "reference.", and for numbers as load() does. Cost: one pass over the file; allocates
/// the parameters, and the largest tensor that has axes of its own.
template <class S>
void load_named(Parameterized<S>& f, TensorFile file, const std::vector<TensorName>& names,
                const LoadSettings& settings = {}) {
  const std::string where = "load_named " + file.name();
  for (const TensorEntry& tensor : file.tensors()) {
    const bool named = detail::is_reference(tensor.name) ||
                       std::any_of(names.begin(), names.end(), [&](const auto& n) { return n.tensor == tensor.name; });
    if (!named) {
      fail({where, "a name for every tensor", "none for " + tensor.name, "an empty block names one that is not wanted"});
    }
  }
  f.edit(
      [&](auto& edit) {
        for (const TensorName& name : names) {
          const TensorEntry& tensor = detail::require_tensor(where, file, name.tensor);
          if (name.block.empty()) continue;
          const Block& block = f.layout()[name.block];
          if (name.axes.empty()) {
            detail::require_stored(where, tensor, block.rows, block.cols);
            file.read_by_rows(tensor, edit[block].data(), block.rows, block.cols);
          } else {
            detail::read_permuted(where, file, tensor, name, edit[block].data(), block.rows, block.cols);
          }
        }
      },
      settings.positivity);
}

}  // namespace icnn::inline ICNN_ISA
