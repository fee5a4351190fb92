// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>
#include <string>
#include <utility>

#include "icnn/activations/identity.hpp"
#include "icnn/activations/properties.hpp"
#include "icnn/kernels/elementwise.hpp"

namespace icnn::inline ICNN_ISA {

/// An activation whose type nobody above sees, so that the layers of run-time sizes, and all that is built on them, are
/// compiled once per scalar and not once per activation; it costs one virtual call per layer and pass. Which activation may
/// stand where is checked when one is put in: behind W^z, in the first layer, or in a context path, where everything may. A
/// regular value: copies share the activation, which never changes.
template <class S>
class ErasedActivation {
 public:
  // Checked by what made it.
  static constexpr bool convex = true;
  static constexpr bool non_decreasing = true;

  ErasedActivation() : ErasedActivation(std::make_shared<const Holder<Identity>>(Identity{})) {}

  template <Activation A>
  [[nodiscard]] static ErasedActivation behind_weights(const A& activation) {
    static_assert(Proposition1<A>::holds);
    return ErasedActivation(std::make_shared<const Holder<A>>(activation));
  }
  template <Activation A>
  [[nodiscard]] static ErasedActivation in_first_layer(const A& activation) {
    static_assert(Proposition1FirstLayer<A>::holds);
    return ErasedActivation(std::make_shared<const Holder<A>>(activation));
  }
  template <Activation A>
  [[nodiscard]] static ErasedActivation of_context(const A& activation) {
    return ErasedActivation(std::make_shared<const Holder<A>>(activation));
  }

  [[nodiscard]] Jet<double> jet(double t) const { return held_->jet(t); }
  [[nodiscard]] Regularity regularity() const { return held_->regularity(); }
  [[nodiscard]] bool never_decreases() const { return held_->never_decreases(); }
  [[nodiscard]] double accuracy() const { return held_->accuracy(); }
  [[nodiscard]] SlopeRange slope_range() const { return held_->slope_range(); }
  [[nodiscard]] LinearPieces pieces() const { return held_->pieces(); }
  [[nodiscard]] bool knows_conjugate() const { return held_->knows_conjugate(); }
  [[nodiscard]] double conjugate(double t) const { return held_->conjugate(t); }
  [[nodiscard]] std::string label() const { return held_->label(); }
  void apply_to(kernels::Order order, Index size, S* z, S* first, S* second) const {
    held_->apply(order, size, z, first, second);
  }

  friend bool operator==(const ErasedActivation& a, const ErasedActivation& b) {
    return a.held_ == b.held_ || a.held_->equals(*b.held_);
  }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual void apply(kernels::Order order, Index size, S* z, S* first, S* second) const = 0;
    [[nodiscard]] virtual Jet<double> jet(double t) const = 0;
    [[nodiscard]] virtual Regularity regularity() const = 0;
    [[nodiscard]] virtual bool never_decreases() const = 0;
    [[nodiscard]] virtual double accuracy() const = 0;
    [[nodiscard]] virtual SlopeRange slope_range() const = 0;
    [[nodiscard]] virtual LinearPieces pieces() const = 0;
    [[nodiscard]] virtual bool knows_conjugate() const = 0;
    [[nodiscard]] virtual double conjugate(double t) const = 0;
    [[nodiscard]] virtual std::string label() const = 0;
    [[nodiscard]] virtual const void* type() const = 0;
    [[nodiscard]] virtual bool equals(const Interface& other) const = 0;
  };

  template <class A>
  struct Holder final : Interface {
    explicit Holder(const A& a) : activation(a) {}
    void apply(kernels::Order order, Index size, S* z, S* first, S* second) const override {
      kernels::apply(activation, order, size, z, first, second);
    }
    [[nodiscard]] Jet<double> jet(double t) const override { return activation.jet(t); }
    [[nodiscard]] Regularity regularity() const override { return regularity_of(activation); }
    [[nodiscard]] bool never_decreases() const override { return icnn::never_decreases(activation); }
    [[nodiscard]] double accuracy() const override { return accuracy_of(activation); }
    [[nodiscard]] SlopeRange slope_range() const override { return slope_range_of(activation); }
    [[nodiscard]] LinearPieces pieces() const override { return pieces_of(activation); }
    [[nodiscard]] bool knows_conjugate() const override { return icnn::knows_conjugate(activation); }
    [[nodiscard]] double conjugate(double t) const override { return conjugate_of(activation, t); }
    [[nodiscard]] std::string label() const override { return name_of(activation); }
    /// An address that no other type has: run-time type information may be switched off.
    [[nodiscard]] const void* type() const override {
      static constexpr char tag = 0;
      return &tag;
    }
    [[nodiscard]] bool equals(const Interface& other) const override {
      return other.type() == type() && static_cast<const Holder&>(other).activation == activation;
    }

    A activation;
  };

  explicit ErasedActivation(std::shared_ptr<const Interface> held) : held_(std::move(held)) {}

  std::shared_ptr<const Interface> held_;
};

}  // namespace icnn::inline ICNN_ISA
