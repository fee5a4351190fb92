// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/core/layout.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

TEST_CASE("a layout places named blocks one after the other", "[core]") {
  Layout layout;
  CHECK(layout.size() == 0);
  CHECK(layout.add({"A", 0, 2, 3}) == 0);
  CHECK(layout.add({"B", 1, 4, 1, Sign::non_negative}) == 1);
  CHECK(layout.size() == 10);
  CHECK(layout["B"].offset == 6);
  CHECK(layout[0].name == "A");
  CHECK(layout.contains("A"));
  CHECK_FALSE(layout.contains("C"));
  Layout twice;
  twice.append(layout, "0:");
  twice.append(layout, "1:");
  CHECK(twice["1:B"].offset == 16);
  CHECK_FALSE(twice == layout);
}

TEST_CASE("signs belong to blocks, rows or columns", "[core]") {
  CHECK_FALSE(Block{"A", 0, 2, 2}.non_negative(0, 0));
  CHECK(Block{"A", 0, 2, 2, Sign::non_negative}.non_negative(1, 0));
  const Block rows{"A", 0, 2, 2, Sign::non_negative_rows, {1}};
  CHECK(rows.non_negative(1, 0));
  CHECK_FALSE(rows.non_negative(0, 1));
  const Block columns{"A", 0, 2, 2, Sign::non_negative_columns, {1}};
  CHECK(columns.non_negative(0, 1));
  CHECK_FALSE(columns.non_negative(1, 0));
}

TEST_CASE("a selection has a flag per block", "[core]") {
  Layout layout;
  layout.add({"A", 0, 2, 3});
  layout.add({"B", 1, 4, 1});
  CHECK(select(layout, [](const Block& block) { return block.layer == 1; }) == Selection{0, 1});
}

TEST_CASE("a layout refuses sizes that overflow, and unknown names", "[core]") {
  Layout layout;
  layout.add({"A", 0, 2, 3});
  const Index huge = Index{1} << 40;
  CHECK_ERROR(layout.add({"B", 0, huge, huge}), "B of shape 1099511627776 x 1099511627776");
  CHECK_ERROR(layout.add({"B", 0, -1, 2}), "sizes whose product fits");
  CHECK(layout.size() == 6);
  CHECK_ERROR(layout["Z"], "one of A, got \"Z\"");
}
