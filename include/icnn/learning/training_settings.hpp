// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <ostream>
#include <string_view>
#include <vector>

#include "icnn/core/error.hpp"
#include "icnn/core/observer.hpp"
#include "icnn/core/random.hpp"
#include "icnn/core/types.hpp"

/// What all training is told and answers: settings, what an observer sees, the state to go on from, the result.
namespace icnn::inline ICNN_ISA {

/// How training ended. In every case the network has finite parameters.
enum class TrainingStatus {
  not_run,
  finished,          ///< all epochs were done, or there was nothing left to gain
  stopped,           ///< the observer said so
  stopped_early,     ///< `patience` epochs in a row were no better on what is held out
  deadline_reached,  ///< seconds >= time_limit
  diverged,          ///< loss, gradient or parameters became NaN, infinite or huge: those of the last good epoch are back
  no_progress,       ///< all epochs were done, and the loss is what it was: see train()
};

[[nodiscard]] constexpr std::string_view to_string(TrainingStatus status) noexcept {
  switch (status) {
    case TrainingStatus::not_run: return "not run";
    case TrainingStatus::finished: return "finished";
    case TrainingStatus::stopped: return "stopped";
    case TrainingStatus::stopped_early: return "stopped early (no better on what is held out)";
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
  double validation = std::numeric_limits<double>::quiet_NaN();  ///< the loss on what is held out, where the epoch ended
  double gap = 0;  ///< mean gap of the inner problems this epoch has seen, where there are any
  double samples_per_second = 0;
  double seconds_left = 0;  ///< until the last epoch would end
  [[nodiscard]] bool epoch_ended() const noexcept { return samples == total; }
};

/// How the rate falls from 1 to final_rate times what the optimizer says.
enum class Schedule { constant, cosine, step };

struct TrainingState;

/// How long to train, and in which portions.
struct TrainingSettings {
  Index epochs = 100;     ///< >= 1
  Index batch = 32;       ///< >= 1: samples in a minibatch
  double final_rate = 1;  ///< in (0, 1]: the rate falls to this fraction, as the schedule says
  Schedule schedule = Schedule::cosine;
  Index rate_steps = 3;          ///< >= 1: drops of Schedule::step, by equal factors and after equal times
  double warm_up = 0;            ///< >= 0: epochs in which the rate rises from 0, on top of the schedule
  double clip_norm = infinity;   ///< > 0: longer gradients are shortened to this
  double average = 0;            ///< in [0, 1): memory of a moving average of the parameters, which is the result
  double validation = 0;         ///< in [0, 1): share of the samples that are held out; the best epoch is the result
  Index patience = 0;            ///< >= 0: epochs without a better one before training stops early; 0: never
  std::uint64_t seed = 0;        ///< of the order of samples
  double time_limit = infinity;  ///< seconds; kept to within a minibatch
  Index threads = 1;             ///< >= 1: that share a minibatch, in programs compiled with OpenMP
  Observer<TrainingProgress> observer = {};
  TrainingState* state = nullptr;  ///< where training begins, and where it has ended: see TrainingState

  /// Throws Error where a number is out of its range.
  void validate() const {
    const auto require = [](bool good, const char* expected, auto got) {
      if (!good) fail({"TrainingSettings", expected, detail::text(got)});
    };
    require(epochs >= 1, "epochs >= 1", epochs);
    require(batch >= 1, "batch >= 1", batch);
    require(final_rate > 0 && final_rate <= 1, "0 < final_rate <= 1", final_rate);
    require(rate_steps >= 1, "rate_steps >= 1", rate_steps);
    require(warm_up >= 0 && std::isfinite(warm_up), "a finite warm_up >= 0", warm_up);
    require(clip_norm > 0, "clip_norm > 0", clip_norm);
    require(average >= 0 && average < 1, "0 <= average < 1", average);
    require(validation >= 0 && validation < 1, "0 <= validation < 1", validation);
    require(patience >= 0, "patience >= 0", patience);
    require(patience == 0 || validation > 0, "samples that are held out, for patience: validation > 0", validation);
    require(threads >= 1, "threads >= 1", threads);
    require(time_limit >= 0, "time_limit >= 0", time_limit);
  }

  /// What multiplies the optimizer's rate after so many epochs, begun ones as fractions.
  [[nodiscard]] double rate_factor(double epochs_done) const {
    const double done = epochs_done / static_cast<double>(epochs);
    const double warm = epochs_done < warm_up ? epochs_done / warm_up : 1;
    switch (schedule) {
      case Schedule::constant: break;
      case Schedule::cosine: return warm * (final_rate + (1 - final_rate) * 0.5 * (1 + std::cos(3.141592653589793 * done)));
      case Schedule::step: {
        const auto steps = static_cast<double>(rate_steps);
        return warm * std::pow(final_rate, std::floor(done * (steps + 1)) / steps);
      }
    }
    return warm;
  }
};

/// Where a training is: enough, together with the optimizer, to go on as if it had not been interrupted, to the same bits
/// (for the same data, settings and number of threads). Hand one in as TrainingSettings::state: a new one is filled where
/// training ends, for whatever reason; a filled one is where it begins, whatever parameters the network has then. A regular
/// value: a copy of it and of the optimizer, made by an observer where an epoch ended, is a checkpoint.
struct TrainingState {
  Index epoch = 0;  ///< that is under way, or was the last to end; 0: nothing has begun
  Index seen = 0;   ///< samples, of this epoch
  Index steps = 0;
  Random random{};
  std::vector<Index> order = {}, held_out = {};  ///< samples to learn from, in the order of this epoch; and the others
  double sum = 0, gap = 0;                       ///< of the losses seen in this epoch, and of their gaps
  double first_loss = infinity, loss_of_first_epoch = infinity, loss = infinity;
  double validation = infinity;  ///< the best
  Index best_epoch = 0;
  double seconds = 0;
  Vector<double> parameters = {}, average = {}, best = {};  ///< of the network: where it goes on, their average, the best

  friend bool operator==(const TrainingState&, const TrainingState&) = default;
};

/// What came of it.
struct [[nodiscard]] TrainingResult {
  double loss = infinity;  ///< mean over the latest epoch that was finished
  Index epochs = 0;
  Index steps = 0;
  double seconds = 0;
  TrainingStatus status = TrainingStatus::not_run;
  double validation = infinity;  ///< the least loss on what was held out, if anything
  Index best_epoch = 0;          ///< that had it

  friend std::ostream& operator<<(std::ostream& out, const TrainingResult& r) {
    out << to_string(r.status) << ": loss " << r.loss << " after " << r.epochs << " epochs, " << r.steps << " steps, "
        << r.seconds << " s";
    if (r.best_epoch > 0) out << "; " << r.validation << " on what is held out, in epoch " << r.best_epoch;
    return out;
  }
};

}  // namespace icnn::inline ICNN_ISA
