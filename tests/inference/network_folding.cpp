// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/inference/model.hpp>
#include <icnn/networks/ficnn.hpp>

#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/columns.hpp"
#include "tests/support/networks.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// What fold() says of a function around a point, and what that is worth.
class Folded {
 public:
  explicit Folded(ConvexModel& model)
      : n_(model.inputs()),
        most_(model.neurons()),
        model_(model),
        low_(most_),
        high_(most_),
        kink_(most_),
        arguments_(most_),
        slopes_(most_) {
    model.make_room_to_fold(most_);
    model.pieces(low_, high_, kink_);
  }

  /// Neurons are folded onto their pieces at y, but for a random share of them.
  void fold(const Vector<double>& y, const Vector<double>& c, double share, Random& random) {
    static_cast<void>(model_.value(kernels::Order::first, y));
    model_.pre_activations(arguments_);
    free_.clear();
    for (Index j = 0; j < most_; ++j) {
      slopes_(j) = piece(j);
      if (low_(j) == high_(j) || random.uniform() >= share) continue;
      free_.push_back(j);
      slopes_(j) = low_(j);
    }
    center_ = c;
    a_.setConstant(n_, count(), 7);
    b_.setZero(count(), count());
    e_.setConstant(count(), 7);
    weights_.setConstant(count(), 7);
    gradient_.setZero(n_);
    value_ = 0;
    model_.fold({slopes_, free_.data(), count()}, c,
                {a_.data(), n_, b_.data(), count(), e_.data(), gradient_.data(), weights_.data(), &value_});
    hessian_.setZero(n_, n_);
    if (model_.folds() == Folds::quadratic) model_.hessian(hessian_);
  }
  [[nodiscard]] double operator()(const Vector<double>& y) const {
    const Vector<double> d = y - center_;
    Vector<double> w = Vector<double>::Zero(count());
    for (Index k = 0; k < count(); ++k) {
      const Index j = free_[static_cast<std::size_t>(k)];
      w(k) = std::max(0.0, (high_(j) - low_(j)) * (a_.col(k).dot(d) + b_.col(k).dot(w) + e_(k)));
    }
    return value_ + gradient_.dot(d) + weights_.dot(w) + 0.5 * d.dot(hessian_ * d);
  }
  /// Whether every neuron that is folded is on its piece at the model's latest point.
  [[nodiscard]] bool is_right() {
    model_.pre_activations(arguments_);
    std::size_t next = 0;
    for (Index j = 0; j < most_; ++j) {
      if (next < free_.size() && free_[next] == j) {
        ++next;
      } else if (low_(j) != high_(j) && piece(j) != slopes_(j)) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] Index count() const { return static_cast<Index>(free_.size()); }

 private:
  [[nodiscard]] double piece(Index j) const { return arguments_(j) > kink_(j) ? high_(j) : low_(j); }

  Index n_, most_;
  ConvexModel& model_;
  Vector<double> low_, high_, kink_, arguments_, slopes_;
  std::vector<Index> free_{};
  Vector<double> center_{}, e_{}, gradient_{}, weights_{};
  Matrix<double> a_{}, b_{}, hessian_{};
  double value_ = 0;
};

struct Counts {
  int right = 0, wrong = 0;
};

/// Folded functions are nowhere above f, equal to it where they are right, and in the main not where they are wrong.
template <class F>
Counts check_folded(const F& f, Folds kind, Random& random) {
  const ModelPointer model = make_model(f, false);
  REQUIRE(model->folds() == kind);
  Folded folded(*model);
  Counts counts;
  for (int k = 0; k < 40; ++k) {
    const Vector<double> y = random_vector<double>(random, f.inputs()), c = random_vector<double>(random, f.inputs());
    folded.fold(y, c, 0.25 * (k % 5), random);
    for (int i = 0; i < 8; ++i) {
      const Vector<double> v =
          i == 0 ? y : Vector<double>(y + std::pow(4.0, -i) * random_vector<double>(random, f.inputs()));
      const double value = model->value(kernels::Order::first, v), room = 1e-12 * (1 + std::abs(value));
      INFO("folding " << k << ", " << folded.count() << " free neurons, point " << i);
      CHECK(folded(v) <= value + room);
      if (folded.is_right()) {
        CHECK(folded(v) >= value - room);
        ++counts.right;
      } else {
        counts.wrong += folded(v) < value - room ? 1 : 0;
      }
    }
  }
  return counts;
}

template <class Activation, class First = Activation>
Ficnn<double, Activation, First> piecewise(Random& random, OutputTermShape output = {}) {
  Ficnn<double, Activation, First> f({.inputs = 4, .hidden = {7, 6, 5}, .output = output});
  randomize(f, random);
  return f;
}

}  // namespace

