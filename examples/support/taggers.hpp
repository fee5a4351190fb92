// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <functional>
#include <span>
#include <vector>

#include <icnn/icnn.hpp>

#include "examples/support/arff.hpp"

/// Two models that predict tags from a sparse text: the same first layer, dropout, optimizer and averaging of weights, with
/// a feed-forward network or an input convex energy on top.
namespace icnn::example {

/// Tuned on BibTeX by hand, with the figures of held-out and of test rows in view: the latter may flatter it a little.
struct Recipe {
  Index units = 600;        ///< of the first layer
  Index energy_units = 64;  ///< of the energy's convex path
  Index epochs = 30;        ///< at most; the best one on held-out rows is taken
  Index batch = 128;
  double rate = 5e-3;          ///< of Adam
  double typical_size = 1000;  ///< 1 / variance of the first weights
  double input_dropout = 0.3;
  double hidden_dropout = 0.6;
  double average = 0.99;       ///< of the weights over steps: what is used is their moving average
  double positive_weight = 4;  ///< feed-forward network: what a missed tag weighs in the logistic loss
  double false_negative = 4;   ///< energy: what a missed tag costs in the Hamming loss
  double missed = 7;           ///< through the argmin: what a missed tag weighs in the cross-entropy
  Index threads = 2;           ///< of the argmin's samples
};

/// Scores in [0, 1], labels x rows, and what the argmins behind them were like.
struct Prediction {
  Matrix<float> scores = {};
  double certified_fraction = 1;  ///< with a relative gap of 1e-3
  double evaluations_median = 0;
  double gap_median = 0;
};

/// The last layer of a feed-forward network under the weighted logistic loss.
class FeedForwardHead {
 public:
  using Network = FeedForward<float, Relu>;
  static constexpr const char* name = "feed-forward network";

  FeedForwardHead(const Recipe& recipe, Index labels, Index samples, Random& random);

  /// The loss over a batch (h: units x B, y: labels x B, weights: 1 x B), its gradient in the parameters, and that in h.
  double step(const Matrix<float>& h, const Matrix<float>& y, const RowVector<float>& weights,
              std::span<const Index> samples, Vector<float>& gradient, Matrix<float>& dh);
  [[nodiscard]] static Prediction predict(const Network& network, const Matrix<float>& h);

  Network network;

 private:
  LogisticLoss loss_;
  decltype(std::declval<const Network&>().workspace(WorkspaceOptions{})) ws_;
};

/// The energy y'(C h + d) + sum_k w_k softplus(a_k'y + (W h + b)_k), w >= 0, under the energy loss; what it predicts is its
/// argmin, less entropy, over the unit box.
class EnergyHead {
 public:
  using Network = Picnn<float, Softplus>;
  static constexpr const char* name = "input convex network";

  EnergyHead(const Recipe& recipe, Index labels, Index samples, Random& random);

  double step(const Matrix<float>& h, const Matrix<float>& y, const RowVector<float>& weights,
              std::span<const Index> samples, Vector<float>& gradient, Matrix<float>& dh);
  [[nodiscard]] static Prediction predict(const Network& network, const Matrix<float>& h);

  Network network;

 private:
  EnergyLoss<Network> loss_;
  std::vector<unsigned char> learnt_;  ///< all blocks but the gates, which stay open: here they would overfit
  Matrix<double> found_;               ///< the inner minimizers of the latest epoch, where the next one begins
};

/// The same energy, trained through its argmin: 0.1 weighted cross-entropy + 9 (1 - F1) of what it predicts, along the exact
/// derivative.
class ArgminHead {
 public:
  using Network = EnergyHead::Network;
  static constexpr const char* name = "the same, through argmin";

  ArgminHead(const Recipe& recipe, Index labels, Index samples, Random& random);

  double step(const Matrix<float>& h, const Matrix<float>& y, const RowVector<float>& weights,
              std::span<const Index> samples, Vector<float>& gradient, Matrix<float>& dh);
  [[nodiscard]] static Prediction predict(const Network& network, const Matrix<float>& h) {
    return EnergyHead::predict(network, h);
  }

  Network network;

 private:
  ArgminLoss<Network, Box> loss_;
  CrossEntropy entropy_;
  std::vector<unsigned char> learnt_;
  Matrix<double> found_;
};

/// The first layer and a head, trained together.
template <class Head>
class Tagger {
 public:
  using Layer = SparseFeedForward<float, Relu>;

  Tagger(const Recipe& recipe, const MultiLabelData& data, std::uint64_t seed);

  /// Trains for so many epochs. After each, epoch_ended(*this) is called with the averaged weights in place for predict().
  TrainingResult train(Index epochs, const Observer<TrainingProgress>& observer,
                       const std::function<void(const Tagger&)>& epoch_ended);

  [[nodiscard]] Prediction predict(const MultiLabelData& data) const;

  // The model that train() drives.
  double step(std::span<const Index> batch, double factor);
  void keep();
  void restore();

 private:
  const Recipe recipe_;
  const MultiLabelData& data_;
  Random random_;
  Layer layer_;
  Head head_;
  Adam<float> layer_adam_, head_adam_;
  typename Layer::Workspace ws_;
  SparseColumns<float> x_;
  Vector<float> layer_gradient_, head_gradient_;
  Vector<float> layer_mean_, head_mean_, layer_kept_, head_kept_;
  Layer averaged_layer_;
  typename Head::Network averaged_head_;
  bool started_ = false;
  std::function<void(const Tagger&)> epoch_ended_;
};

}  // namespace icnn::example
