// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <string>

#include <icnn/learning/training.hpp>

namespace icnn::example {

/// A progress bar on the terminal; silent where standard error is not one. observer() is for TrainingSettings.
class ProgressBar {
 public:
  explicit ProgressBar(std::string what);
  ~ProgressBar();

  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Draws it anew, a few times a second at most.
  void show(double fraction, const std::string& note);

  [[nodiscard]] Observer<TrainingProgress> observer();

 private:
  std::string what_;
  bool terminal_;
  bool drawn_ = false;
  Stopwatch clock_;
  double next_ = 0;
};

}  // namespace icnn::example
