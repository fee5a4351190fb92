// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/functions/convex_function.hpp"
#include "icnn/networks/context_passes.hpp"
#include "icnn/networks/convex_passes.hpp"

namespace icnn::inline ICNN_ISA {

/// The unchecked passes behind ConvexFunction of everything that is a chain of convex layers and an output term: a FICNN, a
/// PICNN, a PICNN at a batch of contexts. They add to their outputs. Derived says whose layers they are, network(), and
/// where the context is bound, bound(ws), if there is one.
template <class Derived, class S, bool has_context>
class NetworkFunction : public ConvexFunction<Derived, S, has_context> {
 public:
  template <class Y, class Ws>
  void forward(Order order, const Y& y, Ws& ws) const {
    ws.set_point(y);
    passes::forward(layers(), output(), weights(), order, ws.scratch(), context(ws));
    ws.store_values();
  }

  template <class Ws>
  void backward(const Wanted<S>& wanted, Ws& ws) const {
    reverse(wanted, ws, [&](const auto& context, Index lowest) {
      passes::backward(layers(), output(), weights(), passes::sink_of(wanted), lowest, ws.gradient(wanted.y), wanted.x,
                       ws.scratch(), context);
    });
  }

  template <class W, class Ws>
  void tangent(const W& w, Ws& ws) const {
    ws.set_direction(w);
    passes::tangent(layers(), output(), weights(), ws.scratch(), context(ws));
    ws.store_slopes();
  }

  template <class Ws>
  void second_backward(const Wanted<S>& wanted, Ws& ws) const {
    reverse(wanted, ws, [&](const auto& context, Index lowest) {
      passes::second_backward(layers(), output(), weights(), passes::sink_of(wanted), lowest, ws.gradient(wanted.y),
                              wanted.x, ws.scratch(), context);
    });
  }

  template <class Ws>
  void add_hessian(Index column, const MatrixView<S>& h, Ws& ws) const {
    ws.add_hessian(column, h, [&](Index at, const auto& out) {
      passes::add_hessian(layers(), weights(), at, out, ws.scratch(), context(ws));
    });
    auto out = h.map();
    output().add_hessian(weights(), out);
  }

  /// The tapes of all layers, from the first to the last: visit(tape).
  template <class Ws, class Visit>
  void each_tape(Ws& ws, Visit&& visit) const {
    layers().for_each([&](auto i, const auto&) { visit(detail::at(ws.scratch().tapes, i)); });
  }

  template <class Y, class D, class Ws>
  void start_line(const Y& y, const D& d, Ws& ws) const {
    ws.set_point(y);
    ws.set_direction(d);
    passes::start_line(layers(), output(), weights(), ws.scratch(), context(ws));
  }

  template <class Ws>
  void step_line(Order order, Ws& ws) const {
    ws.load_steps();
    passes::along(layers(), output(), weights(), order, ws.scratch(), context(ws));
    ws.store_values();
    if (order != Order::value) ws.store_slopes();
  }

 private:
  [[nodiscard]] const Derived& self() const noexcept { return static_cast<const Derived&>(*this); }
  [[nodiscard]] const auto& layers() const noexcept { return self().network().chain(); }
  [[nodiscard]] const auto& output() const noexcept { return self().network().output_term(); }
  [[nodiscard]] const S* weights() const noexcept { return self().network().parameters().data(); }

  /// What the passes see of the context, and with \p adjoints where those of its gates go.
  template <class Ws>
  [[nodiscard]] auto context(Ws& ws, bool adjoints = false) const {
    if constexpr (requires { self().bound(ws); }) {
      return ContextView(self().bound(ws), adjoints ? &ws.adjoints : nullptr, ws.columns);
    } else {
      return NoContext{};
    }
  }

  /// A reverse pass over the layers, and from there over the context where a gradient goes there.
  template <class Ws, class Pass>
  void reverse(const Wanted<S>& wanted, Ws& ws, Pass pass) const {
    passes::set_seeds(wanted, ws);
    ws.load_seeds();
    const Layout& layout = self().network().layout();
    if constexpr (requires { self().bound(ws); }) {
      const bool through = passes::reaches_context(layers(), wanted);
      pass(context(ws, through), lowest_layer(layout, wanted));
      if (through) passes::context_backward(layers(), layout, weights(), wanted, ws, self().bound(ws));
    } else {
      pass(NoContext{}, lowest_layer(layout, wanted));
    }
    ws.add_gradient(wanted.y);
  }
};

}  // namespace icnn::inline ICNN_ISA
