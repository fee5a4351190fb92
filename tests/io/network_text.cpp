// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/io/network_text.hpp>
#include <icnn/networks/ficnn.hpp>
#include <icnn/networks/picnn.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;
using namespace icnn::test;

TEST_CASE("lists are read with and without blanks", "[io]") {
  CHECK(detail::listed("") == std::vector<std::string>{});
  CHECK(detail::listed("1,2") == std::vector<std::string>{"1", "2"});
  CHECK(detail::listed(" 1 , 2, Softplus(3) ") == std::vector<std::string>{"1", "2", "Softplus(3)"});
  CHECK(detail::listed("1,,2") == std::vector<std::string>{"1", "", "2"});
  CHECK(detail::joined({"1", "2"}) == "1,2");
}

TEST_CASE("an option that is not there keeps its default; one that is no such option is an error", "[io]") {
  NetworkText text{.where = "test", .fields = {{"inputs", "3"}, {"hidden", "4, 5"}, {"output_term", "rank 2, linear"}}};
  FicnnOptions o;
  detail::visit_options(o, detail::OptionsReader{text});
  CHECK(o == FicnnOptions{.inputs = 3, .hidden = {4, 5}, .output = {.rank = 2, .linear = true}});
  CHECK(text.fields.empty());
  detail::visit_options(o, detail::OptionsWriter{text});
  CHECK(text.fields.at("output_term") == "rank 2,linear");
  FicnnOptions again;
  detail::visit_options(again, detail::OptionsReader{text});
  CHECK(again == o);
  const auto refused = [](const char* key, const char* words, const char* part) {
    NetworkText wrong{.where = "test", .fields = {{key, words}}};
    PicnnOptions options;
    CHECK_ERROR(detail::visit_options(options, detail::OptionsReader{wrong}), part);
  };
  refused("inputs", "", "a whole number >= 0 as inputs, got nothing");
  refused("inputs", "1.5", "got \"1.5\"");
  refused("hidden", "1,,2", "got nothing");
  refused("gate", "sigmoid", "positive_part or softplus as gate");
  refused("output_term", "rank", "diagonal, rank N");
  refused("output_term", "rank -1", "a whole number");
}
