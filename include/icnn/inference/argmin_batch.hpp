// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/core/parallel.hpp"
#include "icnn/inference/argmin.hpp"
#include "icnn/inference/column_model.hpp"
#include "icnn/inference/lockstep.hpp"
#include "icnn/networks/picnn_batch.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

template <class F>
inline constexpr bool has_columns = false;
template <class Picnn>
inline constexpr bool has_columns<PicnnBatch<Picnn>> = true;
template <class G>
inline constexpr bool has_columns<Regularized<G>> = has_columns<std::remove_cvref_t<G>>;
template <class G>
inline constexpr bool has_columns<Restricted<G>> = has_columns<std::remove_cvref_t<G>>;

/// The function that is asked in every column, behind regularizers and restrictions.
template <class Picnn>
[[nodiscard]] const PicnnBatch<Picnn>& batch_behind(const PicnnBatch<Picnn>& f) {
  return f;
}
template <class F>
[[nodiscard]] const auto& batch_behind(const F& f) {
  return batch_behind(f.function());
}
template <class F>
using ColumnModelOf = ColumnModel<std::remove_cvref_t<decltype(batch_behind(std::declval<const F&>()).network())>>;

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
    return ArgminOutcome{.value = values(c), .value_error = value_errors(c), .lower_bound = lower_bounds(c)}.gap();
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
    Result result;
    result.y = y.col(c);
    result.value = values(c);
    result.value_error = value_errors(c);
    result.lower_bound = lower_bounds(c);
    result.evaluations = evaluations[at];
    result.status = statuses[at];
    return result;
  }
};

struct ArgminBatchOptions {
  Index threads = 1;  ///< that share the columns; more than one needs a program compiled with OpenMP
};

namespace detail {

/// So many problems of a thread go on together: each has its methods' scratch.
inline constexpr Index most_together = 16;
inline constexpr Index few_inputs = 32, together_beyond = 4;  ///< which n^2 numbers and more keep few
/// Kernels add up multiples of so many columns alike.
[[nodiscard]] inline Index columns_alike(Index inputs) { return inputs <= few_inputs ? 8 : together_beyond; }
[[nodiscard]] inline Index columns_together(Index inputs, Index columns) {
  return std::min(columns, inputs <= few_inputs ? most_together : together_beyond);
}

}  // namespace detail

/// All scratch of argmin over batches, for one function or others of the same shape and number of columns.
template <ProblemPerColumn F>
class ArgminBatchWorkspace {
  using Column = detail::ColumnModelOf<F>;

 public:
  /// Throws Error on less than one thread.
  explicit ArgminBatchWorkspace(const F& f, const ArgminBatchOptions& options = {}) : key(f.shape_key()) {
    if (options.threads < 1) fail({"ArgminBatchWorkspace", "threads >= 1", detail::text(options.threads)});
    const Index count = std::min(options.threads, f.batch());
    for (Index i = 0; i < count; ++i) threads.push_back(std::make_unique<Thread>(f));
  }

  struct Slot {
    explicit Slot(const F& f) : ws(f) {}
    ArgminWorkspace<F> ws;
    Settings settings{};
    Result result{};
  };
  struct Thread {
    explicit Thread(const F& f) {
      const Index together = detail::columns_together(f.inputs(), f.batch());
      for (Index k = 0; k < together; ++k) slots.push_back(std::make_unique<Slot>(f));
      shared.emplace(
          detail::move_to_column(*slots[0]->ws.model, f, 0).make_shared(together, detail::columns_alike(f.inputs())));
    }
    std::vector<std::unique_ptr<Slot>> slots{};
    std::optional<typename Column::Shared> shared{};
  };
  ShapeKey key;
  std::vector<std::unique_ptr<Thread>> threads{};
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

/// What one thread does of a batch: it takes columns as they come, as many at a time as it has slots. Each goes on by
/// itself to where it wants to know f, and f is evaluated at all these points together; who has finished makes room for the
/// next column.
template <class F, class Sets>
class BatchThread {
  using Workspace = ArgminBatchWorkspace<F>;
  using Slot = typename Workspace::Slot;
  using Column = ColumnModelOf<F>;
  using Set = std::remove_cvref_t<decltype(set_of(std::declval<const Sets&>(), 0))>;

