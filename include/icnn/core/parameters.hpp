// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <concepts>
#include <limits>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "icnn/core/audit.hpp"
#include "icnn/core/layout.hpp"
#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// What an edit does with a negative entry where the layout's signs forbid it.
enum class Positivity {
  refuse,   ///< throw Error and leave the network as it was
  project,  ///< set it to zero: the Euclidean projection onto the admissible parameters
};

/// The writable parameters inside an edit: the flat vector and its named blocks.
template <class S>
class ParameterEdit {
 public:
  using BlockMap = Eigen::Map<Matrix<S>>;

  ParameterEdit(const Layout& layout, Vector<S>& vector) noexcept : layout_(&layout), vector_(&vector) {}

  [[nodiscard]] const Layout& layout() const noexcept { return *layout_; }
  [[nodiscard]] Eigen::Map<Vector<S>> vector() const { return {vector_->data(), vector_->size()}; }
  [[nodiscard]] BlockMap operator[](const Block& block) const {
    if (block.offset < 0 || block.size() > vector_->size() - block.offset) {
      fail({"edit", "a block of this network's layout", block.name, "take it from this edit's layout()"});
    }
    return {vector_->data() + block.offset, block.rows, block.cols};
  }
  [[nodiscard]] BlockMap operator[](std::string_view name) const { return (*this)[(*layout_)[name]]; }

 private:
  const Layout* layout_;
  Vector<S>* vector_;
};

template <class S>
class Parameterized;

/// One flat parameter vector with its layout, readable by everyone and written through edit() alone.
/// Invariant: every entry is finite, and every entry with a sign is >= 0: audit(layout(), vector()) is empty. (Tests have
/// a door of their own around this, `Unchecked`, which the library does not define.)
template <class S>
class Parameters {
 public:
  using ConstBlockMap = Eigen::Map<const Matrix<S>>;

  static constexpr Index longest_piece = 1024;  ///< of sweep()

  Parameters() = default;

  /// All zero.
  explicit Parameters(Layout layout) : layout_(std::move(layout)), vector_(zeros(layout_.size())) {}

  [[nodiscard]] const Layout& layout() const noexcept { return layout_; }
  [[nodiscard]] const Vector<S>& vector() const noexcept { return vector_; }
  [[nodiscard]] Index size() const noexcept { return vector_.size(); }
  [[nodiscard]] const S* data() const noexcept { return vector_.data(); }
  [[nodiscard]] ConstBlockMap operator[](std::string_view name) const {
    const Block& block = layout_[name];
    return {vector_.data() + block.offset, block.rows, block.cols};
  }

  /// The only writer. Calls change(ParameterEdit&) on a copy; when it returns, the copy is checked (or projected) and
  /// takes the place of the parameters. Where it throws, or an entry is NaN, infinite or (under refuse) negative against
  /// its sign, the parameters stay as they were. Throws Error naming block, layer, row, column and value.
  /// Cost: one copy and one pass over the parameters; allocates the copy. Not thread-safe against readers.
  template <std::invocable<ParameterEdit<S>&> Change>
  void edit(Change&& change, Positivity positivity = Positivity::refuse) {
    Vector<S> next = vector_;
    ParameterEdit<S> scope(layout_, next);
    std::forward<Change>(change)(scope);
    if (positivity == Positivity::project) project(layout_, next);
    require_admissible("edit", next);
    vector_ = next;  // in place: views that readers hold stay valid
  }

  /// An edit for optimizers, in one sweep and in place. Calls change(block, first, piece) on pieces of the vector in their
  /// order, none of more than longest_piece entries and each of one block, which are then projected as under
  /// Positivity::project while they are in the first cache. Answers false, and leaves the parameters as they were, where a
  /// result is not finite; the same where change throws. `before` is scratch, which allocates once. Not thread-safe against
  /// readers.
  template <std::invocable<const Block&, Index, Eigen::Map<Vector<S>>> Change>
  [[nodiscard]] bool sweep(Change&& change, Vector<S>& before) {
    constexpr Index most = longest_piece;
    Undo undo{vector_, before};
    before.resize(size());
    S finite = 0;  // or NaN
    for (const Block& block : layout_.blocks()) {
      for (Index i = 0; i < block.size(); i += most) {
        const Index first = block.offset + i, count = std::min(most, block.size() - i);
        Eigen::Map<Vector<S>> piece(vector_.data() + first, count);
        before.segment(first, count) = piece;
        undo.done = first + count;
        change(block, first, piece);
        finite += (piece.array() * S(0)).sum();
        if (block.sign == Sign::non_negative) piece = piece.cwiseMax(S(0));
      }
      if (block.sign != Sign::non_negative) project(block, vector_);
    }
    if (finite == S(0)) undo.done = 0;
    return finite == S(0);
  }

