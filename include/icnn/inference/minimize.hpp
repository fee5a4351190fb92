// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>
#include <optional>
#include <type_traits>

#include "icnn/inference/choose_method.hpp"
#include "icnn/solvers/convex_model.hpp"
#include "icnn/solvers/entropy_term.hpp"
#include "icnn/solvers/region.hpp"
#include "icnn/solvers/result.hpp"
#include "icnn/solvers/settings.hpp"

namespace icnn::inline ICNN_ISA {

struct MethodRooms;

/// Scratch of all methods in n dimensions. Room for Newton's method, some n^2 numbers, for a bundle method, some 100 n, and
/// for folding, (n + F)^2 with F the neurons, but at most 4 n + 60, is made where it may be chosen, else when it is first
/// asked for.
class MethodWorkspace {
 public:
  explicit MethodWorkspace(Index n);
  MethodWorkspace(MethodWorkspace&&) noexcept;
  MethodWorkspace& operator=(MethodWorkspace&&) noexcept;
  ~MethodWorkspace();

  [[nodiscard]] Index inputs() const noexcept { return inputs_; }
  [[nodiscard]] MethodRooms& rooms() noexcept { return *rooms_; }
  /// Makes room for a plan where there is none.
  void prepare(const Plan& plan, bool entropic);
  /// The same for neuron folding, where a function allows it; once for all its models of the same shape, unless \p anew.
  void prepare_to_fold(ConvexModel& model, bool anew);
  /// From now on with an entropy, too, which who has none does not compile; before any plan with one.
  void allow_entropies();
  /// The same for neuron folding.
  void fold_with_entropies();

 private:
  Index inputs_;
  std::unique_ptr<MethodRooms> rooms_;
};

namespace detail {

/// Checks what can be checked before anything is written.
void check_problem(Index inputs, Index dimension, const Settings& settings, const MethodWorkspace& ws, const Result& result);

/// Puts the starting point into result.y. False where the set has none: result says so.
[[nodiscard]] bool start(Region& set, const Settings& settings, MethodWorkspace& ws, Result& result);

/// Neuron folding takes a bundle's place where the function allows it and nobody has asked for the bundle by name. Throws
/// Error where folding is asked for and cannot be.
void fold_if_possible(Plan& plan, const ConvexModel& model, Method asked);

/// Carries out a plan that fits function and set, from result.y. With an entropy its term is minimized beside f.
void minimize(ConvexModel& model, Region& set, const EntropyTerm* entropy, const Plan& plan, const Settings& settings,
              MethodWorkspace& ws, Result& result);

/// The same without a second chance, nor an entropy.
void minimize_once(ConvexModel& model, Region& set, const Plan& plan, const Settings& settings, MethodWorkspace& ws,
                   Result& result);

/// Where the method of a plan could not close the gap, others try: see Method::automatic.
void try_again(ConvexModel& model, Region& set, const Plan& plan, const Settings& settings, MethodWorkspace& ws,
               Result& result);

/// A polyhedron as a region that knows whether it is empty: prepared once, and kept in the workspace as long as the set
/// stays the same. Another one of the same shape takes its place; where it is \p near, the point at which that is known not
/// to be empty may be that of the latest one.
[[nodiscard]] Region& region_in(MethodWorkspace& ws, const Polyhedron& set, double time_limit, bool near);
/// The same for a proof, which does not ask that.
[[nodiscard]] std::unique_ptr<Region> region_of_rows(const Polyhedron& set);

/// A set as a region, in place where that needs no solving. It refers to the set and the workspace.
template <class Set>
class RegionOf {
  static constexpr bool has_rows = kind_of<Set> == SetKind::polyhedron || kind_of<Set> == SetKind::flat;

 public:
  /// \p rows: as a polyhedron.
  RegionOf(const Set& set, bool rows, const Settings& settings, MethodWorkspace& ws) {
    if constexpr (has_rows) {
      if constexpr (std::is_same_v<Set, Polyhedron>) {
        region_ = &region_in(ws, set, settings.time_limit, settings.warm_start);
      } else if (rows) {
        region_ = &region_in(ws, to_polyhedron(set), settings.time_limit, settings.warm_start);
      }
    }
    project_onto(set);
  }
  RegionOf(const Set& set, bool rows) {
    if constexpr (has_rows) {
      if (rows) made_ = region_of_rows(to_polyhedron(set));
      region_ = made_.get();
    }
    project_onto(set);
  }
  RegionOf(const RegionOf&) = delete;
  RegionOf& operator=(const RegionOf&) = delete;

  [[nodiscard]] Region& get() noexcept { return *region_; }

 private:
  void project_onto(const Set& set) {
    if constexpr (kind_of<Set> != SetKind::polyhedron) {
      if (region_ == nullptr) region_ = &projected_.emplace(set);
    }
  }

  struct None {};
  Region* region_ = nullptr;
  std::unique_ptr<Region> made_{};
  [[no_unique_address]] std::conditional_t<kind_of<Set> == SetKind::polyhedron, None, std::optional<SetRegion<Set>>>
      projected_{};
};

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA

#if !defined(ICNN_COMPILED)
#include "icnn/inference/minimize_impl.hpp"
#else
namespace icnn::inline ICNN_ISA {

/// Where this does not link, its name says why.
extern const int link_icnn_compiled_of_the_same_vector_registers_as_this_file;
[[gnu::used]] inline const int* const compiled_library = &link_icnn_compiled_of_the_same_vector_registers_as_this_file;

}  // namespace icnn::inline ICNN_ISA
#endif
