// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/arff.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include <icnn/core/error.hpp>

namespace icnn::example {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool starts_with_word(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  return std::equal(word.begin(), word.end(), text.begin(),
                    [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
}

class Reader {
 public:
  Reader(const std::string& text, const std::string& name, Index labels) : text_(text), name_(name), labels_(labels) {}

  MultiLabelData read() {
    std::istringstream lines(text_);
    Index attributes = 0;
    bool in_data = false;
    for (std::string line; std::getline(lines, line);) {
      ++line_;
      const std::string_view content = trimmed(line);
      if (content.empty() || content.front() == '%') continue;
      if (in_data) {
        row(content);
      } else if (starts_with_word(content, "@attribute")) {
        ++attributes;
      } else if (starts_with_word(content, "@data")) {
        in_data = true;
        if (labels_ < 1 || attributes <= labels_) {
          refuse(detail::text("more than ", labels_, " attributes, the last of which are labels"), detail::text(attributes));
        }
        data_.x = SparseColumns<float>(attributes - labels_);
      } else if (!starts_with_word(content, "@relation")) {
        refuse("@relation, @attribute or @data", quoted(content));
      }
    }
    ++line_;
    if (!in_data) refuse("@data", "the end of the file");
    if (data_.x.cols() == 0) refuse("at least one row", "the end of the file");
    data_.y = Matrix<float>::Zero(labels_, data_.x.cols());
    for (const auto& [label, sample, value] : marks_) data_.y(label, sample) = value;
    return std::move(data_);
  }

 private:
  struct Mark {
    Index label, sample;
    float value;
  };

  [[noreturn]] void refuse(const std::string& expected, const std::string& got) const {
    fail({detail::text(name_, ", line ", line_), expected, got});
  }
  static std::string quoted(std::string_view text) {
    std::string short_text(text.substr(0, 40));
    return "'" + short_text + (text.size() > 40 ? "...'" : "'");
  }

  void row(std::string_view content) {
    if (content.front() != '{') refuse("a sparse row, {index value, ...}", quoted(content));
    if (content.back() != '}') refuse("} at the end of the row", "a row that breaks off");
    content = trimmed(content.substr(1, content.size() - 2));
    const Index sample = data_.x.cols(), features = data_.x.rows();
    Index last = -1;
    while (!content.empty()) {
      const std::size_t comma = content.find(',');
      const std::string_view entry = trimmed(content.substr(0, comma));
      Index index = 0;
      double value = 0;
      const char* end = entry.data() + entry.size();
      const auto after_index = std::from_chars(entry.data(), end, index);
      const char* rest = after_index.ptr;
      while (rest != end && (*rest == ' ' || *rest == '\t')) ++rest;
      const auto after_value = std::from_chars(rest, end, value);
      if (after_index.ec != std::errc{} || rest == after_index.ptr || after_value.ec != std::errc{} ||
          after_value.ptr != end) {
        refuse("an index and a number", quoted(entry));
      }
      if (index <= last || index >= features + labels_) {
        refuse(detail::text("indices that rise, up to ", features + labels_ - 1), detail::text(index));
      }
      last = index;
      if (index < features) {
        const auto stored = static_cast<float>(value);
        if (!std::isfinite(stored)) refuse("a finite value", quoted(entry));
        data_.x.add(index, stored);
      } else {
        if (value != 0 && value != 1) refuse("labels 0 or 1", quoted(entry));
        marks_.push_back({index - features, sample, static_cast<float>(value)});
      }
      if (comma == std::string_view::npos) break;
      content = trimmed(content.substr(comma + 1));
      if (content.empty()) refuse("an index and a number behind the comma", "the end of the row");
    }
    data_.x.end_column();
  }

  const std::string& text_;
  const std::string& name_;
  Index labels_;
  Index line_ = 0;
  MultiLabelData data_;
  std::vector<Mark> marks_;
};

}  // namespace

MultiLabelData parse_sparse_arff(const std::string& text, const std::string& name, Index labels) {
  return Reader(text, name, labels).read();
}

MultiLabelData read_sparse_arff(const std::string& path, Index labels) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path))
    fail({"read_sparse_arff", "a file to read", path, "--data names the folder of bibtex-train.arff and bibtex-test.arff"});
  std::ostringstream text;
  text << file.rdbuf();
  return parse_sparse_arff(text.str(), path, labels);
}

}  // namespace icnn::example
