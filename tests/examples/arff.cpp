// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/arff.hpp"

#include <cstdlib>
#include <filesystem>

#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::example;

namespace {

const std::string header =
    "@relation r\n% a comment\n@attribute a {0,1}\n@ATTRIBUTE b numeric\n@attribute T1 {0,1}\n@attribute T2 "
    "{0,1}\n\n@data\n";

}  // namespace

TEST_CASE("a sparse ARFF text becomes features and labels", "[examples]") {
  const auto data = parse_sparse_arff(header + "{0 1,1\t2.5,3 1}\r\n\n% between\n{ 2 1 }\n{}\n", "text", 2);
  CHECK((data.samples() == 3 && data.x.rows() == 2 && data.y.rows() == 2));
  Matrix<float> x(2, 3), y(2, 3);
  x << 1, 0, 0, 2.5F, 0, 0;
  y << 0, 1, 0, 1, 0, 0;
  CHECK(data.x.dense() == x);
  CHECK(data.y == y);
}

TEST_CASE("malformed ARFF is refused with line and reason", "[examples]") {
  const auto parse = [](const std::string& rows) { return parse_sparse_arff(header + rows, "f.arff", 2); };
  CHECK_ERROR(parse("{0 1}\n{0 1,2\n"), "f.arff, line 10: expected } at the end of the row");
  CHECK_ERROR(parse("{0 x}\n"), "line 9: expected an index and a number");
  CHECK_ERROR(parse("{0}\n"), "an index and a number, got '0'");
  CHECK_ERROR(parse("{0 1,,1 1}\n"), "an index and a number");
  CHECK_ERROR(parse("{1 1,0 1}\n"), "indices that rise, up to 3, got 0");
  CHECK_ERROR(parse("{0 1,0 1}\n"), "indices that rise");
  CHECK_ERROR(parse("{4 1}\n"), "indices that rise, up to 3, got 4");
  CHECK_ERROR(parse("{-1 1}\n"), "indices that rise");
  CHECK_ERROR(parse("{3 0.5}\n"), "labels 0 or 1");
  CHECK_ERROR(parse("{0 nan}\n"), "a finite value");
  CHECK_ERROR(parse("{1 1e300}\n"), "line 9: expected a finite value, got '1 1e300'");
  CHECK_ERROR(parse("{0 1,}\n"), "a number behind the comma");
  CHECK_ERROR(parse("0,1,0,1\n"), "a sparse row");
  CHECK_ERROR(parse(""), "at least one row");
  CHECK_ERROR(parse_sparse_arff("@relation r\n@attribute a {0,1}\n", "f", 1), "line 3: expected @data, got the end");
  CHECK_ERROR(parse_sparse_arff("rubbish\n", "f", 1), "line 1: expected @relation, @attribute or @data, got 'rubbish'");
  CHECK_ERROR(parse_sparse_arff("@attribute a {0,1}\n@data\n{0 1}\n", "f", 1), "more than 1 attributes");
  CHECK_ERROR(parse_sparse_arff("", "f", 1), "@data");
  CHECK_ERROR(read_sparse_arff("/no/such/file", 1), "a file to read, got /no/such/file");
  CHECK_ERROR(read_sparse_arff("/", 1), "a file to read");
}

TEST_CASE("the real BibTeX files have the dimensions that are published", "[examples]") {
  const char* folder = std::getenv("ICNN_DATA");
  if (folder == nullptr || !std::filesystem::exists(std::string(folder) + "/bibtex-train.arff")) {
    WARN("SKIPPED: ICNN_DATA does not name a folder with bibtex-train.arff");
    return;
  }
  const auto train = read_sparse_arff(std::string(folder) + "/bibtex-train.arff", 159);
  const auto test = read_sparse_arff(std::string(folder) + "/bibtex-test.arff", 159);
  CHECK((train.samples() == 4880 && test.samples() == 2515));
  CHECK((train.x.rows() == 1836 && train.y.rows() == 159));
}
