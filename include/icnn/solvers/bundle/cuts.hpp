// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "icnn/core/types.hpp"

namespace icnn::inline ICNN_ISA {

/// Affine minorants of a convex function, f(v) >= g_i'v + o_i - e_i + m |v|^2 / 2 for every v of the region; e_i is what
/// rounding may have done, m is f's modulus of strong convexity, or 0. A fixed number is kept: where it is exceeded, those
/// that have been idle the longest give way to their combination.
class Cuts {
 public:
  Cuts(Index inputs, Index most)
      : gradients_(inputs, most),
        offsets_(most),
        errors_(most),
        sizes_(most),
        idle_(most),
        origins_(0, most),
        combined_(inputs) {}

  /// As many as bundle methods keep in so many dimensions.
  [[nodiscard]] static Index usual_capacity(Index inputs) noexcept { return std::min<Index>(2 * inputs + 20, 200); }

  [[nodiscard]] Index size() const noexcept { return size_; }
  [[nodiscard]] Index capacity() const noexcept { return offsets_.size(); }
  [[nodiscard]] auto gradients() const { return gradients_.leftCols(size_); }
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
  [[nodiscard]] auto origin() { return origins_.col(size_ - 1); }
  /// That of the latest combination.
  [[nodiscard]] const Vector<double>& combined_origin() const noexcept { return combined_origin_; }

  /// The minorant of a value and gradient at y whose error in the region |v_j| <= h_j is \p error (see Oracle).
  void add(double value, double error, const Vector<double>& g, const Vector<double>& y, double m, const Vector<double>& h) {
    if (size_ == capacity()) make_room();
    gradients_.col(size_) = g - m * y;
    double size = std::abs(value), product = 0;
    for (Index j = 0; j < y.size(); ++j) {
      const double largest = std::abs(g(j)) + m * std::abs(y(j));
      size += largest * std::abs(y(j)) + (largest == 0 ? 0 : largest * h(j));
      product += (g(j) - 0.5 * m * y(j)) * y(j);
    }
    sizes_(size_) = size;
    offsets_(size_) = value - product;
    errors_(size_) = error + rounding(y.size()) * size;
    idle_(size_++) = 0;
  }

  /// The largest minorant at y, without m |y|^2 / 2.
  [[nodiscard]] double model(const Vector<double>& y) const {
    double highest = -infinity;
    for (Index i = 0; i < size_; ++i) highest = std::max(highest, gradients_.col(i).dot(y) + offsets_(i));
    return highest;
  }

  /// The combination with weights lambda >= 0 (of any sum): its gradient in \p g, and an offset with all errors subtracted.
  /// Counts who has no part in it as idle.
  [[nodiscard]] double combine(const Vector<double>& lambda, Vector<double>& g) {
    double total = 0, offset = 0, error = 0, size = 0;
    g.setZero();
    combined_origin_.setZero();
    for (Index i = 0; i < size_; ++i) total += lambda(i);
    for (Index i = 0; i < size_; ++i) {
      const double share = lambda(i) / total;
      idle_(i) = share > 1e-6 ? 0 : idle_(i) + 1;
      g += share * gradients_.col(i);
      offset += share * offsets_(i);
      if (share > 0) error += share * errors_(i);
      if (share > 0) combined_origin_ += share * origins_.col(i);
      size += share * (sizes_(i) + std::abs(offsets_(i)));
    }
    combined_ = g;
    combined_offset_ = offset;
    combined_error_ = error + rounding(size_ + g.size()) * size;
    combined_size_ = size;
    return combined_offset_ - combined_error_;
  }

 private:
  [[nodiscard]] static double rounding(Index terms) {
    return 4 * static_cast<double>(terms + 8) * std::numeric_limits<double>::epsilon();
  }

  /// Keeps three quarters at most, and the latest combination.
  void make_room() {
    const Index keep = std::max<Index>(1, 3 * capacity() / 4);
    while (size_ >= keep) {
      Index oldest = 0;
      idle_.head(size_).maxCoeff(&oldest);
      --size_;
      gradients_.col(oldest) = gradients_.col(size_);
      origins_.col(oldest) = origins_.col(size_);
      offsets_(oldest) = offsets_(size_);
      errors_(oldest) = errors_(size_);
      sizes_(oldest) = sizes_(size_);
      idle_(oldest) = idle_(size_);
    }
    gradients_.col(size_) = combined_;
    origins_.col(size_) = combined_origin_;
    offsets_(size_) = combined_offset_;
    errors_(size_) = combined_error_;
    sizes_(size_) = combined_size_;
    idle_(size_++) = 0;
  }

  Matrix<double> gradients_;
  Vector<double> offsets_, errors_;  ///< o_i and e_i
  Vector<double> sizes_;             ///< the sum of the magnitudes that rounding grows with
  Vector<Index> idle_;               ///< for how many combinations a cut has had no part
  Matrix<double> origins_;
  Vector<double> combined_, combined_origin_;
  double combined_offset_ = 0, combined_error_ = infinity, combined_size_ = 0;
  Index size_ = 0;
};

}  // namespace icnn::inline ICNN_ISA
