// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "icnn/core/layout.hpp"

namespace icnn::inline ICNN_ISA {

/// One parameter that its block does not admit.
struct Violation {
  std::string block;  ///< name of the block
  Index layer = 0;
  Index row = 0;
  Index column = 0;
  double value = 0;
  bool finite = true;  ///< false: NaN or infinite; true: negative where convexity needs non-negative

  [[nodiscard, gnu::cold]] std::string text() const {
    return detail::text(block, '(', row, ", ", column, ") = ", value, " in layer ", layer,
                        finite ? " is negative" : " is not finite");
  }

  friend bool operator==(const Violation&, const Violation&) = default;
};

inline std::ostream& operator<<(std::ostream& out, const Violation& v) { return out << v.text(); }

namespace detail {

/// Visits the offending entries in layout order until the visitor returns false.
template <class Derived, class Visitor>
void visit_violations(const Layout& layout, const Eigen::MatrixBase<Derived>& vector, Visitor visit) {
  using std::isfinite;
  for (const Block& block : layout.blocks()) {
    for (Index c = 0; c < block.cols; ++c) {
      for (Index r = 0; r < block.rows; ++r) {
        const auto& value = vector.coeff(block.offset + c * block.rows + r);
        const bool finite = isfinite(value);
        if (finite && !(value < 0 && block.non_negative(r, c))) continue;
        if (!visit(Violation{block.name, block.layer, r, c, static_cast<double>(value), finite})) return;
      }
    }
  }
}

}  // namespace detail

/// Every entry of `vector` (layout.size() parameters) that is not finite, or negative where the layout's signs forbid
/// it: what an edit with that vector would refuse. Empty means admissible. Throws Error on a wrong size. O(size).
template <class Derived>
[[nodiscard]] std::vector<Violation> audit(const Layout& layout, const Eigen::MatrixBase<Derived>& vector) {
  require_shape("audit", "a parameter vector", vector.rows(), vector.cols(), layout.size(), Index{1});
  std::vector<Violation> violations;
  detail::visit_violations(layout, vector, [&](Violation violation) {
    violations.push_back(std::move(violation));
    return true;
  });
  return violations;
}

}  // namespace icnn::inline ICNN_ISA
