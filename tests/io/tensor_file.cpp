// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cmath>
#include <icnn/io/tensor_file.hpp>
#include <limits>

#include "tests/support/errors.hpp"
#include "tests/support/files.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("half-precision numbers are widened exactly, all 65536 of each kind", "[io]") {
  const auto value = [](unsigned bits, int exponent_bits, int fraction_bits) {  // by the definition, in double
    const int bias = (1 << (exponent_bits - 1)) - 1, top = (1 << exponent_bits) - 1;
    const int exponent = static_cast<int>(bits >> fraction_bits) & top;
    const double fraction = std::ldexp(static_cast<double>(bits & ((1U << fraction_bits) - 1)), -fraction_bits);
    double magnitude = exponent == 0 ? std::ldexp(fraction, 1 - bias) : std::ldexp(1 + fraction, exponent - bias);
    if (exponent == top) magnitude = fraction > 0 ? std::nan("") : std::numeric_limits<double>::infinity();
    return (bits >> 15U) != 0 ? -magnitude : magnitude;
  };
  int wrong = 0;
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const auto check = [&](float found, double expected) {
      if (std::isnan(expected) ? !std::isnan(found)
                               : static_cast<double>(found) != expected || std::signbit(found) != std::signbit(expected)) {
        ++wrong;
      }
    };
    check(detail::from_f16(static_cast<std::uint16_t>(bits)), value(bits, 5, 10));
    check(detail::from_bf16(static_cast<std::uint16_t>(bits)), value(bits, 8, 7));
  }
  CHECK(wrong == 0);
}

TEST_CASE("numbers are read into float and double as far as these hold them", "[io]") {
  const std::string header =
      R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},)"
      R"("c":{"dtype":"BF16","shape":[],"data_offsets":[16,18]},"d":{"dtype":"F16","shape":[1,1],"data_offsets":[18,20]},)"
      R"("e":{"dtype":"I32","shape":[0,7],"data_offsets":[20,20]},"f":{"dtype":"I32","shape":[1],"data_offsets":[20,24]}} )";
  std::string bytes = tensor_bytes(header + std::string((8 - (header.size() % 8)) % 8, ' '), 24);
  char* numbers = bytes.data() + (bytes.size() - 24);
  const double a = 0.1;
  const std::array<float, 2> b{1.5F, -2.25F};
  const std::uint16_t c = 0x3FC0, d = 0x3E00;
  std::memcpy(numbers, &a, 8);
  std::memcpy(numbers + 8, b.data(), 8);
  std::memcpy(numbers + 16, &c, 2);
  std::memcpy(numbers + 18, &d, 2);
  TensorFile file = open_safetensors(bytes_of(bytes));
  CHECK(file.tensors().size() == 6);
  CHECK(file.find("g") == nullptr);
  CHECK(file.metadata("g") == nullptr);
  CHECK(file.find("b")->count() == 2);
  CHECK(file.find("e")->shape_text() == "[0, 7]");
  const auto number = [&]<class S>(const char* name, std::uint64_t at, S) {
    S value = 0;
    file.read(*file.find(name), at, std::span<S>(&value, 1));
    return value;
  };
  CHECK(number("a", 0, 0.0) == 0.1);
  CHECK(number("b", 1, 0.0) == -2.25);
  CHECK(number("b", 1, 0.0F) == -2.25F);
  CHECK(number("c", 0, 0.0) == 1.5);
  CHECK(number("d", 0, 0.0F) == 1.5F);
  CHECK_ERROR(number("a", 0, 0.0F), "load a network of double");
  CHECK_ERROR(number("f", 0, 0.0), "I32 in f");
}

TEST_CASE("paths that are no files are errors that say so", "[io]") {
  const Folder folder("tensor_file");
  CHECK_ERROR(ByteSource(folder / "missing"), "no such file");
  CHECK_ERROR(ByteSource(folder.path()), "a directory");
  CHECK_ERROR(open_safetensors(folder.path()), "a directory");
  write_bytes(folder / "empty", "");
  CHECK_ERROR(open_safetensors(folder / "empty"), "8 bytes or more");
  // A file that has become shorter since it was opened.
  write_bytes(folder / "short", tensor_bytes(R"({"a":{"dtype":"U8","shape":[4096],"data_offsets":[0,4096]}})", 4096));
  ByteSource source(folder / "short");
  std::filesystem::resize_file(folder / "short", 100);
  std::array<std::byte, 64> there;
  CHECK_ERROR(source.read(3000, there.data(), there.size()), "an error in reading");
}
