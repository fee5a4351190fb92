// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "icnn/learning/training_settings.hpp"

namespace icnn::inline ICNN_ISA {

/// When train() says what.
struct TrainingTuning {
  double diverged = 1e8;      ///< times max(1, |loss|) at the start: a loss that nobody wants
  double no_progress = 1e-3;  ///< the least share of the first epoch's loss that has to go
};

namespace detail {

/// The loop of all training, from where a state is.
template <class Model>
class TrainingLoop {
 public:
  TrainingLoop(Index samples, const TrainingSettings& settings, Model& model, TrainingState& state)
      : settings_(settings), model_(model), at_(state), earlier_(state.seconds) {
    if (at_.epoch > 0) {
      if (static_cast<Index>(at_.order.size() + at_.held_out.size()) != samples) {
        fail({"train", text("a state of a training on ", samples, " samples"),
              text("one on ", at_.order.size() + at_.held_out.size()), "a new TrainingState begins at the start"});
      }
      return;
    }
    at_.random = Random(settings.seed);
    at_.order.resize(static_cast<std::size_t>(samples));
    std::iota(at_.order.begin(), at_.order.end(), Index{0});
    if (settings.validation > 0) hold_out();
  }

  TrainingStatus run() {
    while (at_.epoch < settings_.epochs || at_.seen < total()) {
      if (at_.epoch == 0 || at_.seen == total()) begin_epoch();
      while (at_.seen < total()) {
        if (seconds() >= settings_.time_limit) return end(TrainingStatus::deadline_reached);
        if (!step()) return end(TrainingStatus::diverged);
        const bool ended = at_.seen == total();
        const double validation = ended ? end_epoch() : std::numeric_limits<double>::quiet_NaN();
        at_.seconds = earlier_ + seconds();
        if constexpr (requires { model_.store(at_); }) {
          if (ended && settings_.state) model_.store(at_);
        }
        if (settings_.observer && !settings_.observer(progress(validation))) return end(TrainingStatus::stopped);
      }
      if constexpr (requires { model_.is_done(); }) {
        if (model_.is_done()) return end(TrainingStatus::finished);
      }
      if (settings_.patience > 0 && at_.epoch - at_.best_epoch >= settings_.patience) {
        return end(TrainingStatus::stopped_early);
      }
    }
    const bool moved = settings_.epochs == 1 || at_.loss <= (1 - tuning.no_progress) * at_.loss_of_first_epoch;
    return end(moved || !(at_.loss_of_first_epoch > 0) ? TrainingStatus::finished : TrainingStatus::no_progress);
  }

 private:
  static constexpr TrainingTuning tuning{};

  [[nodiscard]] Index total() const { return static_cast<Index>(at_.order.size()); }
  [[nodiscard]] double seconds() const { return clock_.seconds(); }

  void shuffle() {
    for (Index i = total() - 1; i > 0; --i) {
      std::swap(at_.order[static_cast<std::size_t>(i)], at_.order[static_cast<std::size_t>(at_.random.index(i + 1))]);
    }
  }

  void hold_out() {
    const auto samples = static_cast<double>(total());
    const Index count = static_cast<Index>(std::ceil(settings_.validation * samples));
    if (count >= total()) {
      fail({"train", "samples to learn from, beside those held out", text("none of ", total()), "lower validation"});
    }
    shuffle();
    at_.held_out.assign(at_.order.end() - count, at_.order.end());
    at_.order.resize(at_.order.size() - static_cast<std::size_t>(count));
  }

  void begin_epoch() {
    ++at_.epoch;
    at_.seen = 0;
    at_.sum = at_.gap = 0;
    shuffle();
  }

  /// False where it failed, and the model is what it was after the latest epoch.
  bool step() {
    const Index count = std::min(settings_.batch, total() - at_.seen);
    const double done = static_cast<double>(at_.epoch - 1) +
                        (static_cast<double>(at_.seen) + (settings_.warm_up > 0 ? 0.5 * static_cast<double>(count) : 0)) /
                            static_cast<double>(total());
    const double loss = model_.step(part(at_.order, at_.seen, count), settings_.rate_factor(done));
    if (at_.steps == 0) at_.first_loss = std::max(1.0, std::abs(loss));
    if (!std::isfinite(loss) || loss > tuning.diverged * at_.first_loss) {
      model_.restore();
      return false;
    }
    ++at_.steps;
    at_.sum += loss * static_cast<double>(count);
    if constexpr (requires { model_.gap(); }) at_.gap += model_.gap() * static_cast<double>(count);
    at_.seen += count;
    return true;
  }

