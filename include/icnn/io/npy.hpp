// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <charconv>

#include "icnn/io/replace_file.hpp"
#include "icnn/io/tensor_file.hpp"

/// Matrices as NumPy's .npy files: points and targets from Python, results back.
namespace icnn::inline ICNN_ISA {

namespace detail {

/// What the header of a .npy file says: a Python dictionary with exactly these three keys.
struct NpyHeader {
  NumberType type = NumberType::f64;
  bool by_columns = false;
  std::array<std::uint64_t, 2> extents{1, 1};
};

/// Reads it word by word; spaces stand where they like.
class NpyReader {
 public:
  NpyReader(std::string where, std::string_view text) : where_(std::move(where)), text_(text) {}

  [[nodiscard]] NpyHeader read() {
    NpyHeader header;
    unsigned seen = 0;
    require("{");
    while (!skip("}")) {
      const std::string_view key = quoted();
      require(":");
      const unsigned field = key == "descr" ? 1U : key == "fortran_order" ? 2U : key == "shape" ? 4U : 0U;
      if (field == 0 || (seen & field) != 0) refuse("the keys descr, fortran_order and shape, once each");
      seen |= field;
      if (field == 1) {
        header.type = type(quoted());
      } else if (field == 2) {
        header.by_columns = skip("True");
        if (!header.by_columns) require("False");
      } else {
        shape(header);
      }
      if (!skip(",") && rest() != '}') refuse("a comma or } behind a value");
    }
    if (seen != 7) refuse("the keys descr, fortran_order and shape");
    rest();
    if (at_ != text_.size()) refuse("nothing behind the dictionary");
    return header;
  }

 private:
  [[noreturn]] void refuse(const std::string& expected) const {
    fail({where_, expected, at_ < text_.size() ? '"' + std::string(text_.substr(at_, 40)) + '"' : "the end of the header"});
  }
  char rest() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool skip(std::string_view word) {
    rest();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void require(std::string_view word) {
    if (!skip(word)) refuse(std::string(word));
  }
  std::string_view quoted() {
    require("'");
    const std::size_t end = text_.find('\'', at_);
    if (end == std::string_view::npos) refuse("a closing '");
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = end + 1;
    return word;
  }
  [[nodiscard]] NumberType type(std::string_view descr) const {
    if (descr == "<f8") return NumberType::f64;
    if (descr == "<f4") return NumberType::f32;
    if (descr == "<f2") return NumberType::f16;
    fail({where_, "numbers of type <f8, <f4 or <f2", descr, "array.astype('<f8') makes them so"});
  }
  void shape(NpyHeader& header) {
    require("(");
    std::size_t rank = 0;
    while (!skip(")")) {
      if (rank == 2) refuse("at most two dimensions");
      rest();
      std::uint64_t value = 0;
      const auto [stop, problem] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
      if (problem != std::errc()) refuse("a whole number");
      at_ = static_cast<std::size_t>(stop - text_.data());
      header.extents[rank++] = value;
      if (!skip(",") && rest() != ')') refuse("a comma or ) behind a number");
    }
  }

  std::string where_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace detail

/// A matrix of a .npy file, as NumPy has it: its rows are rows, so samples that are rows there are to be transposed. A
/// vector is a column, a number 1 x 1. Types <f8, <f4 and <f2, each row by row or column by column; into S = float only the
/// last two. NaN and infinity are numbers. Throws Error with what is wrong for other files.
template <class S = double>
[[nodiscard]] Matrix<S> load_npy(const std::string& path) {
  ByteSource source(path);
  const std::string where = "npy " + path;
  std::array<std::byte, 12> first{};
  if (source.size() < first.size()) fail({where, "12 bytes or more", detail::text(source.size())});
  source.read(0, first.data(), first.size());
  const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(first[i]); };
  constexpr std::array<unsigned char, 6> magic{0x93, 'N', 'U', 'M', 'P', 'Y'};
  if (std::memcmp(first.data(), magic.data(), magic.size()) != 0)
    fail({where, "a file that begins with \\x93NUMPY", "another"});
  const bool old = at(6) == 1;
  if (at(6) < 1 || at(6) > 3 || at(7) != 0) fail({where, "version 1.0, 2.0 or 3.0", detail::text(at(6), '.', at(7))});
  const std::uint64_t begin = old ? 10 : 12;
  const std::uint64_t length = old ? at(8) | at(9) << 8U : at(8) | at(9) << 8U | at(10) << 16U | at(11) << 24U;
  if (length > 65536) fail({where, "a header of at most 65536 bytes", detail::text(length)});
  if (length > source.size() - begin) fail({where, "a header as long as it says", "the end of the file"});
  std::string text(static_cast<std::size_t>(length), ' ');
  source.read(begin, reinterpret_cast<std::byte*>(text.data()), text.size());
  const detail::NpyHeader header = detail::NpyReader(where, text).read();
  const std::uint64_t numbers = source.size() - begin - length, rows = header.extents[0], cols = header.extents[1];
  const unsigned width = size_of(header.type);
  const bool fits = rows == 0 || cols == 0
                        ? numbers == 0
                        : rows <= numbers / width && cols == numbers / width / rows && rows * cols * width == numbers;
  if (!fits)
    fail({where, detail::text(rows, " x ", cols, " numbers of ", width, " bytes"), detail::text(numbers, " bytes")});
  TensorEntry entry;
  entry.name = "the array";
  entry.type = header.type;
  entry.end = numbers;
  TensorFile file(std::move(source), begin + length, {}, {});
  Matrix<S> matrix(static_cast<Index>(rows), static_cast<Index>(cols));
  if (header.by_columns) {
    file.read(entry, 0, std::span<S>(matrix.data(), static_cast<std::size_t>(matrix.size())));
  } else {
    file.read_by_rows(entry, matrix.data(), matrix.rows(), matrix.cols());
  }
  return matrix;
}

/// Writes a matrix or vector (of one dimension) as a .npy file, which takes the place of what was there when all is written.
/// Throws Error where it cannot be written.
template <class Derived>
void save_npy(const Eigen::MatrixBase<Derived>& m, const std::string& path) {
  using S = typename Derived::Scalar;
  const Matrix<S> matrix = m;
  const std::string shape = Derived::IsVectorAtCompileTime ? detail::text('(', matrix.size(), ",)")
                                                           : detail::text('(', matrix.rows(), ", ", matrix.cols(), ')');
  std::string header = detail::text("{'descr': '", number_type<S> == NumberType::f64 ? "<f8" : "<f4",
                                    "', 'fortran_order': True, 'shape': ", shape, ", }");
  header.resize((10 + header.size() + 64) / 64 * 64 - 10, ' ');
  header.back() = '\n';
  const auto length = static_cast<std::uint16_t>(header.size());
  detail::replace_file(path, [&](std::ostream& out) {
    out.write("\x93NUMPY\x01\x00", 8);
    out.write(reinterpret_cast<const char*>(&length), 2);
    out << header;
    out.write(reinterpret_cast<const char*>(matrix.data()),
              static_cast<std::streamsize>(static_cast<std::size_t>(matrix.size()) * sizeof(S)));
  });
}

}  // namespace icnn::inline ICNN_ISA
