// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "icnn/functions/restricted.hpp"
#include "icnn/inference/argmin.hpp"

namespace icnn::inline ICNN_ISA {

/// What impute() found, one sample per column.
struct [[nodiscard]] Imputation {
  Matrix<double> y{};                       ///< n x B: what was known as it was, the rest filled in
  Vector<double> values{}, lower_bounds{};  ///< f, and at most its minimum over what was missing; B each
  Vector<double> gaps{};                    ///< see Result::gap
  std::vector<Status> statuses{};

  [[nodiscard]] bool all_optimal() const noexcept {
    return std::all_of(statuses.begin(), statuses.end(), [](Status s) { return s == Status::optimal; });
  }
};

namespace detail {

/// The part of a set in which some coordinates vary and the others are known.
[[nodiscard]] inline Box slice(const Box& set, const Vector<double>&, const std::vector<Index>& free) {
  Vector<double> lower(static_cast<Index>(free.size())), upper(lower.size());
  for (Index k = 0; k < lower.size(); ++k) {
    lower(k) = set.lower()(free[static_cast<std::size_t>(k)]);
    upper(k) = set.upper()(free[static_cast<std::size_t>(k)]);
  }
  return {std::move(lower), std::move(upper)};
}
[[nodiscard]] inline WholeSpace slice(const WholeSpace&, const Vector<double>&, const std::vector<Index>& free) {
  return WholeSpace(static_cast<Index>(free.size()));
}
template <PolyhedralSet Set>
[[nodiscard]] Polyhedron slice(const Set& set, const Vector<double>& known, const std::vector<Index>& free) {
  const Polyhedron whole = to_polyhedron(set);
  const Index count = static_cast<Index>(free.size());
  const auto rows_of = [&](const Matrix<double>& rows, Vector<double> limits) {
    Matrix<double> part(rows.rows(), count);
    Vector<double> fixed = known;
    for (Index k = 0; k < count; ++k) {
      const Index j = free[static_cast<std::size_t>(k)];
      for (Index i = 0; i < rows.rows(); ++i) part(i, k) = rows(i, j);
      fixed(j) = 0;
    }
    for (Index i = 0; i < rows.rows(); ++i) {
      for (Index j = 0; j < rows.cols(); ++j) limits(i) -= rows(i, j) * fixed(j);
    }
    return std::pair(std::move(part), std::move(limits));
  };
  auto [A, b] = rows_of(whole.A(), whole.b());
  auto [E, e] = rows_of(whole.E(), whole.e());
  return {slice(whole.box(), known, free), std::move(A), std::move(b), std::move(E), std::move(e)};
}

}  // namespace detail

/// Fills in what is missing: for every column of \p data, argmin of f over the coordinates that are not known, these held
/// where they are (Amos, Xu and Kolter, ICML 2017, section 3). \p known has true for what is known, in the shape of the
/// data, which is not read elsewhere and may be NaN there. The set is that of all n coordinates: a box, the whole space, or
/// whatever has the form of a polyhedron, of which the missing coordinates get their slice; known values that break it are
/// kept all the same (where nothing fits them the status is infeasible).
///
/// A column's result does not depend on the others. Columns with the same coordinates known share a workspace. Throws Error
/// on wrong shapes, and on NaN and infinity among what is known, before anything is solved. Allocates.
template <ConvexFunctionOfY F, class Data, class Known, class Set>
Imputation impute(const F& f, const Eigen::DenseBase<Data>& data, const Eigen::DenseBase<Known>& known, const Set& set,
                  const Settings& settings = {}) {
  using S = typename F::Scalar;
  const Index n = f.inputs(), samples = data.cols();
  require_shape("impute", "data", data.rows(), data.cols(), n, samples, "samples are columns");
  require_shape("impute", "a mask of what is known", known.rows(), known.cols(), n, samples,
                "one flag per entry of the data");
  if (set.dimension() != n) {
    fail({"impute", detail::text("a set in ", n, " dimensions, as many as the function has inputs"),
          detail::text(set.dimension())});
  }
  settings.validate();
  const Matrix<double> all = data.derived().template cast<double>();
  std::vector<std::vector<Index>> missing_in(static_cast<std::size_t>(samples));
  std::vector<Index> columns(missing_in.size());  // those with the same missing side by side
  const auto in = [&](Index c) -> std::vector<Index>& { return missing_in[static_cast<std::size_t>(c)]; };
  for (Index c = 0; c < samples; ++c) {
    columns[static_cast<std::size_t>(c)] = c;
    for (Index j = 0; j < n; ++j) {
      if (!static_cast<bool>(known.derived().coeff(j, c))) {
        in(c).push_back(j);
      } else if (!std::isfinite(all(j, c))) {
        fail({"impute", "finite known values", detail::text("NaN or infinity in row ", j, " of column ", c),
              "mark it as missing"});
      }
    }
  }
  std::sort(columns.begin(), columns.end(), [&](Index a, Index b) { return in(a) < in(b); });
  Imputation result{.y = all,
                    .values = Vector<double>(samples),
                    .lower_bounds = Vector<double>(samples),
                    .gaps = Vector<double>(samples),
                    .statuses = std::vector<Status>(static_cast<std::size_t>(samples), Status::optimal)};
  Result found;
  const auto put = [&](Index c) {
    result.values(c) = found.value;
    result.lower_bounds(c) = found.lower_bound;
    result.gaps(c) = found.gap();
    result.statuses[static_cast<std::size_t>(c)] = found.status;
  };
  const auto fill = [&](auto from, auto to) {  // columns with the same missing
    const std::vector<Index>& missing = in(*from);
    if (missing.empty()) {  // nothing to solve
      const ModelPointer model = make_model(f, false);
      for (; from != to; ++from) {
        const Vector<double> y = all.col(*from);
        found.value = model->value(kernels::Order::value, y);
        found.value_error = model->value_error(y);
        found.lower_bound = found.value - found.value_error;
        found.status = std::isfinite(found.value) ? Status::optimal : Status::non_finite;
        put(*from);
      }
      return;
    }
    auto part = restrict_to(f, Matrix<S>(all.col(*from).template cast<S>()), missing);
    ArgminWorkspace<decltype(part)> ws(part);
    for (; from != to; ++from) {
      part.set_known(all.col(*from).template cast<S>());
      found = Result{};
      argmin(part, detail::slice(set, Vector<double>(all.col(*from)), missing), settings, ws, found);
      for (std::size_t k = 0; k < missing.size(); ++k) result.y(missing[k], *from) = found.y(static_cast<Index>(k));
      put(*from);
    }
  };
  for (auto from = columns.begin(), to = from; from != columns.end(); from = to) {
    while (to != columns.end() && in(*to) == in(*from)) ++to;
    fill(from, to);
  }
  return result;
}

/// The same where NaN stands for what is missing.
template <ConvexFunctionOfY F, class Data, class Set>
Imputation impute(const F& f, const Eigen::DenseBase<Data>& data, const Set& set, const Settings& settings = {}) {
  const auto& values = data.derived();
  Matrix<bool> known(values.rows(), values.cols());
  for (Index c = 0; c < values.cols(); ++c) {
    for (Index j = 0; j < values.rows(); ++j) known(j, c) = !std::isnan(static_cast<double>(values.coeff(j, c)));
  }
  return impute(f, data, known, set, settings);
}

}  // namespace icnn::inline ICNN_ISA
