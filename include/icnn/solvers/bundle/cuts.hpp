// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>

#include "icnn/solvers/simple_term.hpp"

namespace icnn::inline ICNN_ISA {

/// Affine minorants of a convex function, f(v) >= g_i'v + o_i - e_i + m |v|^2 / 2 for every v of the region; e_i is what
/// rounding may have done, m is f's modulus of strong convexity, or 0. A fixed number is kept: where it is exceeded, those
/// that have been idle the longest give way to their combination.
class Cuts {
 public:
  [[gnu::cold]] Cuts(Index inputs, Index capacity)
      : gradients_(inputs, capacity),
        origins_(Index{0}, capacity),
        combined_(inputs),
        capacity_(capacity),
        offsets_(capacity),
        errors_(capacity),
        sizes_(capacity),
        idle_(capacity) {}

  /// As many as bundle methods keep in so many dimensions.
  [[nodiscard]] static Index usual_capacity(Index inputs) noexcept { return std::min<Index>(2 * inputs + 20, 200); }

  [[nodiscard]] Index size() const noexcept { return size_; }
  [[nodiscard]] Index capacity() const noexcept { return capacity_; }
  [[nodiscard]] ConstColumns gradients() const { return ConstColumns(gradients_).first(size_); }
  [[nodiscard]] double offset(Index i) const { return offsets_(i); }
  /// Forgets all cuts. From now on each has so many numbers with it, its origin, which are combined as gradients are;
  /// allocates where they are more than before.
  void clear(Index origin = 0) {
    size_ = 0;
    if (origins_.rows() == origin) return;
    origins_.resize(origin, capacity());
    combined_origin_.resize(origin);
  }
  /// The origin of the latest cut, to be written.
  [[nodiscard]] VectorView origin() { return column(origins_, size_ - 1); }
  [[nodiscard]] ConstVectorView origin(Index i) const { return {origins_.data() + i * origins_.rows(), origins_.rows()}; }
  /// That of the latest combination.
  [[nodiscard]] ConstVectorView combined_origin() const noexcept { return combined_origin_; }

  /// The minorant of a value and gradient at y whose error in the region |v_j| <= h_j is \p error (see ConvexModel).
  void add(double value, double error, ConstVectorView g, ConstVectorView y, double m, ConstVectorView h) {
    if (size_ == capacity()) make_room();
    const VectorView gradient = column(gradients_, size_);
    double size = std::abs(value), product = 0;
    for (Index j = 0; j < y.size(); ++j) {
      gradient(j) = g(j) - m * y(j);
      size += detail::reach(std::abs(g(j)) + m * std::abs(y(j)), y(j), h(j));
      product += (g(j) - 0.5 * m * y(j)) * y(j);
    }
    sizes_(size_) = size;
    offsets_(size_) = value - product;
    errors_(size_) = error + detail::rounding_of_sum(y.size()) * size;
    idle_(size_++) = 0;
  }

  /// The largest minorant at y, without m |y|^2 / 2.
  [[nodiscard, gnu::noinline]] double model(ConstVectorView y) const {
    double highest = -infinity;
    for (Index i = 0; i < size_; ++i) highest = std::max(highest, vec::dot(gradients()(i), y) + offsets_(i));
    return highest;
  }

  /// The combination with weights lambda >= 0 of a positive sum: its gradient in \p g, and an offset with all errors
  /// subtracted. Counts who has no part in it as idle.
  [[nodiscard]] double combine(ConstVectorView lambda, VectorView g) {
    constexpr double part = 1e-6;  // less than that is none
    double total = 0, offset = 0, error = 0, size = 0;
    vec::fill(combined_, 0);
    vec::fill(combined_origin_, 0);
    for (Index i = 0; i < size_; ++i) total += lambda(i);
    for (Index i = 0; i < size_; ++i) {
      const double share = lambda(i) / total;
      idle_(i) = share > part ? 0 : idle_(i) + 1;
      vec::add_scaled(share, gradients()(i), combined_);
      offset += share * offsets_(i);
      if (share > 0) error += share * errors_(i);
      if (share > 0 && origins_.rows() > 0) vec::add_scaled(share, column(origins_, i), combined_origin_);
      size += share * (sizes_(i) + std::abs(offsets_(i)));
    }
    vec::copy(combined_, g);
    combined_offset_ = offset;
    combined_error_ = error + detail::rounding_of_sum(size_ + g.size()) * size;
    combined_size_ = size;
    return combined_offset_ - combined_error_;
  }

 private:
  [[nodiscard]] static VectorView column(Matrix<double>& m, Index i) { return {m.data() + i * m.rows(), m.rows()}; }

  /// Keeps three quarters at most, and the latest combination.
  [[gnu::cold]] void make_room() {
    const Index keep = std::max<Index>(1, 3 * capacity() / 4);
    while (size_ >= keep) {
      Index oldest = 0;
      for (Index i = 1; i < size_; ++i) oldest = idle_(i) > idle_(oldest) ? i : oldest;
      const Index last = --size_;
      put(oldest, column(gradients_, last), column(origins_, last), offsets_(last), errors_(last), sizes_(last));
      idle_(oldest) = idle_(last);
    }
    put(size_, combined_, combined_origin_, combined_offset_, combined_error_, combined_size_);
    idle_(size_++) = 0;
  }
  [[gnu::noinline]] void put(Index i, ConstVectorView gradient, ConstVectorView origin, double offset, double error,
                             double size) {
    vec::copy(gradient, column(gradients_, i));
    vec::copy(origin, column(origins_, i));
    offsets_(i) = offset;
    errors_(i) = error;
    sizes_(i) = size;
  }

  Matrix<double> gradients_, origins_;
  Numbers<double> combined_, combined_origin_{};
  Index capacity_, size_ = 0;
  Numbers<double> offsets_, errors_;  ///< o_i and e_i
  Numbers<double> sizes_;             ///< the sum of the magnitudes that rounding grows with
  Numbers<double> idle_;              ///< for how many combinations a cut has had no part (in double: one kind less)
  double combined_offset_ = 0, combined_error_ = infinity, combined_size_ = 0;
};

/// How accurately a program over cuts is solved, in units of the open gap: its multipliers as well as the last vertex of a
/// piecewise linear function asks for, or where \p enough of the gap may be left, to a small share of that. What is left of
/// gradients counts as far as the set extends, \p extent units of length.
[[nodiscard]] inline double master_tolerance(double extent, double enough = 0) {
  constexpr double share = 1e-2, coarse = 1e-5, usual = 1e-11, finest = 1e-15;
  return std::clamp(share / extent, finest, std::clamp(share * enough, usual, coarse));
}

}  // namespace icnn::inline ICNN_ISA
