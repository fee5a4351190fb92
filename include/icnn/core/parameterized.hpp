// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <concepts>
#include <utility>

#include "icnn/core/parameters.hpp"

namespace icnn::inline ICNN_ISA {

/// What every network has: one flat parameter vector with a layout, readable, and written through edit() alone.
template <class S>
class Parameterized {
 public:
  [[nodiscard]] const Parameters<S>& parameters() const noexcept { return parameters_; }
  [[nodiscard]] const Layout& layout() const noexcept { return parameters_.layout(); }
  [[nodiscard]] Index parameter_count() const noexcept { return parameters_.size(); }

  /// Takes over the parameters (and no activations) of a network of equal layout, in this scalar; allocates nothing. Throws
  /// Error, and changes nothing, where the layouts differ or a parameter overflows.
  template <class T>
  void assign(const Parameterized<T>& other) {
    parameters_.assign(other.parameters());
  }

  /// See Parameters::edit. Not while another thread evaluates this network.
  template <std::invocable<ParameterEdit<S>&> Change>
  void edit(Change&& change, Positivity positivity = Positivity::refuse) {
    parameters_.edit(std::forward<Change>(change), positivity);
  }

  /// See Parameters::fill.
  template <std::invocable<ParameterEdit<S>&> Change>
  void fill(Change&& change, Positivity positivity = Positivity::refuse) {
    parameters_.fill(std::forward<Change>(change), positivity);
  }

  /// See Parameters::sweep.
  template <std::invocable<const Block&, Index, Eigen::Map<Vector<S>>> Change>
  [[nodiscard]] bool sweep(Change&& change, Vector<S>& before) {
    return parameters_.sweep(std::forward<Change>(change), before);
  }

 protected:
  explicit Parameterized(Layout layout) : parameters_(std::move(layout)) {}

  [[nodiscard]] const S* p() const noexcept { return parameters_.data(); }

  /// Replaces all parameters, under the checks of edit().
  template <class Derived>
  void set(const Eigen::MatrixBase<Derived>& vector) {
    require_shape("a network", "a parameter vector", vector.rows(), vector.cols(), parameter_count(), Index{1},
                  "the order is that of layout()");
    edit([&](ParameterEdit<S>& edit) { edit.vector() = vector; });
  }

  /// For parameters whose signs hold by construction: written in place, without the checks of edit().
  [[nodiscard]] S* trusted() noexcept { return parameters_.vector_.data(); }

 private:
  Parameters<S> parameters_;
};

}  // namespace icnn::inline ICNN_ISA
