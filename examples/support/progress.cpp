// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace icnn::example {

ProgressBar::ProgressBar(std::string what) : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fprintf(stderr, "\r\033[K");
}

void ProgressBar::show(double fraction, const std::string& note) {
  if (!terminal_ || clock_.seconds() < next_) return;
  next_ = clock_.seconds() + 0.2;
  drawn_ = true;
  constexpr int width = 30;
  const int full = static_cast<int>(width * std::clamp(fraction, 0.0, 1.0));
  std::fprintf(stderr, "\r\033[K%s [%s%s] %3.0f %%  %s", what_.c_str(),
               std::string(static_cast<std::size_t>(full), '#').c_str(),
               std::string(static_cast<std::size_t>(width - full), '.').c_str(), 100 * fraction, note.c_str());
}

Observer<TrainingProgress> ProgressBar::observer() {
  return [this](const TrainingProgress& p) {
    const double within = static_cast<double>(p.samples) / static_cast<double>(p.total);
    show((static_cast<double>(p.epoch - 1) + within) / static_cast<double>(p.epochs), "loss " + std::to_string(p.loss));
    return true;
  };
}

}  // namespace icnn::example
