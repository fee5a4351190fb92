// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include "icnn/io/load.hpp"
#include "icnn/io/save.hpp"
#include "icnn/learning/training_settings.hpp"

/// Trainings in files: where one is, and what its optimizer remembers.
namespace icnn::inline ICNN_ISA {

namespace detail {

struct VisitAnything {
  template <class Value>
  void operator()(const std::string&, Value&) const {}
};
template <class Optimizer>
void require_stored_optimizer() {
  static_assert(
      requires(Optimizer & optimizer) {
        Optimizer::visit_state(optimizer, VisitAnything{});
        std::string(Optimizer::name);
      },
      "an optimizer that is stored has a name and visit_state(optimizer, visit), as Adam has them");
}

/// The numbers of a state in the order of the file.
template <class State, class Visit>
void visit_training(State& s, Visit visit) {
  visit("training.epoch", s.epoch);
  visit("training.seen", s.seen);
  visit("training.steps", s.steps);
  visit("training.best_epoch", s.best_epoch);
  visit("training.sum", s.sum);
  visit("training.gap", s.gap);
  visit("training.first_loss", s.first_loss);
  visit("training.loss_of_first_epoch", s.loss_of_first_epoch);
  visit("training.loss", s.loss);
  visit("training.validation", s.validation);
  visit("training.seconds", s.seconds);
  visit("training.order", s.order);
  visit("training.held_out", s.held_out);
  visit("training.parameters", s.parameters);
  visit("training.average", s.average);
  visit("training.best", s.best);
}

static_assert(sizeof(Index) == sizeof(std::int64_t), "whole numbers are stored with 64 bits");

struct TrainingWriter {
  SafetensorsWriter& writer;

  void operator()(const std::string& name, const Index& value) const { writer.add_number(name, NumberType::i64, value); }
  void operator()(const std::string& name, const std::vector<Index>& list) const {
    writer.add_vector(name, NumberType::i64, list.data(), static_cast<Index>(list.size()));
  }
  template <class S>
  requires(std::is_floating_point_v<S>) void operator()(const std::string& name, const S& value) const {
    writer.add_number(name, number_type<S>, value);
  }
  template <class S>
  void operator()(const std::string& name, const Vector<S>& vector) const {
    writer.add_vector(name, number_type<S>, vector.data(), vector.size());
  }
};

class TrainingReader {
 public:
  explicit TrainingReader(TensorFile& file) : file_(&file) {}

  void operator()(const std::string& name, Index& value) const {
    std::int64_t read = 0;
    file_->read_whole(entry(name, true), std::span<std::int64_t>(&read, 1));
    value = static_cast<Index>(read);
    if (value < 0) fail({file_->name(), name + " >= 0", text(value)});
  }
  void operator()(const std::string& name, std::vector<Index>& list) const {
    const TensorEntry& tensor = entry(name, false);
    std::vector<std::int64_t> read(static_cast<std::size_t>(tensor.count()));
    file_->read_whole(tensor, std::span<std::int64_t>(read));
    list.assign(read.begin(), read.end());
  }
  template <class S>
  requires(std::is_floating_point_v<S>) void operator()(const std::string& name, S& value) const {
    file_->read(entry(name, true), 0, std::span<S>(&value, 1));
    if (std::isnan(value)) fail({file_->name(), name + ", a number", "NaN"});
  }
  template <class S>
  void operator()(const std::string& name, Vector<S>& vector) const {
    const TensorEntry& tensor = entry(name, false);
    vector.resize(static_cast<Index>(tensor.count()));
    file_->read(tensor, 0, std::span<S>(vector.data(), static_cast<std::size_t>(vector.size())));
    if (!vector.allFinite()) fail({file_->name(), "finite numbers in " + name, "NaN or infinity"});
  }

