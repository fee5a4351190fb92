// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <icnn/io.hpp>
#include <iterator>
#include <span>
#include <sstream>
#include <string>

namespace icnn::test {

[[nodiscard]] inline std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// What save() writes.
template <class F>
[[nodiscard]] std::string saved(const F& f) {
  std::ostringstream out;
  save(f, out);
  return out.str();
}
template <class F>
[[nodiscard]] F loaded(const std::string& bytes, const LoadSettings& settings = {}) {
  return load<F>(bytes_of(bytes), settings);
}

/// A file with such a header, after 8 bytes with its length, and so many bytes of numbers.
[[nodiscard]] inline std::string tensor_bytes(const std::string& header, std::size_t numbers = 0) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(numbers, '\0');
}

/// The header of a file, and what is behind it.
[[nodiscard]] inline std::string header_of(const std::string& bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  return bytes.substr(8, length);
}
/// Another header before the same numbers, which stay aligned.
[[nodiscard]] inline std::string with_header(const std::string& bytes, std::string header) {
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return tensor_bytes(header) + bytes.substr(8 + header_of(bytes).size());
}
[[nodiscard]] inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("not found: " + from);
  return text.replace(at, from.size(), to);
}

/// A folder of its own, which goes with this.
class Folder {
 public:
  explicit Folder(const std::string& name) : path_(std::filesystem::temp_directory_path() / ("icnn_" + name)) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string operator/(const char* name) const { return (path_ / name).string(); }
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator()));
  }

 private:
  std::filesystem::path path_;
};

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}
[[nodiscard]] inline std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace icnn::test
