// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "benchmarks/support/libtorch.hpp"

#include <torch/torch.h>

#include <map>

namespace icnn::benchmarks {

namespace {

using torch::Tensor;

std::vector<double> numbers(const Tensor& tensor) {
  const Tensor copy = tensor.detach().to(torch::kDouble).contiguous().view(-1);
  return {copy.data_ptr<double>(), copy.data_ptr<double>() + copy.numel()};
}

}  // namespace

struct TorchNetwork::State {
  int layers;
  bool softplus;
  torch::ScalarType scalar;
  std::vector<Tensor> parameters;  // in our order; W is rows x cols, b is a vector
  std::vector<Tensor> signed_weights;
  std::map<std::string, Tensor> by_name;
  Tensor x, y, y_wanted;  // a sample is a row; y_wanted asks for its derivative
  Tensor value, y_gradient, second;
  std::vector<Tensor> gradient;
  std::unique_ptr<torch::optim::Adam> adam;

  explicit State(const TorchDescription& d)
      : layers(d.layers), softplus(d.softplus), scalar(d.of_double ? torch::kDouble : torch::kFloat) {
    for (const TorchBlock& block : d.blocks) {
      Tensor tensor = rows_of(block.data, block.rows, block.cols).t().contiguous().clone();
      if (block.name[0] == 'b') tensor = tensor.view({-1});
      tensor.requires_grad_();
      parameters.push_back(tensor);
      by_name[block.name] = tensor;
      if (block.name.rfind("Wz[", 0) == 0) signed_weights.push_back(tensor);
    }
  }

  /// Columns of ours are rows here.
  Tensor rows_of(const void* data, long rows, long columns) const {
    return torch::from_blob(const_cast<void*>(data), {columns, rows}, scalar).clone();
  }

  const Tensor* find(const char* symbol, int layer) const {
    const auto found = by_name.find(symbol + std::string("[") + std::to_string(layer) + "]");
    return found == by_name.end() ? nullptr : &found->second;
  }
  const Tensor& at(const char* symbol, int layer) const { return *find(symbol, layer); }

  /// No derivatives in the parameters from now on.
  void hold_parameters() {
    if (!parameters.front().requires_grad()) return;
    for (Tensor& parameter : parameters) parameter.requires_grad_(false);
  }

  Tensor activate(const Tensor& t) const { return softplus ? torch::softplus(t) : torch::relu(t); }

  /// All products are accumulated by addmm, as a careful user writes it.
  Tensor forward(const Tensor& points) const {
    Tensor z, u = x;
    for (int i = 0; i < layers; ++i) {
      const bool last = i + 1 == layers;
      Tensor t;
      if (const Tensor* wu = find("Wu", i)) {
        const Tensor gated = points * torch::linear(u, at("Wyu", i), at("by", i));
        t = torch::addmm(torch::linear(u, *wu, at("b", i)), gated, at("Wy", i).t());
        if (i > 0) {
          const Tensor gate = torch::relu(torch::linear(u, at("Wzu", i), at("bz", i)));
          t = torch::addmm(t, z * gate, at("Wz", i).t());
        }
        if (!last) u = torch::relu(torch::linear(u, at("Wt", i), at("bt", i)));
      } else {
        t = torch::linear(points, at("Wy", i), at("b", i));
        if (i > 0) t = torch::addmm(t, z, at("Wz", i).t());
      }
      z = last ? t : activate(t);
    }
    return z;
  }
};

TorchNetwork::TorchNetwork(const TorchDescription& description) {
  torch::set_num_threads(1);
  state_ = std::make_unique<State>(description);
}

TorchNetwork::~TorchNetwork() = default;

void TorchNetwork::set_points(const void* x, long context, const void* y, long inputs, long columns) {
  if (x != nullptr) state_->x = state_->rows_of(x, context, columns);
  state_->y = state_->rows_of(y, inputs, columns);
  state_->y_wanted = state_->y.clone().requires_grad_();
}

void TorchNetwork::value() {
  const torch::NoGradGuard guard;
  state_->value = state_->forward(state_->y);
}

void TorchNetwork::value_and_gradient() {
  State& s = *state_;
  s.hold_parameters();
  s.value = s.forward(s.y_wanted);
  s.y_gradient = torch::autograd::grad({s.value.sum()}, {s.y_wanted})[0];
}

void TorchNetwork::all_gradients() {
  State& s = *state_;
  std::vector<Tensor> wanted = s.parameters;
  wanted.push_back(s.y_wanted);
  s.value = s.forward(s.y_wanted);
  s.gradient = torch::autograd::grad({s.value.sum()}, wanted);
  s.y_gradient = s.gradient.back();
  s.gradient.pop_back();
}

void TorchNetwork::hessian() {
  State& s = *state_;
  s.hold_parameters();
  s.value = s.forward(s.y_wanted);
  s.y_gradient = torch::autograd::grad({s.value.sum()}, {s.y_wanted}, {}, true, true)[0];
  std::vector<Tensor> rows;
  for (long j = 0; j < s.y.size(1); ++j) {
    rows.push_back(torch::autograd::grad({s.y_gradient[0][j]}, {s.y_wanted}, {}, true)[0]);
  }
  s.second = torch::cat(rows);
}

void TorchNetwork::training_step() {
  State& s = *state_;
  // a rate so small that the network stays what it is, however many steps are timed
  if (!s.adam) s.adam = std::make_unique<torch::optim::Adam>(s.parameters, torch::optim::AdamOptions(1e-8));
  s.adam->zero_grad();
  s.forward(s.y).mean().backward();
  s.adam->step();
  const torch::NoGradGuard guard;
  for (Tensor& weight : s.signed_weights) weight.clamp_min_(0);
}

std::vector<double> TorchNetwork::values() const { return numbers(state_->value); }
std::vector<double> TorchNetwork::y_gradient() const { return numbers(state_->y_gradient); }
std::vector<double> TorchNetwork::second_derivatives() const { return numbers(state_->second); }

std::vector<double> TorchNetwork::parameter_gradient() const {
  std::vector<double> all;
  for (std::size_t i = 0; i < state_->parameters.size(); ++i) {
    const Tensor& parameter = state_->parameters[i];
    const Tensor gradient = state_->gradient.empty() ? parameter.grad() : state_->gradient[i];
    const std::vector<double> block = numbers(gradient.dim() == 2 ? gradient.t() : gradient);
    all.insert(all.end(), block.begin(), block.end());
  }
  return all;
}

}  // namespace icnn::benchmarks
