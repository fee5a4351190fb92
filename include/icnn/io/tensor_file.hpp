// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/core/error.hpp"
#include "icnn/core/types.hpp"

/// Named tensors in a file or in memory, as safetensors stores them: little-endian, row by row.
namespace icnn::inline ICNN_ISA {

static_assert(std::endian::native == std::endian::little, "files are little-endian, as this machine has to be");

/// The number types that a file may have. Read are those of floating point from 16 bits on.
enum class NumberType : unsigned char {
  boolean,
  u8,
  i8,
  f8_e4m3,
  f8_e5m2,
  f8_e8m0,
  u16,
  i16,
  f16,
  bf16,
  u32,
  i32,
  f32,
  u64,
  i64,
  f64,
  c64
};

namespace detail {

struct NumberTypeName {
  std::string_view name;
  unsigned size;  ///< bytes
};
inline constexpr std::array<NumberTypeName, 17> number_types{{{"BOOL", 1},
                                                              {"U8", 1},
                                                              {"I8", 1},
                                                              {"F8_E4M3", 1},
                                                              {"F8_E5M2", 1},
                                                              {"F8_E8M0", 1},
                                                              {"U16", 2},
                                                              {"I16", 2},
                                                              {"F16", 2},
                                                              {"BF16", 2},
                                                              {"U32", 4},
                                                              {"I32", 4},
                                                              {"F32", 4},
                                                              {"U64", 8},
                                                              {"I64", 8},
                                                              {"F64", 8},
                                                              {"C64", 8}}};

/// The numbers of a half-precision type as float: exact.
[[nodiscard]] inline float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}
[[nodiscard]] inline float from_f16(std::uint16_t bits) {
  const auto sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16U;
  const std::uint32_t exponent = (bits >> 10U) & 31U, fraction = bits & 1023U;
  if (exponent == 31) return std::bit_cast<float>(sign | 0x7F800000U | (fraction << 13U));
  if (exponent > 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23U) | (fraction << 13U));
  const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
  return sign != 0 ? -magnitude : magnitude;
}

}  // namespace detail

[[nodiscard]] constexpr std::string_view to_string(NumberType type) noexcept {
  return detail::number_types[static_cast<std::size_t>(type)].name;
}
[[nodiscard]] constexpr unsigned size_of(NumberType type) noexcept {
  return detail::number_types[static_cast<std::size_t>(type)].size;
}
/// The number type of a scalar of ours.
template <class S>
requires(std::is_same_v<S, float> ||
         std::is_same_v<S, double>) inline constexpr NumberType number_type = std::is_same_v<S, float> ? NumberType::f32
                                                                                                       : NumberType::f64;

/// What a file says of one tensor.
struct TensorEntry {
  static constexpr std::size_t highest_rank = 4;

  std::string name = {};
  std::array<std::uint64_t, highest_rank> extents = {};
  std::uint64_t begin = 0, end = 0;  ///< bytes, from where the numbers begin
  unsigned char rank = 0;
  NumberType type = NumberType::f64;

  [[nodiscard]] std::uint64_t count() const noexcept { return (end - begin) / size_of(type); }
  [[nodiscard]] std::string shape_text() const {
    std::string text = "[";
    for (std::size_t i = 0; i < rank; ++i) text += (i == 0 ? "" : ", ") + detail::text(extents[i]);
    return text + "]";
  }
};

/// Where bytes come from: a file, which stays open, or memory of somebody else, which must outlive this.
class ByteSource {
 public:
  explicit ByteSource(std::span<const std::byte> memory) : name_("memory"), memory_(memory), size_(memory.size()) {}
  /// Throws Error where the path is no file that can be read.
  explicit ByteSource(const std::string& path) : name_(path) {
    std::error_code problem;
    const auto status = std::filesystem::status(path, problem);
    const auto refuse = [&](const std::string& got) { fail({path, "a file that can be read", got}); };
    if (status.type() == std::filesystem::file_type::not_found) refuse("no such file");
    if (problem) refuse(problem.message());
    if (std::filesystem::is_directory(status)) refuse("a directory");
    size_ = std::filesystem::file_size(path, problem);
    if (problem) refuse(problem.message());
    file_.open(path, std::ios::binary);
    if (!file_) refuse(std::strerror(errno));
  }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// size bytes from an offset; they have to be there. Throws Error where the file has become shorter, or reading fails.
  void read(std::uint64_t offset, std::byte* to, std::size_t size) {
    if (!memory_.empty() || size == 0) {
      if (size > 0) std::memcpy(to, memory_.data() + offset, size);
      return;
    }
    file_.seekg(static_cast<std::streamoff>(offset));
    file_.read(reinterpret_cast<char*>(to), static_cast<std::streamsize>(size));
    if (!file_) fail({name_, detail::text(size, " bytes at ", offset), "an error in reading them"});
  }

 private:
  std::string name_;
  std::span<const std::byte> memory_{};
  std::uint64_t size_ = 0;
  std::ifstream file_{};
};

