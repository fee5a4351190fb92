// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <icnn/icnn.hpp>

#include "benchmarks/support/measure.hpp"

/// The networks that are measured, with random parameters. Each is made once and shared by all contestants.
namespace icnn::benchmarks {

template <class Net>
Net randomized(Net network) {
  Random random(1);
  network.edit([&](auto& edit) {
    for (const Block& block : network.layout().blocks()) {
      auto map = edit[block];
      random.fill_uniform(map, block.sign == Sign::non_negative ? 0.0 : -1.0, 1);
      map /= static_cast<typename Net::Scalar>(std::sqrt(static_cast<double>(block.cols)));
    }
  });
  return network;
}

/// Samples, one per column.
template <class S>
[[nodiscard]] Matrix<S> samples(Index rows, Index columns) {
  Matrix<S> points(rows, columns);
  Random random(2);
  random.fill_uniform(points, -1, 1);
  return points;
}

/// Each network is a type with the function get().
struct Tiny {
  static constexpr const char* name = "tiny 6-16-16-1 softplus";
  using Activation = Softplus;
  using Network = Ficnn<double, Softplus>;
  static const Network& get() {
    static const Network f = randomized(Network({.inputs = 6, .hidden = {16, 16}}));
    return f;
  }
};

struct TinyStatic {
  using Network = FicnnOf<double, Inputs<6>, Dense<16, Softplus>, Dense<16, Softplus>, Dense<1>>;
  static const Network& get() {
    static const Network f = randomized(Network());
    return f;
  }
};

struct TinyAny {
  using Network = AnyFicnn<double>;
  static const Network& get() {
    static const Network f =
        randomized(Network({.inputs = 6, .hidden = {16, 16}}, Activations<AnyActivation, AnyFirstActivation, AnyActivation>{
                                                                  {Softplus{}}, Softplus{}, Identity{}}));
    return f;
  }
};

/// The dual potential of optimal transport between pictures of 28 x 28.
struct Transport {
  static constexpr const char* name = "transport 784-512-512-512-1 relu";
  using Activation = Relu;
  using Network = Ficnn<float, Relu>;
  static const Network& get() {
    static const Network f = randomized(Network({.inputs = 784, .hidden = {512, 512, 512}}));
    return f;
  }
};

/// The critic of a reinforcement learner: 17 numbers of state, 6 of action.
template <class S, class A>
struct Critic {
  static constexpr const char* name =
      std::is_same_v<A, Relu> ? "critic 17+6-200-200-1 relu" : "critic 17+6-200-200-1 softplus";
  using Activation = A;
  using Network = Picnn<S, A>;
  static const Network& get() {
    static const Network f =
        randomized(Network({.context = 17, .inputs = 6, .hidden = {200, 200}, .context_hidden = {200, 200}}));
    return f;
  }
};

/// Tags of texts: BibTeX with its 1836 words and 159 tags.
struct MultiLabel {
  static constexpr const char* name = "multi-label 1836+159-600-1 relu";
  using Activation = Relu;
  using Network = Picnn<float, Relu>;
  static const Network& get() {
    static const Network f = randomized(Network({.context = 1836, .inputs = 159, .hidden = {600}, .context_hidden = {600}}));
    return f;
  }
};

/// A PICNN at one context: the FICNN that argmin evaluates.
template <class Case>
struct AtContext {
  static constexpr const char* name = Case::name;
  using Activation = typename Case::Activation;
  using Network = typename Case::Network::AtContext;
  static const Network& get() {
    static const Network f = [] {
      using S = typename Network::Scalar;
      return Case::get().at(Vector<S>(samples<S>(Case::get().context_size(), 1).col(0)));
    }();
    return f;
  }
};

/// The entries of all matrices, biases left out; \p adjoints: of those alone behind which an adjoint has to be multiplied,
/// that of y where it is wanted.
[[nodiscard]] inline double matrix_entries(const Layout& layout, bool adjoints, bool y_wanted) {
  double entries = 0;
  for (const Block& block : layout.blocks()) {
    if (!block.name.starts_with("W")) continue;
    const bool z_path = block.name.starts_with("Wz["), y_path = block.name.starts_with("Wy[");
    const bool needed = z_path || (y_path && y_wanted) || (!z_path && !y_path && block.layer > 0);
    // Wyu and Wzu of the first layer, Wu and W~ too, end at x, whose derivative nobody asks for. The gates on y hang on W^y.
    const bool gate_of_y = y_path && layout.contains(block_name("Wyu", block.layer));
    if (!adjoints || needed || gate_of_y) entries += static_cast<double>(block.size());
  }
  return entries;
}

enum class Pass { value, value_and_gradient, all_gradients, parameter_gradients };

template <class Net>
[[nodiscard]] Work work_of(const Net& f, Pass pass, Index columns) {
  const Layout& layout = f.layout();
  const bool y_wanted = pass != Pass::parameter_gradients;
  const double forward = matrix_entries(layout, false, true);
  const double adjoints = pass == Pass::value ? 0 : matrix_entries(layout, true, y_wanted);
  const double outer = pass == Pass::value || pass == Pass::value_and_gradient ? 0 : forward;
  const double size = sizeof(typename Net::Scalar);
  return {.flops = 2 * static_cast<double>(columns) * (forward + adjoints + outer),
          .bytes = size * (forward + adjoints),
          .set = size * forward};
}

}  // namespace icnn::benchmarks