  /// The loss on what is held out, or NaN.
  double end_epoch() {
    at_.loss = at_.sum / static_cast<double>(total());
    if (at_.epoch == 1) at_.loss_of_first_epoch = at_.loss;
    model_.keep();
    if constexpr (requires { model_.validate(std::span<const Index>()); }) {
      if (at_.held_out.empty()) return std::numeric_limits<double>::quiet_NaN();
      const double validation = model_.validate(at_.held_out);
      if (validation < at_.validation || at_.best_epoch == 0) {
        at_.validation = validation;
        at_.best_epoch = at_.epoch;
        model_.keep_best();
      }
      return validation;
    } else {
      return std::numeric_limits<double>::quiet_NaN();
    }
  }

  [[nodiscard]] static std::span<const Index> part(const std::vector<Index>& all, Index first, Index count) {
    return {all.data() + first, static_cast<std::size_t>(count)};
  }

  [[nodiscard]] TrainingProgress progress(double validation) const {
    const auto all = static_cast<double>(total()), seen = static_cast<double>(at_.seen);
    const double done = static_cast<double>(at_.epoch - 1) * all + seen;
    const double pace = at_.seconds > 0 ? done / at_.seconds : 0;
    return {.epoch = at_.epoch,
            .epochs = settings_.epochs,
            .samples = at_.seen,
            .total = total(),
            .loss = at_.sum / seen,
            .seconds = at_.seconds,
            .validation = validation,
            .gap = at_.gap / seen,
            .samples_per_second = pace,
            .seconds_left = pace > 0 ? (static_cast<double>(settings_.epochs) * all - done) / pace : 0};
  }

  TrainingStatus end(TrainingStatus status) {
    at_.seconds = earlier_ + seconds();
    return status;
  }

  const TrainingSettings& settings_;
  Model& model_;
  TrainingState& at_;
  Stopwatch clock_{};
  double earlier_;  ///< seconds of the training before it was interrupted
};

}  // namespace detail

/// The loop of all training: epochs of shuffled minibatches. Model is anything with
///   double step(std::span<const Index> batch, double factor)   takes a step with the rate scaled by factor, and returns the
///                                                               mean loss over the batch before it; NaN where it failed
///   void keep(), void restore()                                 remember the parameters, and go back to them
/// and, as far as it is asked for more than that,
///   double validate(std::span<const Index> samples), void keep_best()    the mean loss over what is held out
///   bool is_done()                                              whether there is nothing left to gain
///   double gap()                                                the mean gap of the latest batch's inner problems
///   void load(const TrainingState&)                             parameters out of a state that is not new,
///   void store(TrainingState&) const                            and into it
///   void conclude()                                             the end: the average or the best becomes the result
///
/// A loss 1e8 times as large as the first (or 1) is one that diverges. Losses > 0 that no more than a thousandth of is gone
/// after all epochs, two at least, end in TrainingStatus::no_progress: steps that are too small for targets of 1e6, say; or
/// a network that was as good as it gets. TrainingSettings::average, clip_norm and threads are the model's.
template <class Model>
TrainingResult train(Index samples, const TrainingSettings& settings, Model& model) {
  settings.validate();
  if (samples < 1) fail({"train", "at least one sample", "none"});
  if constexpr (!requires { model.validate(std::span<const Index>()); }) {
    if (settings.validation > 0) {
      fail({"train", "a model with validate() and keep_best()", "one without", "validation = 0 asks for none"});
    }
  }
  TrainingState new_one;
  TrainingState& state = settings.state ? *settings.state : new_one;
  const Index steps = state.steps;
  detail::TrainingLoop<Model> loop(samples, settings, model, state);
  if constexpr (requires { model.load(state); }) {
    if (state.epoch > 0) model.load(state);
  }
  model.keep();
  TrainingResult result;
  result.status = loop.run();
  if constexpr (requires { model.store(state); }) model.store(state);
  if constexpr (requires { model.conclude(); }) model.conclude();
  result.loss = state.loss;
  result.epochs = state.seen == static_cast<Index>(state.order.size()) ? state.epoch : std::max<Index>(state.epoch - 1, 0);
  result.steps = state.steps - steps;
  result.seconds = state.seconds;
  result.validation = state.validation;
  result.best_epoch = state.best_epoch;
  return result;
}

}  // namespace icnn::inline ICNN_ISA