/// Tensors and metadata of a file whose header has passed every check; made by open_safetensors(). Numbers are read when
/// asked for, and never held here. Not for several threads at once.
class TensorFile {
 public:
  using Metadata = std::vector<std::pair<std::string, std::string>>;

  TensorFile(ByteSource source, std::uint64_t numbers, std::vector<TensorEntry> tensors, Metadata metadata)
      : source_(std::move(source)), numbers_(numbers), tensors_(std::move(tensors)), metadata_(std::move(metadata)) {}

  [[nodiscard]] const std::string& name() const noexcept { return source_.name(); }
  [[nodiscard]] const std::vector<TensorEntry>& tensors() const noexcept { return tensors_; }  ///< ordered by name
  [[nodiscard]] const Metadata& metadata() const noexcept { return metadata_; }                ///< ordered by key
  [[nodiscard]] const TensorEntry* find(std::string_view name) const {
    const auto at =
        std::lower_bound(tensors_.begin(), tensors_.end(), name,
                         [](const TensorEntry& tensor, std::string_view wanted) { return tensor.name < wanted; });
    return at != tensors_.end() && at->name == name ? &*at : nullptr;
  }
  [[nodiscard]] const std::string* metadata(std::string_view key) const {
    for (const auto& [name, value] : metadata_) {
      if (name == key) return &value;
    }
    return nullptr;
  }

  /// The numbers of a tensor from the first-th on, row by row, as float or double. Throws Error where its type is none of
  /// F64, F32, F16, BF16, or has more digits than S.
  template <class S>
  void read(const TensorEntry& tensor, std::uint64_t first, std::span<S> to) {
    const std::uint64_t from = numbers_ + tensor.begin + first * size_of(tensor.type);
    if (tensor.type == number_type<S>) return source_.read(from, reinterpret_cast<std::byte*>(to.data()), to.size_bytes());
    switch (tensor.type) {
      case NumberType::f32:
        if constexpr (std::is_same_v<S, double>) return read_as<float>(from, to, [](float x) { return x; });
        break;
      case NumberType::f16: return read_as<std::uint16_t>(from, to, detail::from_f16);
      case NumberType::bf16: return read_as<std::uint16_t>(from, to, detail::from_bf16);
      default: break;
    }
    const bool narrow = tensor.type == NumberType::f64;
    fail({source_.name(), detail::text("numbers that ", to_string(number_type<S>), " holds, F16, BF16 and F32 among them"),
          detail::text(to_string(tensor.type), " in ", tensor.name),
          narrow ? "load a network of double, and cast<float>() it" : ""});
  }

  /// All of a tensor of whole numbers of 64 bits. Throws Error where it is none.
  template <class Whole>
  requires(std::is_same_v<Whole, std::int64_t> ||
           std::is_same_v<Whole, std::uint64_t>) void read_whole(const TensorEntry& tensor, std::span<Whole> to) {
    const NumberType type = std::is_signed_v<Whole> ? NumberType::i64 : NumberType::u64;
    if (tensor.type != type) {
      fail({source_.name(), detail::text(to_string(type), " in ", tensor.name), to_string(tensor.type)});
    }
    source_.read(numbers_ + tensor.begin, reinterpret_cast<std::byte*>(to.data()), to.size_bytes());
  }

  /// All of a tensor into a matrix that is stored column by column, some rows at once.
  template <class S>
  void read_by_rows(const TensorEntry& tensor, S* to, Index rows, Index cols) {
    if (rows <= 1 || cols <= 1) return read(tensor, 0, std::span<S>(to, static_cast<std::size_t>(rows * cols)));
    const Index most = std::clamp<Index>(16384 / cols, 1, rows);
    std::vector<S> piece(static_cast<std::size_t>(most * cols));
    for (Index first = 0; first < rows; first += most) {
      const Index here = std::min(most, rows - first);
      read(tensor, static_cast<std::uint64_t>(first * cols),
           std::span<S>(piece.data(), static_cast<std::size_t>(here * cols)));
      for (Index c = 0; c < cols; ++c) {
        for (Index r = 0; r < here; ++r) to[c * rows + first + r] = piece[static_cast<std::size_t>(r * cols + c)];
      }
    }
  }

 private:
  template <class Stored, class S, class Widen>
  void read_as(std::uint64_t from, std::span<S> to, Widen widen) {
    std::array<Stored, 4096> piece;
    for (std::size_t done = 0; done < to.size();) {
      const std::size_t count = std::min(piece.size(), to.size() - done);
      source_.read(from + done * sizeof(Stored), reinterpret_cast<std::byte*>(piece.data()), count * sizeof(Stored));
      for (std::size_t i = 0; i < count; ++i) to[done + i] = static_cast<S>(widen(piece[i]));
      done += count;
    }
  }

  ByteSource source_;
  std::uint64_t numbers_;  ///< offset
  std::vector<TensorEntry> tensors_;
  Metadata metadata_;
};

}  // namespace icnn::inline ICNN_ISA
