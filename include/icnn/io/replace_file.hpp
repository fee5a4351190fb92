// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <system_error>

#include "icnn/core/error.hpp"

namespace icnn::inline ICNN_ISA {
namespace detail {

/// write(stream) into a file beside the one that is meant, which then takes its place: that one is whole, the old or the
/// new.
template <class Write>
void replace_file(const std::string& path, Write write) {
  namespace fs = std::filesystem;
  const std::string partial = text(path, '.', std::random_device{}(), ".partial");
  const auto refuse = [&](const std::string& got) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    fail({path, "a file that can be written", got});
  };
  errno = 0;
  std::ofstream out(partial, std::ios::binary);
  if (!out) refuse(std::strerror(errno));
  write(out);
  out.close();  // what is still in a buffer may not fit either
  if (!out) refuse(errno != 0 ? std::strerror(errno) : "an error in writing");
  std::error_code problem;
  fs::rename(partial, path, problem);
  if (problem) refuse(problem.message());
}

}  // namespace detail
}  // namespace icnn::inline ICNN_ISA
