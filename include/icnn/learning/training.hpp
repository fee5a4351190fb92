// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <ostream>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "icnn/core/error.hpp"
#include "icnn/core/observer.hpp"
#include "icnn/core/random.hpp"

namespace icnn::inline ICNN_ISA {

/// How training ended. In every case the network has finite parameters.
enum class TrainingStatus {
  not_run,
  finished,          ///< all epochs were done
  stopped,           ///< the observer said so
  deadline_reached,  ///< seconds >= time_limit
  diverged,          ///< loss, gradient or parameters became NaN, infinite or huge: those of the last good epoch are back
  no_progress,       ///< all epochs were done, and the loss is what it was: see train()
};

/// When train() says what.
struct TrainingTuning {
  double diverged = 1e8;      ///< times max(1, |loss|) at the start: a loss that nobody wants
  double no_progress = 1e-3;  ///< the least share of the first epoch's loss that has to go
};

[[nodiscard]] constexpr std::string_view to_string(TrainingStatus status) noexcept {
  switch (status) {
    case TrainingStatus::not_run: return "not run";
    case TrainingStatus::finished: return "finished";
    case TrainingStatus::stopped: return "stopped";
    case TrainingStatus::deadline_reached: return "deadline reached";
    case TrainingStatus::diverged: return "diverged";
    case TrainingStatus::no_progress:
      return "no progress (scale inputs and targets, standardized() helps, or raise the rate)";
  }
  return "unknown";
}

/// What an observer of training sees, after every minibatch.
struct TrainingProgress {
  Index epoch;  ///< 1..epochs
  Index epochs;
  Index samples;  ///< seen in this epoch
  Index total;    ///< in an epoch
  double loss;    ///< mean over what this epoch has seen
  double seconds;
  [[nodiscard]] bool epoch_ended() const noexcept { return samples == total; }
};

/// How long to train, and in which portions.
struct TrainingSettings {
  Index epochs = 100;            ///< >= 1
  Index batch = 32;              ///< >= 1: samples in a minibatch
  double final_rate = 1;         ///< in (0, 1]: the rate falls to this fraction, along a cosine
  std::uint64_t seed = 0;        ///< of the order of samples
  double time_limit = infinity;  ///< seconds; kept to within a minibatch
  Index threads = 1;             ///< >= 1: that fit() shares a minibatch among, in programs compiled with OpenMP
  Observer<TrainingProgress> observer = {};

  /// Throws Error where a number is out of its range.
  void validate() const {
    if (epochs < 1) fail({"TrainingSettings", "epochs >= 1", detail::text(epochs)});
    if (batch < 1) fail({"TrainingSettings", "batch >= 1", detail::text(batch)});
    if (!(final_rate > 0 && final_rate <= 1)) fail({"TrainingSettings", "0 < final_rate <= 1", detail::text(final_rate)});
    if (threads < 1) fail({"TrainingSettings", "threads >= 1", detail::text(threads)});
    if (!(time_limit >= 0)) fail({"TrainingSettings", "time_limit >= 0", detail::text(time_limit)});
  }
};

/// What came of it.
struct [[nodiscard]] TrainingResult {
  double loss = infinity;  ///< mean over the latest epoch that was finished
  Index epochs = 0;
  Index steps = 0;
  double seconds = 0;
  TrainingStatus status = TrainingStatus::not_run;

  friend std::ostream& operator<<(std::ostream& out, const TrainingResult& r) {
    return out << to_string(r.status) << ": loss " << r.loss << " after " << r.epochs << " epochs, " << r.steps << " steps, "
               << r.seconds << " s";
  }
};

/// The loop of all training: epochs of shuffled minibatches. Model is anything with
///   double step(std::span<const Index> batch, double factor)   takes a step with the rate scaled by factor, and returns the
///                                                               mean loss over the batch before it; NaN where it failed
///   void keep(), void restore()                                 remember the parameters, and go back to them
///
/// A loss 1e8 times as large as the first (or 1) is one that diverges. Losses > 0 that no more than a thousandth of is gone
/// after all epochs, two at least, end in TrainingStatus::no_progress: steps that are too small for targets of 1e6, say; or
/// a network that was as good as it gets.
template <class Model>
TrainingResult train(Index samples, const TrainingSettings& settings, Model& model) {
  settings.validate();
  if (samples < 1) fail({"train", "at least one sample", "none"});
  const Stopwatch clock;
  TrainingResult result;
  Random random(settings.seed);
  std::vector<Index> order(static_cast<std::size_t>(samples));
  std::iota(order.begin(), order.end(), Index{0});
  model.keep();
  static constexpr TrainingTuning tuning{};
  double first_loss = infinity, loss_of_first_epoch = infinity;
  const auto end = [&](TrainingStatus status) {
    result.status = status;
    result.seconds = clock.seconds();
    return result;
  };
  for (Index epoch = 1; epoch <= settings.epochs; ++epoch) {
    for (Index i = samples - 1; i > 0; --i) {
      std::swap(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(random.index(i + 1))]);
    }
    double sum = 0;
    for (Index first = 0; first < samples; first += settings.batch) {
      if (clock.seconds() >= settings.time_limit) return end(TrainingStatus::deadline_reached);
      const Index count = std::min(settings.batch, samples - first);
      const double done = (static_cast<double>(epoch - 1) + static_cast<double>(first) / static_cast<double>(samples)) /
                          static_cast<double>(settings.epochs);
      const double factor = settings.final_rate + (1 - settings.final_rate) * 0.5 * (1 + std::cos(3.141592653589793 * done));
      const double loss = model.step({order.data() + first, static_cast<std::size_t>(count)}, factor);
      if (result.steps == 0) first_loss = std::max(1.0, std::abs(loss));
      if (!std::isfinite(loss) || loss > tuning.diverged * first_loss) {
        model.restore();
        return end(TrainingStatus::diverged);
      }
      ++result.steps;
      sum += loss * static_cast<double>(count);
      const Index seen = first + count;
      if (seen == samples) {
        result.epochs = epoch;
        result.loss = sum / static_cast<double>(samples);
        if (epoch == 1) loss_of_first_epoch = result.loss;
        model.keep();
      }
      if (settings.observer &&
          !settings.observer({epoch, settings.epochs, seen, samples, sum / static_cast<double>(seen), clock.seconds()})) {
        return end(TrainingStatus::stopped);
      }
    }
  }
  const bool moved = settings.epochs == 1 || result.loss <= (1 - tuning.no_progress) * loss_of_first_epoch;
  return end(moved || !(loss_of_first_epoch > 0) ? TrainingStatus::finished : TrainingStatus::no_progress);
}

}  // namespace icnn::inline ICNN_ISA
