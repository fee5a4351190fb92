// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/multilabel_data.hpp"

#include <cmath>
#include <numeric>
#include <set>

#include <icnn/core/random.hpp>

namespace icnn::example {

namespace {

/// Topics, each with its words and tags: a text is about one or two of them, so tags come in groups.
MultiLabelData generate(Index samples, Random& random) {
  constexpr Index words = 400, tags = 24, topics = 12;
  Random world(7);  // the same for every part of the data
  std::vector<std::vector<Index>> topic_words(topics), topic_tags(topics);
  for (Index t = 0; t < topics; ++t) {
    for (int k = 0; k < 30; ++k) topic_words[static_cast<std::size_t>(t)].push_back(world.index(words));
    for (int k = 0; k < 4; ++k) topic_tags[static_cast<std::size_t>(t)].push_back(world.index(tags));
  }
  MultiLabelData data{SparseColumns<float>(words), Matrix<float>::Zero(tags, samples)};
  for (Index s = 0; s < samples; ++s) {
    std::set<Index> used;
    const int about = random.uniform() < 0.4 ? 2 : 1;
    for (int a = 0; a < about; ++a) {
      const auto topic = static_cast<std::size_t>(random.index(topics));
      for (const Index word : topic_words[topic])
        if (random.uniform() < 0.2) used.insert(word);
      for (const Index tag : topic_tags[topic])
        if (random.uniform() < 0.7) data.y(tag, s) = 1;
    }
    for (int k = 0; k < 12; ++k) used.insert(random.index(words));
    for (const Index word : used) data.x.add(word, 1);
    data.x.end_column();
  }
  return data;
}

void scale_to_length_one(MultiLabelData& data) {
  for (Index c = 0; c < data.samples(); ++c) {
    float square = 0;
    for (const float value : data.x.values(c)) square += value * value;
    for (float& value : data.x.values(c)) value /= std::sqrt(square > 0 ? square : 1);
  }
}

/// All rows in a random order, always the same: the first `count` of them, and the others.
void hold_out(MultiLabelSplit& split, Index count) {
  const MultiLabelData& all = split.all;
  std::vector<Index> order(static_cast<std::size_t>(all.samples()));
  std::iota(order.begin(), order.end(), Index{0});
  Random random(20260101);
  for (std::size_t i = order.size() - 1; i > 0; --i) {
    std::swap(order[i], order[static_cast<std::size_t>(random.index(static_cast<Index>(i) + 1))]);
  }
  const auto part = [&](Index first, Index last) {
    MultiLabelData result{SparseColumns<float>(all.x.rows()), Matrix<float>(all.y.rows(), last - first)};
    for (Index k = first; k < last; ++k) {
      const Index sample = order[static_cast<std::size_t>(k)];
      result.x.add_column(all.x, sample);
      result.y.col(k - first) = all.y.col(sample);
    }
    return result;
  };
  split.held_out = part(0, count);
  split.train = part(count, all.samples());
}

}  // namespace

MultiLabelSplit multilabel_data(const Options& options) {
  MultiLabelSplit split;
  if (options.data.empty()) {
    Random random(11);
    split.all = generate(options.quick ? 700 : 3000, random);
    split.test = generate(options.quick ? 300 : 1000, random);
  } else {
    constexpr Index tags = 159;
    split.all = read_sparse_arff(options.data + "/bibtex-train.arff", tags);
    split.test = read_sparse_arff(options.data + "/bibtex-test.arff", tags);
    if (split.all.x.rows() != split.test.x.rows()) {
      fail({options.data, detail::text("a test file of ", split.all.x.rows(), " features, as in the training file"),
            detail::text(split.test.x.rows())});
    }
    if (split.all.samples() < 20) fail({options.data, "at least 20 rows to learn from", detail::text(split.all.samples())});
    split.real = true;
  }
  scale_to_length_one(split.all);
  scale_to_length_one(split.test);
  hold_out(split, split.all.samples() * 15 / 100);
  return split;
}

}  // namespace icnn::example
