// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/safetensors.hpp>

#include "tests/support/errors.hpp"
#include "tests/support/files.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

TensorFile opened(const std::string& bytes) { return open_safetensors(bytes_of(bytes)); }
TensorFile opened_header(const std::string& header, std::size_t numbers = 0) {
  return opened(tensor_bytes(header, numbers));
}

/// One tensor with these fields, and so many bytes.
std::string one(const std::string& fields) { return "{\"a\":{" + fields + "}}"; }

}  // namespace

TEST_CASE("a header is read, with its metadata, in any order and with any white space", "[io]") {
  std::string header =
      "{\n \"__metadata__\" : {\"k\":\"v\\u00e9\", "
      "\"a\":\"\"},\t\"w\":{\"shape\":[2,3],\"data_offsets\":[4,10],\"dtype\":\"U8\"},"
      "\"s\":{\"data_offsets\":[0,4],\"dtype\":\"F32\",\"shape\":[]}} ";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const TensorFile file = opened_header(header, 10);
  CHECK(file.tensors().size() == 2);
  CHECK(file.tensors().front().name == "s");
  CHECK(file.find("w")->shape_text() == "[2, 3]");
  CHECK(*file.metadata("k") == "v\xC3\xA9");
  CHECK(file.metadata().size() == 2);
  CHECK(opened_header("{}").tensors().empty());
}

TEST_CASE("headers that are too short, too long or no header are refused", "[io]") {
  CHECK_ERROR(opened("1234567"), "8 bytes or more");
  CHECK_ERROR(opened(std::string("\x00\xE1\xF5\x05\x00\x00\x00\x00", 8)), "a header of 100000000 bytes");
  CHECK_ERROR(opened(std::string("\x01\xE1\xF5\x05\x00\x00\x00\x00", 8)), "at most 100000000");
  CHECK_ERROR(opened(std::string(8, '\xFF')), "at most 100000000");
  CHECK_ERROR(opened(std::string(8, '\0')), "begins with {");
  CHECK_ERROR(opened_header(" {}"), "begins with {");
  CHECK_ERROR(opened_header("\xEF\xBB\xBF{}"), "begins with {");
  for (const char* bad : {"{", "{}}", "{} {}", "{\"a\"}", "{\"a\":}", "{'a':1}", "{\"a\\q\":{}}", "{\"a\xFF\":{}}",
                          "{\"\\ud800\":{}}", "{\"a\":{},}"}) {
    INFO(bad);
    CHECK_THROWS_AS(opened_header(bad), Error);
  }
  CHECK_ERROR(opened_header("{\"a\xFF\":{}}"), "in UTF-8");
  CHECK_ERROR(opened_header("{} x"), "something else at its byte");
}

TEST_CASE("what has no place in a header is refused, by name", "[io]") {
  const auto refused = [](const std::string& header, const char* part, std::size_t numbers = 0) {
    CHECK_ERROR(opened_header(header, numbers), part);
  };
  const std::string good = R"("dtype":"U8","shape":[2],"data_offsets":[0,2])";
  CHECK(opened_header(one(good), 2).tensors().size() == 1);
  refused(R"({"a":1})", "an object as tensor \"a\"");
  refused(R"({"a":null})", "an object as tensor \"a\", got null");
  refused(R"({"a":[]})", "an object as tensor \"a\", got an array");
  refused(R"({"__metadata__":1})", "an object of strings");
  refused(R"({"__metadata__":{"k":1}})", "a string as metadata \"k\"");
  refused(R"({"__metadata__":{"k":{}}})", "a string as metadata \"k\"");
  refused(R"({"__metadata__":{"k":"1","k":"2"}})", "every key once");
  refused(R"({"__metadata__":{},"__metadata__":{}})", "every key once");
  refused("{\"a\":{" + good + "},\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[2,2]}}", "every key once", 2);
  refused(one(good + ",\"dtype\":\"U8\""), "every key once", 2);
  refused(one(good + ",\"stride\":1"), "dtype, shape and data_offsets");
  refused(one(R"("dtype":"U8","shape":[2])"), "not all of them", 2);
  refused("{\"a\":{}}", "not all of them");
  refused(one(R"("dtype":8)"), "a string as dtype");
  refused(one(R"("dtype":"F4","shape":[2],"data_offsets":[0,1])"), "a number type of safetensors", 1);
  refused(one(R"("dtype":"f64","shape":[0],"data_offsets":[0,0])"), "got \"f64\"");
  refused(one(R"("dtype":"U8","shape":{"0":2},"data_offsets":[0,2])"), "whole numbers >= 0", 2);
  refused(one(R"("dtype":"U8","shape":[[2]],"data_offsets":[0,2])"), "whole numbers >= 0", 2);
  for (const char* number : {"-1", "-0", "2.0", "2e0", "1E1", "18446744073709551616", "\"2\"", "null", "true"}) {
    INFO(number);
    refused(one("\"dtype\":\"U8\",\"shape\":[" + std::string(number) + "],\"data_offsets\":[0,2]"), "whole numbers >= 0", 2);
    refused(one("\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0," + std::string(number) + "]"), "whole numbers >= 0", 2);
  }
  refused(one(R"("dtype":"U8","shape":[1,1,1,1,1],"data_offsets":[0,1])"), "at most 4 dimensions", 1);
  refused(one(R"("dtype":"U8","shape":[2],"data_offsets":[])"), "two data_offsets", 2);
  refused(one(R"("dtype":"U8","shape":[2],"data_offsets":[0])"), "two data_offsets", 2);
  refused(one(R"("dtype":"U8","shape":[2],"data_offsets":[0,2,4])"), "two data_offsets", 2);
}

