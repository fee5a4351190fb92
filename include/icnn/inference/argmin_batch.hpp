// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/core/parallel.hpp"
#include "icnn/inference/argmin.hpp"
#include "icnn/networks/picnn_batch.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// One column of a function that has one for each sample, as a function of its own that moves from column to column.
template <class F>
class ColumnOf;

template <class Picnn>
class ColumnOf<PicnnBatch<Picnn>> {
 public:
  using Function = typename Picnn::AtContext;
  explicit ColumnOf(const PicnnBatch<Picnn>& f) : at_(f.column(0)) {}
  [[nodiscard]] const Function& get() const noexcept { return at_; }
  void move_to(const PicnnBatch<Picnn>& f, Index c) { f.move_to_column(c, at_); }

 private:
  Function at_;
};

template <class G>
class ColumnOf<Regularized<G>> {
  using Inner = ColumnOf<std::remove_cvref_t<G>>;

 public:
  using Function = Regularized<const typename Inner::Function&>;
  explicit ColumnOf(const Regularized<G>& f)
      : inner_(f.function()), function_(RefOrValue<const typename Inner::Function&>(inner_.get()), f.terms()) {}
  [[nodiscard]] const Function& get() const noexcept { return function_; }
  void move_to(const Regularized<G>& f, Index c) {
    inner_.move_to(f.function(), c);
    function_.take_terms(f);
  }

 private:
  Inner inner_;
  Function function_;
};

template <class G>
class ColumnOf<Restricted<G>> {
  using Inner = ColumnOf<std::remove_cvref_t<G>>;

 public:
  using Function = Restricted<const typename Inner::Function&>;
  explicit ColumnOf(const Restricted<G>& f)
      : inner_(f.function()),
        known_(f.known().col(0)),
        function_(RefOrValue<const typename Inner::Function&>(inner_.get()), known_, f.free_coordinates()) {}
  [[nodiscard]] const Function& get() const noexcept { return function_; }
  void move_to(const Restricted<G>& f, Index c) {
    inner_.move_to(f.function(), c);
    known_ = f.known().col(f.known().cols() > 1 ? c : 0);
    function_.set_known(known_);
  }

 private:
  Inner inner_;
  Matrix<typename Function::Scalar> known_;
  Function function_;
};

template <class F>
inline constexpr bool has_columns = false;
template <class Picnn>
inline constexpr bool has_columns<PicnnBatch<Picnn>> = true;
template <class G>
inline constexpr bool has_columns<Regularized<G>> = has_columns<std::remove_cvref_t<G>>;
template <class G>
inline constexpr bool has_columns<Restricted<G>> = has_columns<std::remove_cvref_t<G>>;

}  // namespace detail

/// A function with a problem in every column: net.at(X) with a matrix X, regularized() and restrict_to() of one.
template <class F>
concept ProblemPerColumn = detail::has_columns<F>;

/// What argmin found for each column of a batch; see Result.
struct [[nodiscard]] ArgminBatch {
  Matrix<double> y{};                                       ///< n x B
  Vector<double> values{}, value_errors{}, lower_bounds{};  ///< B each
  std::vector<Index> evaluations{};
  std::vector<Status> statuses{};
  double seconds = 0;  ///< of the whole batch

  [[nodiscard]] Index columns() const noexcept { return y.cols(); }
  [[nodiscard]] double gap(Index c) const {
    return Result{.value = values(c), .value_error = value_errors(c), .lower_bound = lower_bounds(c)}.gap();
  }
  [[nodiscard]] double largest_gap() const {
    double largest = 0;
    for (Index c = 0; c < columns(); ++c) largest = std::max(largest, gap(c));
    return largest;
  }
  [[nodiscard]] bool all_optimal() const noexcept {
    return std::all_of(statuses.begin(), statuses.end(), [](Status s) { return s == Status::optimal; });
  }
  /// The result of one problem, without its time. Allocates its y.
  [[nodiscard]] Result column(Index c) const {
    const auto at = static_cast<std::size_t>(c);
    Result result{.y = y.col(c), .value = values(c), .value_error = value_errors(c), .lower_bound = lower_bounds(c)};
    result.evaluations = evaluations[at];
    result.status = statuses[at];
    return result;
  }
};

struct ArgminBatchOptions {
  Index threads = 1;  ///< that share the columns; more than one needs a program compiled with OpenMP
};

/// All scratch of argmin over batches, for one function or others of the same shape and number of columns.
template <ProblemPerColumn F>
class ArgminBatchWorkspace {
 public:
  using Column = detail::ColumnOf<F>;

  /// Throws Error on less than one thread.
  explicit ArgminBatchWorkspace(const F& f, const ArgminBatchOptions& options = {}) : key(f.shape_key()) {
    if (options.threads < 1) fail({"ArgminBatchWorkspace", "threads >= 1", detail::text(options.threads)});
    const Index threads = std::min(options.threads, f.batch());
    for (Index i = 0; i < threads; ++i) slots.push_back(std::make_unique<Slot>(f));
  }

