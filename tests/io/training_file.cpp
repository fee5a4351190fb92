// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/training_file.hpp>
#include <icnn/learning/fit.hpp>
#include <icnn/learning/initialize.hpp>
#include <icnn/learning/lbfgs.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/files.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

template <class S>
struct Regression {
  Matrix<S> y, t;
  Ficnn<S, Softplus> f;

  Regression() : y(2, 40), t(1, 40), f({.inputs = 2, .hidden = {5, 4}}) {
    Random random(1);
    random.fill_normal(y);
    t = y.colwise().squaredNorm();
    initialize(f, random);
  }
};

/// A training that is interrupted after some minibatches, stored, and goes on elsewhere, ends in the bits of one that is
/// not.
template <class S, class Optimizer>
void check_resume(const Optimizer& start, const TrainingSettings& settings) {
  const Folder folder("training");
  const std::string path = folder / "training.safetensors";
  Regression<S> straight;
  Optimizer optimizer = start;
  (void)fit(straight.f, straight.y, straight.t, settings, SquaredLoss{}, optimizer);
  for (const int after : {1, 4, 7}) {
    {
      Regression<S> first;
      TrainingState state;
      Optimizer mine = start;
      TrainingSettings some = settings;
      int left = after;
      some.observer = [&](const TrainingProgress&) { return --left > 0; };
      some.state = &state;
      (void)fit(first.f, first.y, first.t, some, SquaredLoss{}, mine);
      save_training(state, mine, path);
    }
    Regression<S> second;  // another program: nothing but the file is left
    TrainingState state;
    Optimizer mine = start;
    load_training(state, mine, path);
    TrainingSettings rest = settings;
    rest.state = &state;
    (void)fit(second.f, second.y, second.t, rest, SquaredLoss{}, mine);
    CHECK(second.f == straight.f);
  }
}

}  // namespace

TEST_CASE("a training goes on from a file to the same bits", "[io]") {
  const TrainingSettings settings{.epochs = 4, .batch = 16, .average = 0.9, .validation = 0.2, .seed = 3};
  check_resume<double>(Adam<double>({.rate = 1e-2}), settings);
  check_resume<float>(Adam<float>({.rate = 1e-2, .weight_decay = 0.1}), settings);
  check_resume<double>(Sgd<double>({.rate = 1e-3, .momentum = 0.9}), settings);
  check_resume<double>(Lbfgs<double>({.memory = 3}), {.epochs = 9, .batch = 40});
}

TEST_CASE("files of other trainings, and damaged ones, are refused and change nothing", "[io]") {
  const Folder folder("training_errors");
  const std::string path = folder / "training.safetensors", other = folder / "other.safetensors";
  Regression<double> r;
  TrainingState state;
  Adam<double> adam;
  (void)fit(r.f, r.y, r.t, {.epochs = 2, .batch = 16, .state = &state}, SquaredLoss{}, adam);
  save_training(state, adam, path);
  TrainingState read;
  Adam<double> again;
  load_training(read, again, path);
  CHECK(read == state);
  CHECK(again == adam);
  TrainingState empty;
  save_training(empty, Adam<double>(), other);  // one that has not begun
  load_training(read, again, other);
  CHECK(read == empty);

  read = state;
  again = adam;
  Sgd<double> sgd;
  CHECK_ERROR(load_training(read, sgd, path), "a training by Sgd, got Adam");
  Adam<float> narrow;
  CHECK_ERROR(load_training(read, narrow, path), "cast<float>()");
  save(r.f, other);
  CHECK_ERROR(load_training(read, again, other), "a training that save_training() wrote");
  const std::string bytes = read_bytes(path), header = header_of(bytes);
  const auto refused = [&](const std::string& from, const std::string& to, const char* part) {
    INFO(from << " -> " << to);
    write_bytes(other, with_header(bytes, replaced(header, from, to)));
    CHECK_ERROR(load_training(read, again, other), part);
  };
  refused("training.seconds", "training.minutes", "a tensor training.seconds");
  refused("optimizer.mean", "optimizer.meaning", "a tensor optimizer.mean");
  refused("\"I64\",\"shape\":[40]", "\"F64\",\"shape\":[40]", "I64 in training.order");
  const auto with = [&](const std::string& name, auto value) {
    const std::size_t at = 8 + header.size() + open_safetensors(bytes_of(bytes)).find(name)->begin;
    std::string changed = bytes;
    std::memcpy(changed.data() + at, &value, 8);
    write_bytes(other, changed);
  };
  with("training.order", std::int64_t{40});
  CHECK_ERROR(load_training(read, again, other), "every sample of 40 once");
  with("training.order", std::int64_t{-1});
  CHECK_ERROR(load_training(read, again, other), "every sample of 40 once");
  with("training.seen", std::int64_t{41});
  CHECK_ERROR(load_training(read, again, other), "at most 40 samples seen");
  with("training.epoch", std::int64_t{-1});
  CHECK_ERROR(load_training(read, again, other), "training.epoch >= 0");
  with("training.best_epoch", std::int64_t{3});
  CHECK_ERROR(load_training(read, again, other), "a best epoch that has been");
  with("training.loss", std::nan(""));
  CHECK_ERROR(load_training(read, again, other), "training.loss, a number");
  with("optimizer.square", std::nan(""));
  CHECK_ERROR(load_training(read, again, other), "finite numbers in optimizer.square");
  for (std::size_t size = 0; size < bytes.size(); size += 37) {
    write_bytes(other, bytes.substr(0, size));
    CHECK_THROWS_AS(load_training(read, again, other), Error);
  }
  CHECK(read == state);
  CHECK(again == adam);

  Lbfgs<double> lbfgs({.memory = 4}), small({.memory = 2});
  TrainingState full;
  (void)fit(r.f, r.y, r.t, {.epochs = 6, .batch = 40, .state = &full}, SquaredLoss{}, lbfgs);
  save_training(full, lbfgs, path);
  CHECK_ERROR(load_training(full, small, path), "at most 2 steps to remember");
}
