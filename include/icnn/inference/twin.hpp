// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

#include "icnn/functions/regularized.hpp"

namespace icnn::inline ICNN_ISA {

/// A convex function of y alone, of this library: a FICNN, a PICNN at a context, or what regularized, restrict_to,
/// precompose and sum made of them.
template <class F>
concept ConvexFunctionOfY = requires(const F& f) {
  typename F::Scalar;
  f.shape_key();
  f.regularity();
  requires !F::has_context;
};

template <class F>
inline constexpr bool is_regularized = false;
template <class G>
inline constexpr bool is_regularized<Regularized<G>> = true;

namespace detail {

/// Scratch for one sample, with or without room for Hessians; where sizes are in the type, it is there anyway.
template <class F>
[[nodiscard]] auto sample_workspace(const F& f, bool hessian) {
  if constexpr (F::SingleColumns == Dynamic) {
    return f.workspace({.columns = 1, .hessian = hessian});
  } else {
    return f.workspace();
  }
}

template <class F>
[[nodiscard]] decltype(auto) make_twin(const F& f) {
  if constexpr (!std::is_same_v<typename F::Scalar, double>) {
    return f.template cast<double>();
  } else if constexpr (is_regularized<F>) {
    using Inner = const typename F::Function&;
    return Regularized<Inner>(RefOrValue<Inner>(f.function()), f.terms());
  } else {
    return (f);
  }
}

}  // namespace detail

/// A function as solvers see it: in double precision, and without the entropy where that is the outermost regularizer, for
/// it is the solver's business. A function in float is copied, exactly; one in double is referred to.
template <class F>
class Twin {
  static_assert(std::is_same_v<typename F::Scalar, double> || std::is_same_v<typename F::Scalar, float>,
                "argmin certifies functions in float and in double");
  static constexpr bool same_scalar = std::is_same_v<typename F::Scalar, double>;

 public:
  using Function = std::remove_cvref_t<decltype(detail::make_twin(std::declval<const F&>()))>;

  explicit Twin(const F& f) { refresh(f); }

  /// The twin of \p f, which has the shape that this was made for; allocates nothing after the first call. \p f has to
  /// outlive the use of the answer.
  const Function& refresh(const F& f) {
    if constexpr (same_scalar && !is_regularized<F>) {
      return f;
    } else {
      if (copy_) {
        copy_->assign(f);
      } else {
        copy_.emplace(detail::make_twin(f));
      }
      if constexpr (is_regularized<F>) copy_->drop_entropy();
      return *copy_;
    }
  }

 private:
  std::optional<Function> copy_;
};

}  // namespace icnn::inline ICNN_ISA
