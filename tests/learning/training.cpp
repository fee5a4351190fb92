// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/learning/training.hpp>
#include <set>
#include <sstream>

#include "tests/support/errors.hpp"

using namespace icnn;

namespace {

struct Recorder {
  std::multiset<Index> seen = {};
  std::vector<std::size_t> sizes = {};
  std::vector<double> factors = {};
  int kept = 0, restored = 0;
  int fail_at = -1;
  double failure = std::nan(""), loss = 1;
  double step(std::span<const Index> batch, double factor) {
    seen.insert(batch.begin(), batch.end());
    sizes.push_back(batch.size());
    factors.push_back(factor);
    if (static_cast<int>(sizes.size()) == fail_at) return failure;
    return loss;
  }
  void keep() { ++kept; }
  void restore() { ++restored; }
};

}  // namespace

TEST_CASE("an epoch sees every sample once, in minibatches, in an order of its seed", "[learning]") {
  Recorder model, again, other;
  const TrainingResult r = train(10, {.epochs = 2, .batch = 4, .final_rate = 0.5, .seed = 3}, model);
  CHECK(r.status == TrainingStatus::no_progress);
  CHECK((r.epochs == 2 && r.steps == 6 && r.loss == 1));
  CHECK(model.sizes == std::vector<std::size_t>{4, 4, 2, 4, 4, 2});
  for (Index i = 0; i < 10; ++i) CHECK(model.seen.count(i) == 2);
  CHECK(model.factors.front() == 1);
  CHECK(model.factors.back() > 0.5);
  CHECK(model.factors.back() < 0.6);
  CHECK((model.kept == 3 && model.restored == 0));
  std::ostringstream text;
  text << r;
  CHECK(text.str().find("loss 1 after 2 epochs, 6 steps") != std::string::npos);
  CHECK(text.str().find("no progress (scale inputs and targets") == 0);
}

TEST_CASE("training stops by observer, by deadline, and where it diverges", "[learning]") {
  Recorder model;
  int calls = 0;
  const TrainingResult stopped = train(10,
                                       {.epochs = 5,
                                        .batch = 5,
                                        .observer =
                                            [&](const TrainingProgress& p) {
                                              ++calls;
                                              return !(p.epoch == 2 && p.epoch_ended());
                                            }},
                                       model);
  CHECK(stopped.status == TrainingStatus::stopped);
  CHECK((calls == 4 && stopped.epochs == 2));
  CHECK(train(10, {.time_limit = 0}, model).status == TrainingStatus::deadline_reached);
  Recorder failing{.fail_at = 4};
  const TrainingResult diverged = train(10, {.epochs = 5, .batch = 5}, failing);
  CHECK(diverged.status == TrainingStatus::diverged);
  CHECK((diverged.epochs == 1 && failing.restored == 1 && diverged.loss == 1));
}

TEST_CASE("training refuses settings out of range and empty data", "[learning]") {
  Recorder model;
  CHECK_ERROR(train(0, {}, model), "at least one sample");
  CHECK_ERROR(train(1, {.epochs = 0}, model), "epochs >= 1");
  CHECK_ERROR(train(1, {.batch = 0}, model), "batch >= 1");
  CHECK_ERROR(train(1, {.final_rate = 0}, model), "0 < final_rate <= 1");
  CHECK_ERROR(train(1, {.threads = 0}, model), "threads >= 1");
  CHECK_ERROR(train(1, {.time_limit = -1}, model), "time_limit >= 0");
  CHECK_ERROR(train(1, {.rate_steps = 0}, model), "rate_steps >= 1");
  CHECK_ERROR(train(1, {.warm_up = -1}, model), "a finite warm_up >= 0");
  CHECK_ERROR(train(1, {.clip_norm = 0}, model), "clip_norm > 0");
  CHECK_ERROR(train(1, {.average = 1}, model), "0 <= average < 1");
  CHECK_ERROR(train(1, {.validation = -0.1}, model), "0 <= validation < 1");
  CHECK_ERROR(train(1, {.patience = 1}, model), "for patience: validation > 0");
  CHECK_ERROR(train(9, {.validation = 0.5}, model), "a model with validate()");
}

TEST_CASE("a loss that nobody wants is one that diverges, and one that stays is no progress", "[learning]") {
  for (const double huge : {1.1e8, 1e236}) {
    Recorder failing{.fail_at = 4, .failure = huge};
    const TrainingResult r = train(10, {.epochs = 5, .batch = 5}, failing);
    CHECK(r.status == TrainingStatus::diverged);
    CHECK((r.loss == 1 && failing.restored == 1));
  }
  Recorder large{.fail_at = 4, .failure = 9e7};
  CHECK(train(10, {.epochs = 5, .batch = 5}, large).status == TrainingStatus::no_progress);
  Recorder scaled{.fail_at = 4, .failure = 1e12, .loss = 1e6};  // 1e6 times the first
  CHECK(train(10, {.epochs = 5, .batch = 5}, scaled).status == TrainingStatus::no_progress);
  Recorder one;
  CHECK(train(10, {.epochs = 1}, one).status == TrainingStatus::finished);
  for (const double least : {0.0, -3.0}) {  // nothing left to learn, or no scale to say so
    Recorder done{.loss = least};
    CHECK(train(10, {.epochs = 3}, done).status == TrainingStatus::finished);
  }
}

