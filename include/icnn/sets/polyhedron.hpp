// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <utility>

#include "icnn/sets/box.hpp"

namespace icnn::inline ICNN_ISA {

namespace detail {

/// Bounds and limits beyond stand for infinity, as far as methods and lower bounds go.
inline constexpr double max_bound = 1e18;

}  // namespace detail

/// { y in a box : A y <= b, E y = e }, as plain data for methods that treat such constraints themselves. It is not projected
/// onto and may be empty: that only solving it can tell, and the answer then is Status::infeasible.
class Polyhedron {
 public:
  /// A is m x n with b of length m, E is p x n with e of length p; pass 0 x n for none. b may be infinite (no constraint).
  /// Throws Error on wrong sizes, NaN, and infinite A, E, e.
  [[gnu::noinline]] Polyhedron(Box box, Matrix<double> A, Vector<double> b, Matrix<double> E = {}, Vector<double> e = {})
      : box_(std::move(box)), A_(std::move(A)), b_(std::move(b)), E_(std::move(E)), e_(std::move(e)) {
    const Index n = box_.dimension();
    if (A_.size() == 0 && b_.size() == 0) A_.resize(0, n);
    if (E_.size() == 0 && e_.size() == 0) E_.resize(0, n);
    constexpr const char* hint = "one row per entry of b or e, one column per coordinate of the box";
    require_shape("Polyhedron", "A", A_.rows(), A_.cols(), b_.size(), n, hint);
    require_shape("Polyhedron", "E", E_.rows(), E_.cols(), e_.size(), n, hint);
    detail::require_finite("Polyhedron", "A", {A_.data(), A_.size()});
    detail::require_finite("Polyhedron", "E", {E_.data(), E_.size()});
    check(b_, e_);
  }

  /// Other bounds of the box, and other right-hand sides, as many as before; neither allocates. Both throw Error as the
  /// constructor does, and change nothing then.
  void set_bounds(ConstPointRef lower, ConstPointRef upper) { box_.set_bounds(lower, upper); }
  void set_right_hand_sides(ConstPointRef b, ConstPointRef e = Vector<double>()) {
    require_shape("Polyhedron", "b", b.size(), Index{1}, b_.size(), Index{1});
    require_shape("Polyhedron", "e", e.size(), Index{1}, e_.size(), Index{1});
    check(b, e);
    vec::copy(b, b_);
    vec::copy(e, e_);
  }

  [[nodiscard]] Index dimension() const noexcept { return box_.dimension(); }
  [[nodiscard]] const Box& box() const noexcept { return box_; }
  [[nodiscard]] const Matrix<double>& A() const noexcept { return A_; }
  [[nodiscard]] const Vector<double>& b() const noexcept { return b_; }
  [[nodiscard]] const Matrix<double>& E() const noexcept { return E_; }
  [[nodiscard]] const Vector<double>& e() const noexcept { return e_; }

  /// Whether methods may leave out row i of A: it holds everywhere in the box, or its limit is one that stands for infinity.
  /// How large such a limit is makes no difference then.
  [[nodiscard]] bool may_be_left_out(Index i) const {
    double reach = 0, size = 0;
    for (Index j = 0; j < dimension(); ++j) {
      const double a = A_(i, j);
      if (a != 0) reach += a * (a > 0 ? box_.upper()(j) : box_.lower()(j));
      size = std::max(size, std::abs(a));
    }
    return reach <= b_(i) || b_(i) >= detail::max_bound * std::max(size, 1e-280);
  }

  /// The largest amount by which y breaks a constraint; 0 inside.
  [[nodiscard]] double violation(ConstPointRef y) const {
    double worst = 0;
    const auto note = [&](double amount) { worst = amount > worst ? amount : worst; };
    for (Index j = 0; j < dimension(); ++j) {
      note(box_.lower()(j) - y(j));
      note(y(j) - box_.upper()(j));
    }
    for (Index i = 0; i < b_.size(); ++i) note(excess(A_, i, b_(i), y));
    for (Index i = 0; i < e_.size(); ++i) note(std::abs(excess(E_, i, e_(i), y)));
    return worst;
  }

  friend bool operator==(const Polyhedron& p, const Polyhedron& q) {
    const auto same = [](const Matrix<double>& x, const Matrix<double>& y) {
      return x.rows() == y.rows() && vec::equal({x.data(), x.size()}, {y.data(), y.size()});
    };
    return p.box_ == q.box_ && same(p.A_, q.A_) && vec::equal(p.b_, q.b_) && same(p.E_, q.E_) && vec::equal(p.e_, q.e_);
  }

 private:
  static void check(ConstVectorView b, ConstVectorView e) {
    detail::require_finite("Polyhedron", "e", e);
    for (Index i = 0; i < b.size(); ++i) {
      if (!(b(i) > -infinity)) fail({"Polyhedron", "b above -infinity", detail::text(b(i), " in row ", i)});
    }
  }

  /// (row i of m)'y - limit
  [[nodiscard]] static double excess(const Matrix<double>& m, Index i, double limit, ConstPointRef y) {
    double sum = -limit;
    for (Index j = 0; j < y.size(); ++j) sum += m(i, j) * y(j);
    return sum;
  }

  Box box_;
  Matrix<double> A_;
  Vector<double> b_;
  Matrix<double> E_;
  Vector<double> e_;
};

}  // namespace icnn::inline ICNN_ISA