  /// An edit without a copy, for parameters that nobody uses yet (of a network that is being read from a file): where change
  /// throws, or leaves what edit() would refuse, all parameters are zero. Cost: one pass over the parameters; allocates
  /// nothing.
  template <std::invocable<ParameterEdit<S>&> Change>
  void fill(Change&& change, Positivity positivity = Positivity::refuse) {
    Clear clear{vector_};
    ParameterEdit<S> scope(layout_, vector_);
    std::forward<Change>(change)(scope);
    if (positivity == Positivity::project) project(layout_, vector_);
    require_admissible("fill", vector_);
    clear.wanted = false;
  }

  /// Takes over parameters of equal layout in another scalar (or the same); allocates nothing. Throws Error, and changes
  /// nothing, where the layouts differ or a parameter overflows.
  template <class T>
  void assign(const Parameters<T>& other) {
    if (other.size() != size() || !(other.layout() == layout_)) {
      fail({"assign", "parameters of the same layout", "others"});
    }
    if constexpr (!std::is_same_v<S, T> && std::numeric_limits<S>::max_exponent < std::numeric_limits<T>::max_exponent) {
      const auto most = static_cast<T>(std::numeric_limits<S>::max());
      if ((other.vector().array().abs() > most).any()) fail({"assign", "parameters that fit the scalar", "larger ones"});
    }
    vector_ = other.vector().template cast<S>();
  }

  /// Sets the negative entries that the signs forbid to zero; NaN stays. Any vector of layout.size() entries.
  static void project(const Layout& layout, Vector<S>& vector) {
    for (const Block& block : layout.blocks()) project(block, vector);
  }

  friend bool operator==(const Parameters& a, const Parameters& b) {
    return a.layout_ == b.layout_ && a.vector_ == b.vector_;
  }

 private:
  /// Throws Error where there is no room for so many.
  [[nodiscard]] static Vector<S> zeros(Index size) {
#if defined(__cpp_exceptions)
    try {
      return Vector<S>::Zero(size);
    } catch (const std::bad_alloc&) {
      const double gigabytes = 1e-9 * static_cast<double>(size) * sizeof(S);
      fail({"Parameters", detail::text("room for ", size, " parameters, ", gigabytes, " GB"), "less memory",
            "check the layer widths"});
    }
#else
    return Vector<S>::Zero(size);
#endif
  }

  friend struct Unchecked;
  friend class Parameterized<S>;

  void require_admissible(const char* where, const Vector<S>& vector) const {
    detail::visit_violations(layout_, vector, [where](const Violation& violation) -> bool {
      fail({where,
            violation.finite ? "W^z (and every weight with a sign) >= 0, as Proposition 1 requires" : "finite parameters",
            violation.text(),
            violation.finite ? "pass Positivity::project to set such entries to zero" : "a step or a file has gone wrong"});
    });
  }

  /// Takes back the first `done` entries when it goes.
  struct Undo {
    Vector<S>& vector;
    const Vector<S>& before;
    Index done = 0;
    ~Undo() { vector.head(done) = before.head(done); }
  };
  /// Sets all entries to zero when it goes, unless it is told not to.
  struct Clear {
    Vector<S>& vector;
    bool wanted = true;
    ~Clear() {
      if (wanted) vector.setZero();
    }
  };

  static void project(const Block& block, Vector<S>& vector) {
    if (block.sign == Sign::free) return;
    Eigen::Map<Matrix<S>> map(vector.data() + block.offset, block.rows, block.cols);
    for (Index c = 0; c < block.cols; ++c)
      for (Index r = 0; r < block.rows; ++r)
        if (map(r, c) < 0 && block.non_negative(r, c)) map(r, c) = S(0);
  }

  Layout layout_;
  Vector<S> vector_;
};

}  // namespace icnn::inline ICNN_ISA