TEST_CASE("sizes and offsets that do not fit each other or the file are refused", "[io]") {
  const auto refused = [](const std::string& type, const std::string& shape, const std::string& offsets, std::size_t numbers,
                          const char* part) {
    INFO(type << shape << offsets);
    CHECK_ERROR(
        opened_header(one("\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets), numbers), part);
  };
  refused("U8", "[2]", "[2,0]", 2, "data_offsets in order");
  refused("U8", "[2]", "[0,3]", 3, "2 bytes, as shape [2]");
  refused("F64", "[2]", "[0,2]", 2, "16 bytes, as shape [2]");
  refused("U8", "[4]", "[0,4]", 2, "at most 2, what the file holds");
  refused("U8", "[2]", "[1,3]", 3, "begin at 0");
  refused("U8", "[2]", "[0,2]", 3, "2 bytes of numbers, as the header says");
  refused("U8", "[0]", "[0,1]", 1, "0 bytes, as shape [0]");
  refused("U8", "[4294967296,4294967296]", "[0,0]", 0, "does not overflow");  // the product wraps to zero
  refused("F64", "[2305843009213693952]", "[0,0]", 0, "does not overflow");
  refused("U8", "[18446744073709551615,2]", "[0,2]", 2, "does not overflow");
  const auto two = [](const char* a, const char* b, std::size_t numbers) {
    return tensor_bytes("{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" + std::string(a) +
                            "},\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" + b + "}}",
                        numbers);
  };
  CHECK(opened(two("[4,8]", "[0,4]", 8)).tensors().size() == 2);
  CHECK_ERROR(opened(two("[0,4]", "[2,6]", 6)), "begin at 4");  // they overlap
  CHECK_ERROR(opened(two("[0,4]", "[0,4]", 4)), "begin at 4");
  CHECK_ERROR(opened(two("[0,4]", "[5,9]", 9)), "begin at 4");  // a hole
  const std::string odd = R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})";
  CHECK_ERROR(opened_header(odd + std::string(9 - (odd.size() % 8), ' '), 4), "data at a multiple of 4 bytes");
}

TEST_CASE("headers that would need much more memory than the file is long are refused", "[io]") {
  CHECK_ERROR(opened_header("{\"" + std::string(70000, 'a') + "\":{}}"), "at most 65536 bytes in the header");
  CHECK_ERROR(opened_header("{" + std::string(70000, ' ') + "}"), "at most 65536 bytes in the header");
  CHECK_ERROR(opened_header("{\"a\":" + std::string(70000, '1') + "}"), "at most 65536 bytes in the header");
  CHECK_ERROR(opened_header("{\"a\":" + std::string(1000000, '[')), "an object as tensor");
  std::string header = "{";
  for (int i = 0; i < 8193; ++i) {
    header += (i > 0 ? ",\"" : "\"") + std::to_string(i) + R"(":{"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  }
  CHECK_ERROR(opened_header(header + "}"), "at most 8192 tensors");
  header = "{\"__metadata__\":{";
  for (int i = 0; i < 1025; ++i) header += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":\"\"";
  CHECK_ERROR(opened_header(header + "}}"), "at most 1024 entries");
}