 private:
  [[nodiscard]] const TensorEntry& entry(const std::string& name, bool one) const {
    const TensorEntry& tensor = require_tensor(file_->name(), *file_, name);
    if (tensor.rank != 1 || (one && tensor.count() != 1)) {
      fail({file_->name(), one ? name + " of shape [1]" : name + " of one dimension", tensor.shape_text()});
    }
    return tensor;
  }
  TensorFile* file_;
};

/// What train() takes for granted.
inline void check_training(const std::string& where, const TrainingState& s) {
  const std::size_t samples = s.order.size() + s.held_out.size();
  std::vector<bool> there(samples, false);
  for (const auto* list : {&s.order, &s.held_out}) {
    for (const Index i : *list) {
      if (i < 0 || static_cast<std::size_t>(i) >= samples || there[static_cast<std::size_t>(i)]) {
        fail({where, text("every sample of ", samples, " once, in the order and held out"), text(i)});
      }
      there[static_cast<std::size_t>(i)] = true;
    }
  }
  if (static_cast<std::size_t>(s.seen) > s.order.size())
    fail({where, text("at most ", s.order.size(), " samples seen"), text(s.seen)});
  if (s.epoch > 0 && s.order.empty()) fail({where, "samples to learn from", "none"});
  if (s.best_epoch > s.epoch) fail({where, "a best epoch that has been", text(s.best_epoch)});
  for (const Vector<double>* v : {&s.average, &s.best}) {
    if (v->size() != 0)
      require_shape(where, "an average, or parameters of the best epoch,", v->size(), 1, s.parameters.size(), 1);
  }
}

}  // namespace detail

/// Writes where a training is, and what its optimizer remembers, as safetensors: from both the training goes on to the same
/// bits, on another day or machine. The optimizer's settings are not stored. The file is replaced when all is written.
///
///     fit(f, x, t, {.observer = [&](const TrainingProgress& p) {
///       if (p.epoch_ended()) save_training(state, adam, "training.safetensors");
///       return true;
///     }, .state = &state}, SquaredLoss{}, adam);
///
/// Throws Error where the file cannot be written.
template <class Optimizer>
void save_training(const TrainingState& state, const Optimizer& optimizer, const std::string& path) {
  detail::require_stored_optimizer<Optimizer>();
  NetworkText text;
  text.put("format", "1");
  text.put("kind", "training");
  text.put("optimizer", Optimizer::name);
  detail::SafetensorsWriter writer(text);
  const auto& random = state.random.state();
  writer.add_vector("training.random", NumberType::u64, random.data(), 4);
  detail::visit_training(state, detail::TrainingWriter{writer});
  Optimizer::visit_state(optimizer, [&](const std::string& name, const auto& value) {
    detail::TrainingWriter{writer}("optimizer." + name, value);
  });
  detail::replace_file(path, [&](std::ostream& out) { writer.write(out); });
}

/// Reads what save_training() has written, into a state for TrainingSettings::state and an optimizer of the same type, whose
/// settings it keeps. Throws Error, and changes neither, for a damaged file, one of another optimizer or scalar, and a state
/// that no training is in. Whether it fits the network and the data, fit() finds out.
template <class Optimizer>
void load_training(TrainingState& state, Optimizer& optimizer, const std::string& path) {
  detail::require_stored_optimizer<Optimizer>();
  TensorFile file = open_safetensors(path);
  NetworkText text = detail::network_text(file);
  if (text.take("kind") != "training") fail({text.where, "a training that save_training() wrote", "another file"});
  if (const auto name = text.take("optimizer"); name != Optimizer::name) {
    fail({text.where, std::string("a training by ") + Optimizer::name, name ? *name : "none"});
  }
  TrainingState read;
  const detail::TrainingReader reader(file);
  detail::visit_training(read, reader);
  std::array<std::uint64_t, 4> random{};
  const TensorEntry& words = detail::require_tensor(text.where, file, "training.random");
  if (words.count() != random.size()) fail({text.where, "training.random of shape [4]", words.shape_text()});
  file.read_whole(words, std::span<std::uint64_t>(random));
  read.random = Random::from_state(random);
  detail::check_training(text.where, read);
  Optimizer next = optimizer;
  Optimizer::visit_state(next, [&]<class V>(const std::string& name, V& value) {
    reader("optimizer." + name, value);
    if constexpr (!std::is_arithmetic_v<V>) {
      if (value.size() != 0) require_shape(text.where, "optimizer." + name, value.size(), 1, read.parameters.size(), 1);
    }
  });
  state = std::move(read);
  optimizer = std::move(next);
}

}  // namespace icnn::inline ICNN_ISA
