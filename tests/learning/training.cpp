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
