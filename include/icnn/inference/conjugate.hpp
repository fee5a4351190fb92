// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>
#include <vector>

#include "icnn/inference/argmin.hpp"
#include "icnn/sets/whole_space.hpp"

namespace icnn::inline ICNN_ISA {

/// The convex conjugate f*(q) = max <q, y> - f(y) over a set, with its certificate, whatever the status:
/// lower_bound <= f*(q) <= upper_bound.
struct [[nodiscard]] ConjugateResult {
  Vector<double> gradient{};       ///< of f* at q: the maximiser y (an element of the subdifferential where f* has a kink)
  double value = -infinity;        ///< <q, y> - f(y), as computed
  double lower_bound = -infinity;  ///< value less its rounding error
  double upper_bound = infinity;   ///< that of the certificate
  Index evaluations = 0;
  Status status = Status::not_run;

  /// How far value can be from f*(q).
  [[nodiscard]] double gap() const noexcept {
    const double open = upper_bound - lower_bound;
    return std::isnan(open) ? infinity : std::max(0.0, open);
  }
};

/// The same for the columns of a matrix.
struct [[nodiscard]] ConjugateBatch {
  Matrix<double> gradients;                           ///< n x B
  Vector<double> values, lower_bounds, upper_bounds;  ///< B each
  std::vector<Status> statuses;

  [[nodiscard]] bool all_optimal() const noexcept {
    return std::all_of(statuses.begin(), statuses.end(), [](Status s) { return s == Status::optimal; });
  }
};

/// f* as a function object, for many q: solves argmin of f - <q, .> each time, and allocates nothing after the first q. f
/// and the set are referred to. One per thread.
template <ConvexFunctionOfY F, class Set = WholeSpace>
class Conjugate {
 public:
  using Scalar = typename F::Scalar;

  Conjugate(const F& f, const Set& set, Settings settings = {})
      : set_(set),
        settings_(std::move(settings)),
        tilted_(detail::tilted(f)),
        own_(tilted_.terms().linear),
        q_(own_),
        ws_(tilted_) {}
  Conjugate(const F&, const Set&&, Settings = {}) = delete;  // would be referred to after its end
  Conjugate(const F&&, const Set&, Settings = {}) = delete;

  /// Writes f*(q); \p q has as many entries as f has inputs. Throws Error as argmin does, before anything is written.
  void operator()(const Vector<Scalar>& q, ConjugateResult& result) {
    require_shape("conjugate", "q", q.rows(), q.cols(), own_.size(), Index{1});
    if (!q.allFinite()) fail({"conjugate", "a finite q", "NaN or infinity"});
    q_ = own_ + q;
    tilted_.set_linear(q_);
    argmin(tilted_, set_, settings_, ws_, solved_);
    result.gradient = solved_.y;
    result.value = -solved_.value;
    result.lower_bound = -(solved_.value + solved_.value_error);
    result.upper_bound = -solved_.lower_bound;
    result.evaluations = solved_.evaluations;
    result.status = solved_.status;
  }
  ConjugateResult operator()(const Vector<Scalar>& q) {
    ConjugateResult result;
    (*this)(q, result);
    return result;
  }

 private:
  const Set& set_;
  Settings settings_;
  decltype(detail::tilted(std::declval<const F&>())) tilted_;
  Vector<Scalar> own_, q_;  ///< f's own linear term, and the sum of both
  ArgminWorkspace<decltype(detail::tilted(std::declval<const F&>()))> ws_;
  Result solved_{};
};

/// f*(q) and its gradient for one q. Over the whole space a certificate needs a strongly convex f.
template <ConvexFunctionOfY F, class Q, class Set>
requires(Q::ColsAtCompileTime == 1) ConjugateResult
    conjugate(const F& f, const Eigen::MatrixBase<Q>& q, const Set& set, const Settings& settings = {}) {
  return Conjugate<F, Set>(f, set, settings)(q);
}

/// The same for q as {q_0, q_1, ...}.
template <ConvexFunctionOfY F, class Set>
ConjugateResult conjugate(const F& f, std::initializer_list<typename F::Scalar> q, const Set& set,
                          const Settings& settings = {}) {
  return Conjugate<F, Set>(f, set,
                           settings)(Eigen::Map<const Vector<typename F::Scalar>>(q.begin(), static_cast<Index>(q.size())));
}

/// The same for every column of a matrix; a column's result does not depend on the others.
template <ConvexFunctionOfY F, class Q, class Set>
requires(Q::ColsAtCompileTime != 1) ConjugateBatch
    conjugate(const F& f, const Eigen::MatrixBase<Q>& q, const Set& set, const Settings& settings = {}) {
  const Index columns = q.cols();
  ConjugateBatch batch{Matrix<double>(f.inputs(), columns), Vector<double>(columns), Vector<double>(columns),
                       Vector<double>(columns), std::vector<Status>(static_cast<std::size_t>(columns))};
  Conjugate<F, Set> star(f, set, settings);
  ConjugateResult one;
  for (Index c = 0; c < columns; ++c) {
    star(q.col(c), one);
    batch.gradients.col(c) = one.gradient;
    batch.values(c) = one.value;
    batch.lower_bounds(c) = one.lower_bound;
    batch.upper_bounds(c) = one.upper_bound;
    batch.statuses[static_cast<std::size_t>(c)] = one.status;
  }
  return batch;
}

/// Both over the whole space.
template <ConvexFunctionOfY F, class Q>
auto conjugate(const F& f, const Eigen::MatrixBase<Q>& q) {
  return conjugate(f, q, WholeSpace(f.inputs()));
}

}  // namespace icnn::inline ICNN_ISA
