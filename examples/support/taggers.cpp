// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include "examples/support/taggers.hpp"

#include <algorithm>

namespace icnn::example {

namespace {

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// What the samples count for in a batch. F1 is a mean over texts, and a mistake costs more where there are few tags.
RowVector<float> sample_weights(const Matrix<float>& y) {
  return (2 / y.colwise().sum().array().max(1)).sqrt() / static_cast<float>(y.cols());
}

/// 0 with probability p, else 1 / (1 - p).
float dropout(double p, Random& random) { return random.uniform() < p ? 0.0F : static_cast<float>(1 / (1 - p)); }

}  // namespace

FeedForwardHead::FeedForwardHead(const Recipe& recipe, Index labels, Index, Random& random)
    : network({.inputs = recipe.units, .hidden = {}, .outputs = labels}),
      loss_(recipe.positive_weight),
      ws_(network.workspace({.columns = recipe.batch})) {
  initialize(network, random);
  network.edit([](auto& weights) { weights["b[0]"].setConstant(-3); });  // tags are rare
}

double FeedForwardHead::step(const Matrix<float>& h, const Matrix<float>& y, const RowVector<float>& weights,
                             std::span<const Index>, Vector<float>& gradient, Matrix<float>& dh) {
  const Matrix<float> f = network.gradients(h, {}, ws_);
  Matrix<float> seeds = f.binaryExpr(y, [&](float a, float b) { return loss_.derivative(a, b); });
  seeds = seeds * weights.asDiagonal();
  network.pullback({.x = dh, .parameters = gradient, .seeds = seeds}, ws_);
  const Matrix<float> losses = f.binaryExpr(y, [&](float a, float b) { return loss_.value(a, b); });
  return static_cast<double>(losses.colwise().sum().dot(weights));
}

Prediction FeedForwardHead::predict(const Network& network, const Matrix<float>& h) {
  return {.scores = (1 + (-network(h).array()).exp()).inverse()};
}

namespace {

EnergyHead::Network new_energy(const Recipe& recipe, Index labels, Random& random) {
  EnergyHead::Network network({.context = recipe.units,
                               .inputs = labels,
                               .hidden = {recipe.energy_units},
                               .context_hidden = {1},
                               .passthrough = false,
                               .output = {.bilinear = true, .linear = true}});
  initialize(network, random);
  network.edit([&](auto& weights) {
    random.fill_normal(weights["C"], 1 / std::sqrt(static_cast<double>(recipe.units)));
    random.fill_normal(weights["Wy[0]"], 0.1);
    weights["Wy[0]"].row(0).setOnes();  // one unit counts the tags
    random.fill_uniform(weights["Wz[1]"], 0, 0.2);
    weights["d"].setConstant(3);  // tags are rare
  });
  return network;
}

/// All blocks but the gates, which stay open: here they would overfit.
std::vector<unsigned char> all_but_gates(const Layout& layout) {
  return select(layout, [](const Block& block) {
    const auto is = [&](const char* symbol) { return block.name.starts_with(symbol); };
    return !(is("Wyu") || is("by") || is("Wzu") || is("bz"));
  });
}

}  // namespace

EnergyHead::EnergyHead(const Recipe& recipe, Index labels, Index samples, Random& random)
    : network(new_energy(recipe, labels, random)),
      loss_(network, {.entropy = 1, .false_negative = recipe.false_negative}, recipe.batch),
      learnt_(all_but_gates(network.layout())),
      found_(Matrix<double>::Constant(labels, samples, 0.05)) {}

double EnergyHead::step(const Matrix<float>& h, const Matrix<float>& y, const RowVector<float>& weights,
                        std::span<const Index> samples, Vector<float>& gradient, Matrix<float>& dh) {
  Matrix<double> found(y.rows(), y.cols());
  for (std::size_t b = 0; b < samples.size(); ++b) found.col(static_cast<Index>(b)) = found_.col(samples[b]);
  const EnergyBatch batch =
      loss_.evaluate(network, h, y, found, {.x = dh, .parameters = gradient, .seeds = weights, .only = learnt_});
  for (std::size_t b = 0; b < samples.size(); ++b) found_.col(samples[b]) = found.col(static_cast<Index>(b));
  return batch.loss;
}

ArgminHead::ArgminHead(const Recipe& recipe, Index labels, Index samples, Random& random)
    : network(new_energy(recipe, labels, random)),
      loss_(network, Box::unit(labels), {.entropy = 1, .threads = recipe.threads, .inner = {.relative_gap = 1e-3}}),
      entropy_(recipe.missed),
      learnt_(all_but_gates(network.layout())),
      found_(Matrix<double>::Constant(labels, samples, 0.05)) {}

double ArgminHead::step(const Matrix<float>& h, const Matrix<float>& y, const RowVector<float>&,
                        std::span<const Index> samples, Vector<float>& gradient, Matrix<float>& dh) {
  Matrix<double> found(y.rows(), y.cols());
  for (std::size_t b = 0; b < samples.size(); ++b) found.col(static_cast<Index>(b)) = found_.col(samples[b]);
  const auto loss = [this](const Vector<double>& p, const Vector<double>& t, Vector<double>& of_p) {
    Vector<double> of_f1(p.size());
    const double entropy = entropy_(p, t, of_p), miss = SoftF1{}(p, t, of_f1);
    of_p = 0.1 * of_p + 9 * of_f1;
    return 0.1 * entropy + 9 * miss;
  };
  const ArgminLossBatch batch =
      loss_.evaluate(network, h, y, found, loss, {.x = dh, .parameters = gradient, .only = learnt_});
  for (std::size_t b = 0; b < samples.size(); ++b) found_.col(samples[b]) = found.col(static_cast<Index>(b));
  return batch.loss;
}

Prediction EnergyHead::predict(const Network& network, const Matrix<float>& h) {
  Prediction result{.scores = Matrix<float>(network.inputs(), h.cols())};
  const Box box = Box::unit(network.inputs());
  auto ws = network.workspace();
  auto at = network.at(h.col(0));
  const auto energy = regularized(at, {.entropy = 1});
  ArgminWorkspace argmin_ws(energy);
  Result best;
  std::vector<double> evaluations, gaps;
  Index certified = 0;
  for (Index c = 0; c < h.cols(); ++c) {
    network.rebind(at, h.col(c), ws);
    argmin(energy, box, {.relative_gap = 1e-3}, argmin_ws, best);
    result.scores.col(c) = best.y.cast<float>();
    evaluations.push_back(static_cast<double>(best.evaluations));
    gaps.push_back(best.relative_gap());
    certified += best.status == Status::optimal ? 1 : 0;
  }
  result.certified_fraction = static_cast<double>(certified) / static_cast<double>(h.cols());
  result.evaluations_median = median(evaluations);
  result.gap_median = median(gaps);
  return result;
}

template <class Head>
Tagger<Head>::Tagger(const Recipe& recipe, const MultiLabelData& data, std::uint64_t seed)
    : recipe_(recipe),
      data_(data),
      random_(seed),
      layer_({.inputs = data.x.rows(), .width = recipe.units}),
      head_(recipe, data.y.rows(), data.samples(), random_),
      layer_adam_({.rate = recipe.rate}),
      head_adam_({.rate = recipe.rate}),
      ws_(layer_.workspace({.columns = recipe.batch})),
      x_(data.x.rows()),
      layer_gradient_(layer_.parameter_count()),
      head_gradient_(Vector<float>::Zero(head_.network.parameter_count())),
      averaged_layer_(layer_),
      averaged_head_(head_.network) {
  initialize(layer_, recipe.typical_size, random_);
  layer_mean_ = layer_.parameters().vector();
  head_mean_ = head_.network.parameters().vector();
}

template <class Head>
TrainingResult Tagger<Head>::train(Index epochs, const Observer<TrainingProgress>& observer,
                                   const std::function<void(const Tagger&)>& epoch_ended) {
  epoch_ended_ = epoch_ended;
  started_ = false;
  return icnn::train(data_.samples(), {.epochs = epochs, .batch = recipe_.batch, .seed = random_(), .observer = observer},
                     *this);
}

template <class Head>
Prediction Tagger<Head>::predict(const MultiLabelData& data) const {
  auto room = averaged_layer_.workspace({.columns = data.samples()});
  return Head::predict(averaged_head_, Matrix<float>(averaged_layer_.value(data.x, room)));
}

template <class Head>
double Tagger<Head>::step(std::span<const Index> batch, double factor) {
  const auto columns = static_cast<Index>(batch.size());
  Matrix<float> y(data_.y.rows(), columns);
  x_.clear();
  for (Index b = 0; b < columns; ++b) {
    const Index sample = batch[static_cast<std::size_t>(b)];
    y.col(b) = data_.y.col(sample);
    x_.add_column(data_.x, sample);
    for (float& value : x_.values(b)) value *= dropout(recipe_.input_dropout, random_);
  }
  Matrix<float> h = layer_.value(x_, ws_), mask(h.rows(), columns), dh(h.rows(), columns);
  for (float& value : mask.reshaped()) value = dropout(recipe_.hidden_dropout, random_);
  h = h.cwiseProduct(mask);
  const double loss = head_.step(h, y, sample_weights(y), batch, head_gradient_, dh);
  dh = dh.cwiseProduct(mask);
  layer_.pullback({.parameters = layer_gradient_, .seeds = dh}, ws_);
  if (!take_step(layer_, layer_adam_, layer_gradient_, factor) ||
      !take_step(head_.network, head_adam_, head_gradient_, factor)) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto keep = static_cast<float>(recipe_.average);
  layer_mean_ = keep * layer_mean_ + (1 - keep) * layer_.parameters().vector();
  head_mean_ = keep * head_mean_ + (1 - keep) * head_.network.parameters().vector();
  return loss;
}

template <class Head>
void Tagger<Head>::keep() {
  layer_kept_ = layer_.parameters().vector();
  head_kept_ = head_.network.parameters().vector();
  averaged_layer_.edit([&](auto& weights) { weights.vector() = layer_mean_; });
  averaged_head_.edit([&](auto& weights) { weights.vector() = head_mean_; });
  if (started_ && epoch_ended_) epoch_ended_(*this);
  started_ = true;
}

template <class Head>
void Tagger<Head>::restore() {
  layer_.edit([&](auto& weights) { weights.vector() = layer_kept_; });
  head_.network.edit([&](auto& weights) { weights.vector() = head_kept_; });
}

template class Tagger<FeedForwardHead>;
template class Tagger<EnergyHead>;
template class Tagger<ArgminHead>;

}  // namespace icnn::example
