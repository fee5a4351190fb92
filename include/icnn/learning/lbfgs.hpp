// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "icnn/core/error.hpp"
#include "icnn/core/parameters.hpp"

namespace icnn::inline ICNN_ISA {

/// Settings of Lbfgs.
struct LbfgsSettings {
  Index memory = 10;       ///< >= 1: steps that the curvature is taken from
  Index evaluations = 20;  ///< >= 1: of the loss in one line search, at most
  double decrease = 1e-4;  ///< in (0, 1/2): the share of the decrease along the gradient that a step has to bring (Armijo)
};

/// L-BFGS (Liu and Nocedal, 1989) for losses over all samples: fit() takes it with TrainingSettings::batch at least as large
/// as the data, and an epoch is an iteration. W^z >= 0 by projection in two metrics (Bertsekas, 1982): entries at 0 that the
/// gradient pushes below stay there, the others move along the quasi-Newton direction, and what gets below 0 ends at 0; the
/// line search goes back along that path. A copy continues as the original would. Allocates on the first step.
template <class S>
class Lbfgs {
 public:
  using Settings = LbfgsSettings;

  explicit Lbfgs(const Settings& settings = {}) : settings_(settings) {
    const auto require = [](bool good, const char* expected, auto got) {
      if (!good) fail({"Lbfgs", expected, detail::text(got)});
    };
    require(settings.memory >= 1, "memory >= 1", settings.memory);
    require(settings.evaluations >= 1, "evaluations >= 1", settings.evaluations);
    require(settings.decrease > 0 && settings.decrease < 0.5, "decrease in (0, 1/2)", settings.decrease);
  }

  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  /// Whether the latest step found nothing better along the gradient itself: the loss is as low as its rounding allows.
  [[nodiscard]] bool is_done() const noexcept { return is_done_; }

  /// One iteration from a network's parameters, where the loss is \p loss and its gradient \p gradient; both are replaced by
  /// those where the network is afterwards. evaluate(gradient) returns the loss of the network as it is then, and writes its
  /// gradient. False, and all as it was, where loss or gradient were not finite.
  template <class Network, class Evaluate>
  [[nodiscard]] bool minimize(Network& network, double& loss, Vector<S>& gradient, Evaluate&& evaluate) {
    if (!std::isfinite(loss) || !gradient.allFinite()) return false;
    const Vector<S> start = network.parameters().vector(), start_gradient = gradient;
    find_held(network.layout(), start, gradient);
    find_direction(gradient);
    const S slope = gradient.dot(direction_);
    if (!(slope < S(0))) {  // no descent: forget what was learned of the curvature
      pairs_.clear();
      find_direction(gradient);
    }
    const double start_loss = loss;
    double length = pairs_.empty() ? std::min(1.0, 1 / std::max(1e-300, static_cast<double>(gradient.stableNorm()))) : 1.0;
    is_done_ = false;
    bool found = false;
    for (Index k = 0; k < settings_.evaluations && !found; ++k) {
      network.edit([&](auto& edit) { edit.vector() = start + static_cast<S>(length) * direction_; }, Positivity::project);
      step_ = network.parameters().vector() - start;
      const double expected = static_cast<double>(start_gradient.dot(step_));
      loss = evaluate(gradient);
      const bool finite = std::isfinite(loss) && gradient.allFinite();
      if (finite && loss < start_loss && loss <= start_loss + settings_.decrease * expected) {
        found = true;
      } else {  // where a parabola has its minimum
        const double bend = loss - start_loss - expected;
        const double part = finite && bend > 0 ? -0.5 * expected / bend : 0.1;
        length *= std::clamp(part, 0.1, 0.5);
      }
    }
    if (!found) {
      network.edit([&](auto& edit) { edit.vector() = start; });
      loss = start_loss;
      gradient = start_gradient;
      is_done_ = pairs_.empty();
      pairs_.clear();
      return true;
    }
    remember(gradient - start_gradient);
    return true;
  }

  static constexpr const char* name = "Lbfgs";
  /// Visits all that an iteration depends on beside the settings, for files: vectors as long as the parameters, and numbers.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit visit) {
    auto count = static_cast<Index>(self.pairs_.size());
    visit("pairs", count);
    if constexpr (!std::is_const_v<Self>) {
      if (count < 0 || count > self.settings_.memory) {
        fail({"Lbfgs", detail::text("at most ", self.settings_.memory, " steps to remember"), detail::text(count)});
      }
      self.pairs_.resize(static_cast<std::size_t>(count));
    }
    for (std::size_t k = 0; k < self.pairs_.size(); ++k) {
      const std::string number = detail::text('.', k);
      visit("step" + number, self.pairs_[k].step);
      visit("change" + number, self.pairs_[k].change);
      visit("inverse" + number, self.pairs_[k].inverse);
    }
  }

 private:
  struct Pair {
    Vector<S> step{}, change{};  ///< of the parameters and of the gradient
    S inverse = S(0);            ///< 1 / (step' change)
  };

  /// Entries at 0 that the gradient pushes below.
  void find_held(const Layout& layout, const Vector<S>& p, const Vector<S>& g) {
    held_.clear();
    for (const Block& block : layout.blocks()) {
      if (block.sign == Sign::free) continue;
      for (Index k = 0; k < block.size(); ++k) {
        const Index i = block.offset + k;
        if (p(i) <= S(0) && g(i) > S(0) && block.non_negative(k % block.rows, k / block.rows)) held_.push_back(i);
      }
    }
  }
  void release(Vector<S>& v) const {
    for (const Index i : held_) v(i) = S(0);
  }

  /// - (the inverse Hessian's estimate) g in the entries that are not held, by the two loops of Nocedal.
  void find_direction(const Vector<S>& g) {
    direction_ = -g;
    release(direction_);
    weights_.resize(pairs_.size());
    for (std::size_t k = pairs_.size(); k-- > 0;) {
      weights_[k] = pairs_[k].inverse * pairs_[k].step.dot(direction_);
      direction_ -= weights_[k] * pairs_[k].change;
    }
    if (!pairs_.empty()) {
      const Pair& latest = pairs_.back();
      direction_ *= 1 / (latest.inverse * latest.change.squaredNorm());
    }
    for (std::size_t k = 0; k < pairs_.size(); ++k) {
      const S weight = pairs_[k].inverse * pairs_[k].change.dot(direction_);
      direction_ += (weights_[k] - weight) * pairs_[k].step;
    }
    release(direction_);
  }

  /// The latest step, where the gradient changed along it as a convex function's does.
  void remember(const Vector<S>& change) {
    const S product = step_.dot(change);
    if (!(product > S(1e-10) * step_.norm() * change.norm())) return;
    if (pairs_.size() == static_cast<std::size_t>(settings_.memory)) {
      std::rotate(pairs_.begin(), pairs_.begin() + 1, pairs_.end());
      pairs_.pop_back();
    }
    pairs_.push_back({step_, change, 1 / product});
  }

  Settings settings_;
  std::vector<Pair> pairs_{};
  std::vector<S> weights_{};
  std::vector<Index> held_{};
  Vector<S> direction_{}, step_{};
  bool is_done_ = false;
};

}  // namespace icnn::inline ICNN_ISA
