// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>
#include <string>
#include <vector>

/// The same networks in libtorch, behind an interface of plain numbers: its headers are C++17, take long to compile, and
/// stay in one file. This header is C++17 as well.
namespace icnn::benchmarks {

/// One matrix of a network, stored column by column, by its name in our layout.
struct TorchBlock {
  std::string name;
  long rows, cols;
  const void* data;
};

struct TorchDescription {
  std::vector<TorchBlock> blocks;
  int layers;
  bool of_double;
  bool softplus;  ///< else ReLU; the context path is ReLU
};

/// A FICNN or PICNN by libtorch's own operations, its derivatives by its automatic differentiation. One thread.
class TorchNetwork {
 public:
  explicit TorchNetwork(const TorchDescription& description);
  ~TorchNetwork();

  /// Samples, one per column; x may be null for a FICNN.
  void set_points(const void* x, long context, const void* y, long inputs, long columns);

  void value();               ///< without derivatives
  void value_and_gradient();  ///< in y
  void all_gradients();       ///< of the sum of the values, in y and all parameters
  void hessian();             ///< of one sample, with its gradient
  void training_step();       ///< Adam on the mean of the values, with W^z projected

  /// What the latest call has left, in our order.
  [[nodiscard]] std::vector<double> values() const;
  [[nodiscard]] std::vector<double> y_gradient() const;
  [[nodiscard]] std::vector<double> parameter_gradient() const;
  [[nodiscard]] std::vector<double> second_derivatives() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace icnn::benchmarks