  struct Slot {
    explicit Slot(const F& f) : column(f), ws(column.get()) {}
    Column column;
    ArgminWorkspace<typename Column::Function> ws;
    Settings settings{};
    Result result{};
  };
  ShapeKey key;
  std::vector<std::unique_ptr<Slot>> slots{};
};

namespace detail {

/// A set for all columns, or one for each.
template <class Set>
[[nodiscard]] const Set& set_of(const Set& set, Index) {
  return set;
}
template <class Set>
[[nodiscard]] const Set& set_of(const std::vector<Set>& sets, Index c) {
  return sets[static_cast<std::size_t>(c)];
}
template <class Set>
void check_sets(const Set& set, Index n, Index) {
  if (set.dimension() == n) return;
  fail({"argmin", text("a set in ", n, " dimensions, as many as the function has inputs"), text(set.dimension())});
}
template <class Set>
void check_sets(const std::vector<Set>& sets, Index n, Index columns) {
  if (static_cast<Index>(sets.size()) != columns) {
    fail({"argmin", text("a set for each of ", columns, " columns, or one for all"), text(sets.size())});
  }
  for (const Set& set : sets) check_sets(set, n, columns);
}

}  // namespace detail

/// argmin of every column of a batch, each over the set or, of a std::vector of sets, over its own: a certified solution
/// for each, whatever becomes of the others. The context path of the network has run for all columns together, at(X); the
/// problems are shared among the workspace's threads. With warm_start a column begins at its column of result.y, where that
/// has the shape of this batch.
///
/// A column's result does not depend on the others, nor on the number of threads: batches of two and more with the same
/// context give the same bits. settings.max_evaluations and time_limit are for each problem; an observer and certificates of
/// slopes are refused. Throws Error on misuse, before anything is written. Allocates nothing with a workspace and a result
/// of such a batch (see argmin for what depends on the set). f may be shared by threads, the workspace not.
template <ProblemPerColumn F, class Sets>
void argmin(const F& f, const Sets& sets, const Settings& settings, ArgminBatchWorkspace<F>& ws, ArgminBatch& result) {
  const Index n = f.inputs(), columns = f.batch();
  if (f.shape_key() != ws.key) fail({"argmin", "a workspace made for this function", "one for a function of another shape"});
  detail::require_current("argmin", f);
  settings.validate();
  detail::check_sets(sets, n, columns);
  if (settings.observer || settings.certificate) {
    fail({"argmin", "no observer and no certificate of slopes for a batch",
          settings.observer ? "an observer" : "a certificate", "solve that column alone: net.at(x)"});
  }
  const bool warm = settings.warm_start && result.y.rows() == n && result.y.cols() == columns;
  if (warm && !result.y.allFinite()) fail({"argmin", "a finite result.y, for a warm start", "NaN or infinity"});
  const Stopwatch clock;
  const auto solve = [&](auto& slot, Index c) {
    slot.settings = settings;
    slot.settings.warm_start = false;  // which would remember the column before
    if (warm) slot.settings.start = result.y.col(c);
    slot.result = Result{.y = std::move(slot.result.y)};
    slot.column.move_to(f, c);
    argmin(slot.column.get(), detail::set_of(sets, c), slot.settings, slot.ws, slot.result);
  };
  const auto store = [&](const Result& found, Index c) {
    const auto at = static_cast<std::size_t>(c);
    vec::copy(found.y, {result.y.data() + c * n, n});
    result.values(c) = found.value;
    result.value_errors(c) = found.value_error;
    result.lower_bounds(c) = found.lower_bound;
    result.evaluations[at] = found.evaluations;
    result.statuses[at] = found.status;
  };
  solve(*ws.slots.front(), 0);  // throws what argmin refuses
  result.y.resize(n, columns);
  for (auto* values : {&result.values, &result.value_errors, &result.lower_bounds}) values->resize(columns);
  result.evaluations.resize(static_cast<std::size_t>(columns));
  result.statuses.resize(static_cast<std::size_t>(columns));
  store(ws.slots.front()->result, 0);
  std::atomic<Index> next{1};
  in_parallel(static_cast<Index>(ws.slots.size()), [&](Index thread) {
    auto& slot = *ws.slots[static_cast<std::size_t>(thread)];
    for (Index c = next++; c < columns; c = next++) {
      solve(slot, c);
      store(slot.result, c);
    }
  });
  result.seconds = clock.seconds();
}

/// The same without a workspace: convenient, and allocating.
template <class F, class Sets>
requires ProblemPerColumn<std::remove_cvref_t<F>> ArgminBatch argmin(F&& f, const Sets& sets,
                                                                     const Settings& settings = {}) {
  ArgminBatchWorkspace<std::remove_cvref_t<F>> ws(f);
  ArgminBatch result;
  argmin(std::as_const(f), sets, settings, ws, result);
  return result;
}

}  // namespace icnn::inline ICNN_ISA
