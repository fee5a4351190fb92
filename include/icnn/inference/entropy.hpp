// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <optional>
#include <type_traits>

#include "icnn/functions/regularized.hpp"
#include "icnn/solvers/entropy_term.hpp"

/// The entropy of a function, which solvers treat themselves.
namespace icnn::inline ICNN_ISA {

template <class F>
inline constexpr bool is_regularized = false;
template <class G>
inline constexpr bool is_regularized<Regularized<G>> = true;

namespace detail {

/// Whether an entropy is the outermost regularizer.
template <class F>
[[nodiscard]] bool is_entropic(const F& f) {
  if constexpr (is_regularized<F>) {
    return f.terms().entropy > 0;
  } else {
    return false;
  }
}

/// Whether there is an entropy anywhere in a function.
template <class F>
[[nodiscard]] bool has_entropy(const F& f) {
  if constexpr (requires { f.any_part([](const auto&) { return true; }); }) {
    return f.any_part([](const auto& part) { return has_entropy(part); });
  } else if constexpr (requires { f.function(); }) {
    return is_entropic(f) || has_entropy(f.function());
  } else {
    return false;
  }
}

/// The same, but for one that is the outermost regularizer.
template <class F>
[[nodiscard]] bool has_inner_entropy(const F& f) {
  if constexpr (is_regularized<F>) {
    return has_entropy(f.function());
  } else {
    return has_entropy(f);
  }
}

template <class F>
void refuse_inner_entropy(const char* what, const F& f) {
  if (!has_inner_entropy(f)) return;
  fail({what, "an entropy as the outermost regularizer alone", "one inside another function",
        "its gradient is infinite on the boundary: take the entropy last, regularized(restrict_to(f, ...), {.entropy = "
        "tau})"});
}

/// f as a function with a linear term that can be set, within f's own regularizer where it has one: an entropy has to stay
/// outermost.
template <class F>
[[nodiscard]] auto tilted(const F& f) {
  if constexpr (is_regularized<F>) {
    using Inner = const typename F::Function&;
    return Regularized<Inner>(RefOrValue<Inner>(f.function()), f.terms());
  } else {
    return regularized(f, {});
  }
}

[[noreturn]] inline void refuse_entropy(const char* got) {
  fail({"argmin", "the box of the entropy (or, with EntropyOn::simplex, a Simplex) as the set", got,
        "regularized(f, {.entropy = tau, .lower = l, .upper = u}) belongs to Box(l, u)"});
}

/// The entropy's set has to be the set of the problem: elsewhere its gradient is infinite at the boundary.
template <class Terms, class Set>
[[nodiscard]] EntropyTerm entropy_term(const Terms& terms, const Set& set) {
  if constexpr (std::is_same_v<Set, Box>) {
    if (terms.on != EntropyOn::box) refuse_entropy("a Box beside EntropyOn::simplex");
    if (set.lower() != terms.lower.template cast<double>() || set.upper() != terms.upper.template cast<double>()) {
      refuse_entropy("another box");
    }
    return EntropyTerm(set, static_cast<double>(terms.entropy));
  } else if constexpr (std::is_same_v<Set, Simplex>) {
    if (terms.on != EntropyOn::simplex) refuse_entropy("a Simplex beside EntropyOn::box");
    return EntropyTerm(set, static_cast<double>(terms.entropy));
  } else {
    refuse_entropy("another set");
  }
}

/// The term of a function's outermost entropy, where it has one; who cannot have one compiles nothing of it. Throws Error on
/// another set than the entropy's.
template <class F>
class OutermostEntropy {
 public:
  template <class Set>
  OutermostEntropy(const F& f, const Set& set) {
    if constexpr (is_regularized<F>) {
      if (is_entropic(f)) term_.emplace(entropy_term(f.terms(), set));
    }
  }
  OutermostEntropy(const OutermostEntropy&) = delete;
  OutermostEntropy& operator=(const OutermostEntropy&) = delete;

  [[nodiscard]] const EntropyTerm* term() const noexcept {
    if constexpr (is_regularized<F>) {
      return term_ ? &*term_ : nullptr;
    } else {
      return nullptr;
    }
  }

 private:
  struct None {};
  [[no_unique_address]] std::conditional_t<is_regularized<F>, std::optional<EntropyTerm>, None> term_{};
};

}  // namespace detail
namespace detail {

/// - tau times the entropy of a set, which has to be a box or a simplex where tau > 0.
template <class S, class Set>
[[nodiscard]] Regularization<S> entropy_on(const Set& set, double tau) {
  Regularization<S> terms{.entropy = static_cast<S>(tau)};
  if (!(tau > 0)) return terms;
  if constexpr (std::is_same_v<Set, Simplex>) terms.on = EntropyOn::simplex;
  if constexpr (std::is_same_v<Set, Box>) {
    terms.lower = set.lower().template cast<S>();
    terms.upper = set.upper().template cast<S>();
  }
  return terms;
}

}  // namespace detail

}  // namespace icnn::inline ICNN_ISA