TEST_CASE("what folding leaves of a function is below it, and equal where no neuron is on its other piece", "[model]") {
  Random random(1);
  const auto f = piecewise<Relu>(random), g = piecewise<Relu>(random);
  const auto check = [&](const auto& function, Folds kind) {
    const Counts counts = check_folded(function, kind, random);
    CHECK(counts.right >= 60);
    CHECK(counts.wrong >= 5);  // the control: the same comparison fails where a neuron is folded wrongly
  };
  SECTION("networks") {
    check(f, Folds::linear);
    check(piecewise<LeakyRelu>(random), Folds::linear);
    check(piecewise<Relu, AbsoluteValue>(random), Folds::linear);
    check(piecewise<Relu>(random, {.diagonal = true, .linear = true}), Folds::quadratic);
    check(piecewise<LeakyRelu>(random, {.diagonal = true, .rank = 2}), Folds::quadratic);
  }
  SECTION("sizes known to the compiler") {
    FicnnOf<double, Inputs<3>, Dense<8, Relu>, Dense<4, Relu>, Dense<1>> tiny;
    randomize(tiny, random);
    check(tiny, Folds::linear);
  }
  SECTION("networks at one of a batch's contexts") {
    const auto at = [&](auto net, Folds kind) {
      randomize(net, random);
      const auto batch = net.at(random_matrix<double>(random, 3, 4));
      for (const bool shared : {false, true}) check(OneColumn<std::remove_cvref_t<decltype(batch)>>{batch, 2, shared}, kind);
    };
    const PicnnOptions sizes{.context = 3, .inputs = 4, .hidden = {7, 6, 5}, .context_hidden = {4, 4, 4}};
    at(Picnn<double, Relu, Tanh>(sizes), Folds::linear);
    PicnnOptions curved = sizes;
    curved.output = {.diagonal = true, .bilinear = true};
    at(Picnn<double, LeakyRelu, Tanh>(curved), Folds::quadratic);
  }
  SECTION("functions made from them") {
    const Vector<double> q = random_vector<double>(random, 4);
    check(regularized(f, {.linear = q}), Folds::linear);
    check(regularized(f, {.proximal = 0.7, .center = q, .linear = q}), Folds::quadratic);
    check(restrict_to(f, q, {0, 3}), Folds::linear);
    const auto curved = piecewise<Relu>(random, {.diagonal = true, .rank = 1});
    const Matrix<double> e = random_matrix<double>(random, 4, 3);
    check(precompose(f, e, q), Folds::linear);
    check(precompose(curved, e, q), Folds::quadratic);
    check(restrict_to(curved, q, {1, 2, 3}), Folds::quadratic);
    check(standardized(f, {.center = q, .scale = q.cwiseAbs(), .output_center = 2, .output_scale = 0.3}), Folds::linear);
    check(scaled(curved, 2.5), Folds::quadratic);
    check(sum(f, g), Folds::linear);
    check(sum(scaled(f, 0.5), curved, regularized(g, {.proximal = 1})), Folds::quadratic);
  }
  SECTION("maxima") {
    const auto h = piecewise<LeakyRelu>(random);
    check(maximum(f, g), Folds::linear);
    check(maximum(f, g, h), Folds::linear);
    check(sum(maximum(f, scaled(g, 0.5)), h), Folds::linear);
    check(scaled(maximum(maximum(f, g), h), 2.0), Folds::linear);
  }
}

TEST_CASE("curved activations are not folded, nor maxima of quadratics", "[model]") {
  Random random(2);
  const auto f = piecewise<Relu>(random), curved = piecewise<Relu>(random, {.diagonal = true});
  const auto soft = piecewise<Softplus>(random);
  CHECK(make_model(soft, false)->folds() == Folds::no);
  CHECK(make_model(piecewise<SmoothRelu>(random), false)->folds() == Folds::no);
  CHECK(make_model(sum(f, soft), false)->folds() == Folds::no);
  CHECK(make_model(maximum(f, curved), false)->folds() == Folds::no);
  CHECK(make_model(sum(f, maximum(f, curved)), false)->folds() == Folds::no);
}

TEST_CASE("slopes become adjoints and slopes again", "[model]") {
  Random random(3);
  const auto f = piecewise<LeakyRelu>(random), g = piecewise<LeakyRelu>(random);
  const auto check = [&](const auto& function) {
    const ModelPointer model = make_model(function, false);
    Folded folded(*model);
    const Vector<double> y = random_vector<double>(random, function.inputs());
    folded.fold(y, y, 0.5, random);
    Vector<double> shares(model->neurons());
    random.fill_uniform(shares, 0.1, 0.9);
    Vector<double> low = shares, high = shares, kink = shares;
    model->pieces(low, high, kink);
    shares = low.array() + shares.array() * (high - low).array();
    model->place_slopes(shares, y);
    Vector<double> slopes = shares;
    model->make_adjoints(slopes);
    model->make_slopes(slopes);
    CHECK((slopes - shares).norm() <= 1e-12 * shares.norm());
  };
  check(f);
  check(sum(f, scaled(g, 3.0)));
}
