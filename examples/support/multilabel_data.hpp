// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "examples/support/arff.hpp"
#include "examples/support/options.hpp"

namespace icnn::example {

/// Rows to learn from: all of them, and a part with the rest held out for every choice. And rows that are looked at once.
struct MultiLabelSplit {
  MultiLabelData all, train, held_out, test;
  bool real = false;
};

/// BibTeX from the folder --data or, without one, generated data whose labels go together. Samples have length 1.
MultiLabelSplit multilabel_data(const Options& options);

}  // namespace icnn::example