 public:
  BatchThread(const F& f, const Sets& sets, const Settings& settings, typename Workspace::Thread& thread,
              ArgminBatch& result)
      : f_(f), sets_(sets), settings_(settings), thread_(thread), result_(result) {
    for (std::size_t k = 0; k < thread.slots.size(); ++k) {
      problems_[k].slot = thread.slots[k].get();
      order_[k] = &problems_[k];
    }
  }

  /// Throws what argmin refuses, so that no thread has to.
  void check() {
    Slot& slot = *thread_.slots.front();
    take_settings(slot);
    static_cast<void>(prepare(slot, 0));
    for (Index c = 0; is_entropic(f_) && c < f_.batch(); ++c) OutermostEntropy<F>(f_, set_of(sets_, c));
  }

  void run(std::atomic<Index>& next, bool warm) {
    Index active = 0;
    for (;;) {
      const Index most = static_cast<Index>(thread_.slots.size());
      for (Index c = 0; active < most && (c = next++) < f_.batch();) active += begin(active, c, warm) ? 1 : 0;
      if (active == 0) return;
      evaluate(active);
      for (Index k = active; k-- > 0;) {
        if (step(k)) continue;
        if (k != --active) problem(active).column->share_context(*thread_.shared, k);
        std::swap(order_[static_cast<std::size_t>(k)], order_[static_cast<std::size_t>(active)]);
      }
    }
  }

 private:
  struct Problem {
    Slot* slot = nullptr;
    Column* column = nullptr;
    Index c = 0;
    Plan plan{};
    std::optional<RegionOf<Set>> region{};
    MethodOnItsWay method{};
  };

  [[nodiscard]] Problem& problem(Index k) { return *order_[static_cast<std::size_t>(k)]; }

  void take_settings(Slot& slot) const {
    slot.settings = settings_;
    slot.settings.warm_start = false;  // which would remember the column before
  }
  /// The plan for a column, with a model that may go there.
  Plan prepare(Slot& slot, Index c) {
    Plan plan = choose_method(f_.regularity(), f_.inputs(), kind_of<Set>, is_entropic(f_), slot.settings.method);
    const Set& set = set_of(sets_, c);
    check_problem(f_.inputs(), set.dimension(), slot.settings, slot.ws.methods, slot.result);
    slot.ws.prepare(plan, f_, slot.settings.method);
    return plan;
  }

  /// Column c, in place k. False where that is all, and its result is there.
  [[nodiscard]] bool begin(Index k, Index c, bool warm) {
    Problem& p = problem(k);
    Slot& slot = *p.slot;
    take_settings(slot);
    if (warm) slot.settings.start = result_.y.col(c);
    forget_all_but_y(slot.result);
    p.c = c;
    p.plan = prepare(slot, c);
    p.column = &move_to_column(*slot.ws.model, f_, c);
    const Set& set = set_of(sets_, c);
    p.region.emplace(set, uses_rows(kind_of<Set>, p.plan), slot.settings, slot.ws.methods);
    Region& region = p.region->get();
    if (!start(region, slot.settings, slot.ws.methods, slot.result)) return store(p), false;
    const bool in_lockstep = MethodOnItsWay::can_be(p.plan) && !is_entropic(f_) && !std::is_same_v<Set, Ball> &&
                             slot.settings.time_limit == infinity;
    if (!in_lockstep) return minimize_alone(p, set), store(p), false;
    p.method.begin(*slot.ws.model, region, p.plan, slot.settings, slot.ws.methods, slot.result);
    p.column->share_context(*thread_.shared, k);
    return true;
  }

  void minimize_alone(Problem& p, const Set& set) {
    Slot& slot = *p.slot;
    const OutermostEntropy<F> entropy(f_, set);
    if constexpr (std::is_same_v<Set, Ball>) {
      minimize_on_ball(*slot.ws.model, p.region->get(), set, p.plan, slot.settings, slot.ws.methods, slot.result);
    } else {
      minimize(*slot.ws.model, p.region->get(), entropy.term(), p.plan, slot.settings, slot.ws.methods, slot.result);
    }
  }

