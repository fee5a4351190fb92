// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>
#include <vector>

#include <icnn/core/sparse.hpp>

namespace icnn::example {

/// Samples with a sparse x each, and labels y in {0, 1}^n.
struct MultiLabelData {
  SparseColumns<float> x{1};
  Matrix<float> y;

  [[nodiscard]] Index samples() const { return y.cols(); }
};

/// Reads a sparse ARFF file, "{index value, index value, ...}" a row: the last `labels` attributes are y, the others x.
/// Throws Error with file, line and reason on anything that it does not understand.
MultiLabelData read_sparse_arff(const std::string& path, Index labels);

/// The same of a text; `name` stands for the file in messages.
MultiLabelData parse_sparse_arff(const std::string& text, const std::string& name, Index labels);

}  // namespace icnn::example