TEST_CASE("schedules: constant, a cosine, steps, and a warm-up on top", "[learning]") {
  const TrainingSettings cosine{.epochs = 10, .final_rate = 0.01};
  CHECK(cosine.rate_factor(0) == 1);
  CHECK(std::abs(cosine.rate_factor(5) - 0.505) < 1e-12);
  CHECK(std::abs(cosine.rate_factor(10) - 0.01) < 1e-12);
  const TrainingSettings constant{.epochs = 10, .final_rate = 0.01, .schedule = Schedule::constant};
  CHECK(constant.rate_factor(9) == 1);
  const TrainingSettings step{.epochs = 8, .final_rate = 1e-3, .schedule = Schedule::step, .rate_steps = 3};
  for (const auto& [epoch, rate] : {std::pair(0.0, 1.0), {1.9, 1.0}, {2.0, 0.1}, {5.0, 0.01}, {7.9, 1e-3}}) {
    CHECK(std::abs(step.rate_factor(epoch) - rate) < 1e-12 * rate);
  }
  const TrainingSettings warm{.epochs = 10, .warm_up = 2};
  CHECK(std::abs(warm.rate_factor(0.5) - 0.25) < 1e-12);
  CHECK(warm.rate_factor(2) == 1);
  Recorder model;
  static_cast<void>(train(8, {.epochs = 1, .batch = 4, .warm_up = 1}, model));
  CHECK((model.factors == std::vector<double>{0.25, 0.75}));
}

namespace {

/// Improves until an epoch, and is worse from there on.
struct Overfitting : Recorder {
  int best_at = 3, epochs = 0, best_kept = 0;
  std::multiset<Index> validated = {};
  double validate(std::span<const Index> samples) {
    validated.insert(samples.begin(), samples.end());
    return std::abs(++epochs - best_at);
  }
  void keep_best() { ++best_kept; }
  [[nodiscard]] double gap() const { return 0.5; }
};

}  // namespace

TEST_CASE("what is held out is never learned from, and training stops where it is no better", "[learning]") {
  Overfitting model;
  double last_validation = 0, gap = 0, left = -1;
  const TrainingResult r = train(20,
                                 {.epochs = 50,
                                  .batch = 4,
                                  .validation = 0.25,
                                  .patience = 2,
                                  .seed = 1,
                                  .observer =
                                      [&](const TrainingProgress& p) {
                                        CHECK(std::isnan(p.validation) != p.epoch_ended());
                                        CHECK(p.total == 15);
                                        if (p.epoch_ended()) last_validation = p.validation;
                                        gap = p.gap;
                                        left = p.seconds_left;
                                        return true;
                                      }},
                                 model);
  CHECK(r.status == TrainingStatus::stopped_early);
  CHECK((r.epochs == 5 && r.best_epoch == 3 && r.validation == 0 && model.best_kept == 3));
  CHECK((last_validation == 2 && gap == 0.5 && left >= 0));
  CHECK(model.validated.size() == 25);
  for (Index i = 0; i < 20; ++i) CHECK((model.seen.count(i) > 0) != (model.validated.count(i) > 0));
  Overfitting few;
  CHECK_ERROR(train(1, {.validation = 0.5}, few), "samples to learn from, beside those held out");
}

TEST_CASE("a training that was interrupted goes on in the same order", "[learning]") {
  Recorder whole;
  static_cast<void>(train(10, {.epochs = 3, .batch = 3, .seed = 5}, whole));
  for (const int stop : {1, 4, 5, 8, 12}) {
    Recorder parts;
    TrainingState state;
    int steps = 0;
    const auto limited = [&](int limit) {
      return TrainingSettings{.epochs = 3,
                              .batch = 3,
                              .seed = 5,
                              .observer = [&steps, limit](const TrainingProgress&) { return ++steps != limit; },
                              .state = &state};
    };
    CHECK(train(10, limited(stop), parts).status == TrainingStatus::stopped);
    const TrainingResult rest = train(10, limited(-1), parts);
    CHECK((rest.epochs == 3 && rest.steps == 12 - stop && rest.loss == 1));
    CHECK(parts.factors == whole.factors);
    CHECK(parts.sizes == whole.sizes);
    CHECK(parts.seen == whole.seen);
    CHECK_ERROR(train(11, limited(-1), parts), "a state of a training on 11 samples");
  }
}