  void evaluate(Index active) {
    kernels::Order order = kernels::Order::first;
    for (Index k = 0; k < active; ++k) {
      Problem& p = problem(k);
      order = p.method.order();
      p.column->listen(thread_.shared->point(k));
      static_cast<void>(p.slot->ws.model->value(order, p.method.point()));
      p.column->listen({nullptr, 0});
    }
    problem(0).column->evaluate(*thread_.shared, order, active);
  }

  /// False where a problem is done, and its result is there.
  [[nodiscard]] bool step(Index k) {
    Problem& p = problem(k);
    p.column->know(&*thread_.shared, k);
    const bool goes_on = p.method.step();
    p.column->know(nullptr, 0);
    if (goes_on) return true;
    Slot& slot = *p.slot;
    try_again(*slot.ws.model, p.region->get(), p.plan, slot.settings, slot.ws.methods, slot.result);
    store(p);
    return false;
  }

  void store(Problem& p) {
    const Result& found = p.slot->result;
    const auto at = static_cast<std::size_t>(p.c);
    vec::copy(found.y, {result_.y.data() + p.c * f_.inputs(), f_.inputs()});
    result_.values(p.c) = found.value;
    result_.value_errors(p.c) = found.value_error;
    result_.lower_bounds(p.c) = found.lower_bound;
    result_.evaluations[at] = found.evaluations;
    result_.statuses[at] = found.status;
  }

  const F& f_;
  const Sets& sets_;
  const Settings& settings_;
  typename Workspace::Thread& thread_;
  ArgminBatch& result_;
  std::array<Problem, most_together> problems_{};
  std::array<Problem*, most_together> order_{};
};

}  // namespace detail

/// argmin of every column of a batch, each over the set or, of a std::vector of sets, over its own: a certified solution
/// for each, whatever becomes of the others. The context path of the network has run for all columns together, at(X); the
/// problems are shared among the workspace's threads. Newton's method and neuron folding go on in lockstep, up to 16
/// problems of a thread at a time: the network's products are those of all their points at once. What other methods,
/// entropies, balls and time limits ask for is solved column by column. With warm_start a column begins at its column of
/// result.y, where that has the shape of this batch.
///
/// A column's result does not depend on the others, nor on the number of threads: batches of two and more with the same
/// context give the same bits. settings.max_evaluations and time_limit are for each problem; an observer, certificates of
/// slopes and multipliers are refused. Throws Error on misuse, before anything is written. Allocates nothing with a
/// workspace and a result of such a batch (see argmin for what depends on the set). f may be shared by threads, the
/// workspace not.
template <ProblemPerColumn F, class Sets>
void argmin(const F& f, const Sets& sets, const Settings& settings, ArgminBatchWorkspace<F>& ws, ArgminBatch& result) {
  const Index n = f.inputs(), columns = f.batch();
  if (f.shape_key() != ws.key) fail({"argmin", "a workspace made for this function", "one for a function of another shape"});
  detail::require_current("argmin", f);
  detail::refuse_inner_entropy("argmin", f);
  settings.validate();
  detail::check_sets(sets, n, columns);
  if (settings.observer || settings.certificate || settings.multipliers) {
    fail({"argmin", "no observer, no certificate of slopes and no multipliers for a batch",
          settings.observer      ? "an observer"
          : settings.certificate ? "a certificate"
                                 : "multipliers",
          "solve that column alone: net.at(x)"});
  }
  const bool warm = settings.warm_start && result.y.rows() == n && result.y.cols() == columns;
  if (warm && !result.y.allFinite()) fail({"argmin", "a finite result.y, for a warm start", "NaN or infinity"});
  const Stopwatch clock;
  detail::BatchThread<F, Sets>(f, sets, settings, *ws.threads.front(), result).check();
  result.y.resize(n, columns);
  for (auto* values : {&result.values, &result.value_errors, &result.lower_bounds}) values->resize(columns);
  result.evaluations.resize(static_cast<std::size_t>(columns));
  result.statuses.resize(static_cast<std::size_t>(columns));
  std::atomic<Index> next{0};
  in_parallel(static_cast<Index>(ws.threads.size()), [&](Index thread) {
    detail::BatchThread<F, Sets>(f, sets, settings, *ws.threads[static_cast<std::size_t>(thread)], result).run(next, warm);
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
