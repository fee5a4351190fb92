// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <concepts>
#include <span>

#include "icnn/core/error.hpp"
#include "icnn/learning/take_step.hpp"
#include "icnn/learning/training.hpp"
#include "icnn/sets/concepts.hpp"

namespace icnn::inline ICNN_ISA::detail {

/// Columns of a matrix, gathered into the front of another.
template <class T>
void gather(const Matrix<T>& from, std::span<const Index> columns, Matrix<T>& to) {
  for (std::size_t b = 0; b < columns.size(); ++b) to.col(static_cast<Index>(b)) = from.col(columns[b]);
}

template <class S>
void require_data(const char* where, const char* what, const Matrix<S>& data, Index rows, Index samples) {
  if (data.rows() != rows || data.cols() != samples) {
    const bool lies = data.cols() == rows;
    fail({where, text(what, " of shape ", rows, " x B, a column for every one of the same B samples"),
          shape_text(data.rows(), data.cols()), lies ? "samples are columns: transpose it" : ""});
  }
  if (!data.allFinite()) fail({where, text("finite ", what), "NaN or infinity"});
}

/// Where inner problems begin in the first epoch.
template <class Set>
[[nodiscard]] Vector<double> center_of(const Set& set) {
  Vector<double> y = Vector<double>::Zero(set.dimension()), scratch(set.dimension());
  if constexpr (ProjectableSet<Set>) center(set, y, scratch);
  return y;
}

/// An optimizer that evaluates the loss itself, of all samples, as Lbfgs does.
template <class Optimizer, class Network>
concept FullBatchOptimizer = requires(Optimizer& optimizer, Network& network, double& loss,
                                      Vector<typename Network::Scalar>& gradient, double (*evaluate)(decltype(gradient))) {
  { optimizer.minimize(network, loss, gradient, evaluate) } -> std::same_as<bool>;
};

/// What minibatches found, added up over an epoch: Batch has loss, gap, and add(batch, share).
template <class Batch>
class EpochTally {
 public:
  void add(const Batch& batch, std::size_t samples) {
    sum_.add(batch, static_cast<double>(samples));
    seen_ += static_cast<double>(samples);
    gap_ = batch.gap;
  }
  void end_epoch() {
    if (seen_ == 0) return;
    last_ = sum_;
    last_.loss /= seen_;
    last_.gap /= seen_;
    sum_ = {};
    seen_ = 0;
  }
  [[nodiscard]] double gap() const noexcept { return gap_; }          ///< of the latest minibatch
  [[nodiscard]] const Batch& last() const noexcept { return last_; }  ///< the latest epoch that ended

 private:
  Batch sum_{}, last_{};
  double seen_ = 0, gap_ = 0;
};

/// What the models of train() have in common: a network, its optimizer, and what training remembers of its parameters.
template <class Network, class Optimizer>
class Learner {
  using S = typename Network::Scalar;

 public:
  Learner(Network& network, Optimizer& optimizer, const TrainingSettings& settings)
      : network_(network),
        optimizer_(optimizer),
        clip_norm_(settings.clip_norm),
        memory_(settings.average),
        gradient_(network.parameter_count()) {
    if (memory_ > 0) average_ = network.parameters().vector();
  }

  void keep() {
    kept_ = network_.parameters().vector();
    kept_average_ = average_;
  }
  void restore() {
    set(kept_);
    average_ = kept_average_;
  }
  void keep_best() { best_ = memory_ > 0 ? average_ : network_.parameters().vector(); }

  void load(const TrainingState& state) {
    const auto take = [&](const char* what, const Vector<double>& from, Vector<S>& to, bool wanted) {
      if (!wanted) return;
      require_shape("TrainingState", what, from.rows(), from.cols(), network_.parameter_count(), Index{1},
                    "go on with a network of the same architecture, and the same settings");
      to = from.template cast<S>();
    };
    Vector<S> parameters, average, best;
    take("parameters", state.parameters, parameters, true);
    take("an average", state.average, average, memory_ > 0);
    take("parameters of the best epoch", state.best, best, state.best_epoch > 0);
    set(parameters);
    average_ = average;
    best_ = best;
    steps_ = state.steps;
  }
  void store(TrainingState& state) const {
    state.parameters = network_.parameters().vector().template cast<double>();
    state.average = average_.template cast<double>();
    state.best = best_.template cast<double>();
  }
  /// The best epoch's parameters, or the average, become those of the network.
  void conclude() {
    if (best_.size() > 0) {
      set(best_);
    } else if (memory_ > 0) {
      set(average_);
    }
  }

 protected:
  /// Takes a step from gradient_; false where it failed.
  [[nodiscard]] bool step_by(double factor) {
    if (clip_norm_ < infinity) {
      const double norm = static_cast<double>(gradient_.stableNorm());
      if (norm > clip_norm_) gradient_ *= static_cast<S>(clip_norm_ / norm);
    }
    if (!take_step(network_, optimizer_, gradient_, factor, before_)) return false;
    take_average();
    return true;
  }

  /// After every step, of whatever optimizer.
  void take_average() {
    if (!(memory_ > 0)) return;
    ++steps_;  // at first a plain mean, which forgets where training began
    const auto t = static_cast<double>(steps_);
    const S memory = static_cast<S>(std::min(memory_, (t - 1) / t));
    average_ = memory * average_ + (S(1) - memory) * network_.parameters().vector();
  }

  /// What evaluate() answers with the averaged parameters in the network, if there are any.
  template <class Evaluate>
  double with_average(Evaluate evaluate) {
    if (!(memory_ > 0)) return evaluate();
    const Vector<S> raw = network_.parameters().vector();
    set(average_);
    const double result = evaluate();
    set(raw);
    return result;
  }

  /// The mean over samples of what evaluate(part) answers for each part of at most \p batch of them.
  template <class Evaluate>
  double mean_loss(std::span<const Index> samples, Index batch, Evaluate evaluate) {
    return with_average([&] {
      const auto most = static_cast<std::size_t>(batch);
      double sum = 0;
      for (std::size_t first = 0; first < samples.size(); first += most) {
        const auto part = samples.subspan(first, std::min(samples.size() - first, most));
        sum += evaluate(part) * static_cast<double>(part.size());
      }
      return sum / static_cast<double>(samples.size());
    });
  }

  Network& network_;
  Optimizer& optimizer_;
  double clip_norm_, memory_;
  Vector<S> gradient_;

 private:
  void set(const Vector<S>& parameters) {
    network_.edit([&](auto& edit) { edit.vector() = parameters; });
  }

  Vector<S> before_{}, kept_{}, average_{}, kept_average_{}, best_{};
  Index steps_ = 0;
};

}  // namespace icnn::inline ICNN_ISA::detail
