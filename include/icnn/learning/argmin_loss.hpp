// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "icnn/core/parallel.hpp"
#include "icnn/differentiation/argmin_derivative.hpp"
#include "icnn/differentiation/argmin_surrogate.hpp"
#include "icnn/inference/argmin_batch.hpp"
#include "icnn/learning/output_losses.hpp"
#include "icnn/networks/picnn.hpp"

namespace icnn::inline ICNN_ISA {

/// What a loss on the argmin asks for.
struct ArgminLossSettings {
  double entropy = 0;    ///< tau >= 0, of the set (a box or a simplex), and
  double proximal = 0;   ///< rho >= 0: the prediction is argmin f(x, y) - tau H(y) + rho / 2 |y|^2, which is smoother in f
  double surrogate = 0;  ///< > 0: where the derivative is zero or nothing is said, that of argmin_surrogate() with this tau
  Index threads = 1;     ///< >= 1: that share the samples
  Settings inner = {.relative_gap = 1e-4, .max_evaluations = 1000};  ///< of the inner argmin

  /// Throws Error where a number is out of its range.
  void validate() const {
    const auto require = [](const char* expected, double got) {
      if (!(got >= 0) || !std::isfinite(got)) fail({"ArgminLossSettings", expected, detail::text(got)});
    };
    require("a finite entropy >= 0", entropy);
    require("a finite proximal >= 0", proximal);
    require("a finite surrogate >= 0", surrogate);
    if (threads < 1) fail({"ArgminLossSettings", "threads >= 1", detail::text(threads)});
    inner.validate();
  }
};

/// What one evaluation found.
struct ArgminLossBatch {
  double loss = 0;                     ///< mean of the losses, or their sum by the weights given
  double gap = 0;                      ///< of the inner problems, likewise
  Index certified = 0;                 ///< inner problems that met their gap
  Index evaluations = 0;               ///< of the network, in all of them
  Index repeated = 0;                  ///< that were solved again, more accurately, for the sake of the derivative
  std::array<Index, 6> derivatives{};  ///< how many there were of each DerivativeStatus, where derivatives were wanted

  [[nodiscard]] Index count(DerivativeStatus status) const { return derivatives[static_cast<std::size_t>(status)]; }
  /// Samples whose derivative is not known and was left out, or of a surrogate where there is one.
  [[nodiscard]] Index undefined() const {
    return count(DerivativeStatus::kinked) + count(DerivativeStatus::not_unique) + count(DerivativeStatus::gap_too_large);
  }

  void add(const ArgminLossBatch& part, double share) {
    loss += share * part.loss;
    gap += share * part.gap;
    certified += part.certified;
    evaluations += part.evaluations;
    repeated += part.repeated;
    for (std::size_t k = 0; k < derivatives.size(); ++k) derivatives[k] += part.derivatives[k];
  }
};

/// Losses of the prediction y*(x) = argmin of f(x, y) - tau H(y) + rho / 2 |y|^2 over a set, and their exact derivatives in
/// the parameters and in x, through the argmin: see ArgminDerivative, and its status, which is counted. The inner problems
/// of a batch are solved together (see argmin of net.at(X)), each to its own certificate, from where the last epoch left it;
/// what the derivative needs more accurately is solved again, and if that is often, all are. Where the status says that
/// nothing is known, the sample adds its loss and no gradient, or that of a surrogate.
///
/// One thread at a time uses it. The network is passed to every call, so that it may change between them; it has to keep its
/// shape. Allocates.
template <class Network, class Set>
class ArgminLoss {
  using S = typename Network::Scalar;
  using Batch = PicnnBatch<Network>;
  using Inner = Regularized<const Batch&>;
  using Single = Regularized<const Network&>;

 public:
  /// Throws Error on settings out of range, and on a set of other dimension.
  ArgminLoss(const Network& f, Set set, const ArgminLossSettings& settings)
      : settings_(settings), set_(std::move(set)), relative_gap_(settings.inner.relative_gap), key_(f.shape_key()) {
    settings.validate();
    detail::check_sets(set_, f.inputs(), 1);
  }

  [[nodiscard]] const ArgminLossSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] const Set& set() const noexcept { return set_; }

  /// The mean loss over a batch, and the derivatives of it that are wanted, in the parameters and in x. x: c x B; targets,
  /// n x B or of whatever size the loss takes; predictions (n x B, double): where the inner problems begin, replaced by
  /// their minimizers. wanted.seeds (1 x B), where given, are the weights of the samples: the loss is then sum_b seeds_b
  /// l_b. Throws Error on wrong shapes, NaN, and where argmin does.
  template <OutputLoss L>
  ArgminLossBatch evaluate(const Network& f, const Matrix<S>& x, const Matrix<S>& targets,
                           const MatrixView<double>& predictions, const L& loss, const Wanted<S>& wanted = {}) {
    const Index columns = x.cols();
    if (f.shape_key() != key_) fail({"ArgminLoss", "a network of the shape it was made for", "one of another"});
    if (columns < 1) fail({"ArgminLoss", "at least one sample", "none"});
    require_shape("ArgminLoss", "predictions", predictions.rows(), predictions.cols(), f.inputs(), columns);
    if (targets.cols() != columns) fail({"ArgminLoss", detail::text(columns, " targets"), detail::text(targets.cols())});
    if (wanted.y) fail({"ArgminLoss", "derivatives in x and the parameters", "a request for y"});
    detail::check_wanted("ArgminLoss", wanted, {f.inputs(), f.context_size(), 1, columns}, f.layout());
    solve(f, x, predictions.map());
    predictions.map() = found_.y;

    const Single single = regularized(f, terms());
    const Task task{f,
                    x,
                    targets,
                    single,
                    wanted,
                    static_cast<bool>(wanted.x) || static_cast<bool>(wanted.parameters),
                    f.regularity().derivatives >= 2};
    y_ = found_.y.template cast<S>();
    w_.setZero(f.inputs(), columns);
    if (task.differentiate) detail::clear(wanted, f.layout());
    const Index threads = std::min(settings_.threads, columns);
    parts_.resize(static_cast<std::size_t>(threads));
    in_parallel(threads, [&](Index t) { run_part(task, t, columns * t / threads, columns * (t + 1) / threads, loss); });
    ArgminLossBatch batch;
    for (std::size_t t = 0; t < parts_.size(); ++t) {
      batch.add(parts_[t].batch, 1);
      if (task.differentiate && wanted.parameters && t > 0) wanted.parameters.map() += parts_[t].gradient;
    }
    if (task.differentiate) {
      pull_back(task);
      if (20 * batch.repeated > columns) relative_gap_ = std::max(0.1 * relative_gap_, 1e-12);
      if (batch.repeated == 0) relative_gap_ = std::min(2 * relative_gap_, settings_.inner.relative_gap);
    }
    return batch;
  }

 private:
  struct Task {
    const Network& f;
    const Matrix<S>&x, &targets;
    const Single& single;
    const Wanted<S>& wanted;
    bool differentiate;
    bool smooth;  ///< then what is to be pulled back is a product with w, for all columns at once
  };
  struct Part {
    ArgminLossBatch batch{};
    Vector<S> gradient{};  ///< in the parameters, of samples that are pulled back one by one
  };

  [[nodiscard]] Regularization<S> terms() const {
    Regularization<S> terms = detail::entropy_on<S>(set_, settings_.entropy);
    terms.proximal = static_cast<S>(settings_.proximal);
    return terms;
  }

  template <class P>
  void solve(const Network& f, const Matrix<S>& x, const P& predictions) {
    if (at_ && at_->batch() == x.cols() && &at_->network() == &f) {
      at_->rebind(x);
    } else {
      ws_.reset();
      at_.emplace(f, x);
    }
    const Inner inner = regularized(std::as_const(*at_), terms());
    if (!ws_) ws_.emplace(inner, ArgminBatchOptions{.threads = settings_.threads});
    Settings settings = settings_.inner;
    settings.relative_gap = relative_gap_;
    settings.warm_start = true;
    found_.y = predictions;
    argmin(inner, set_, settings, *ws_, found_);
  }

  /// The losses of columns [first, end), and what they have to do with w.
  template <class L>
  void run_part(const Task& task, Index t, Index first, Index end, const L& loss) {
    Part& part = parts_[static_cast<std::size_t>(t)];
    part.batch = {};
    if (task.differentiate && t > 0) part.gradient.setZero(task.f.parameter_count());
    Vector<double> gradient, target;
    for (Index b = first; b < end; ++b) {
      const double weight =
          task.wanted.seeds ? static_cast<double>(task.wanted.seeds.map()(0, b)) : 1 / static_cast<double>(task.x.cols());
      target = task.targets.col(b).template cast<double>();
      Result found = found_.column(b);
      part.batch.gap += weight * found.gap();
      part.batch.evaluations += found.evaluations;
      part.batch.certified += found.status == Status::optimal ? 1 : 0;
      if (!task.differentiate || !vec::all_finite(found.y)) {
        if (task.differentiate) ++part.batch.derivatives[static_cast<std::size_t>(DerivativeStatus::gap_too_large)];
        part.batch.loss += weight * loss(found.y, target, gradient);
        continue;
      }
      std::optional<ArgminDerivative<Single>> derivative;
      derivative.emplace(task.single, task.x.col(b), set_, found);
      if (derivative->status() == DerivativeStatus::gap_too_large) {
        ++part.batch.repeated;
        Settings closer = settings_.inner;
        closer.relative_gap = 1e-4 * relative_gap_;
        closer.start = found.y;
        found = argmin(task.single.at(task.x.col(b)), set_, closer);
        part.batch.evaluations += found.evaluations;
        derivative.emplace(task.single, task.x.col(b), set_, found);
      }
      part.batch.loss += weight * loss(derivative->y(), target, gradient);
      ++part.batch.derivatives[static_cast<std::size_t>(derivative->status())];
      gradient *= weight;
      pull_column(task, part, t, b, *derivative, gradient);
    }
  }

  /// w of a column where f is smooth, or its share of the derivatives.
  void pull_column(const Task& task, Part& part, Index t, Index b, ArgminDerivative<Single>& derivative,
                   const Vector<double>& gradient) {
    const DerivativeStatus status = derivative.status();
    const bool says_something = status == DerivativeStatus::exact || status == DerivativeStatus::one_sided;
    const bool by_surrogate = !says_something && settings_.surrogate > 0 && gradient.norm() > 0;
    if (!says_something && !by_surrogate) return;
    if (says_something && task.smooth) {
      y_.col(b) = derivative.y().template cast<S>();
      w_.col(b) = derivative.backward(gradient).linear.template cast<S>();
      return;
    }
    Wanted<S> of = task.wanted;
    of.seeds = {};
    of.accumulate = true;
    if (of.parameters && t > 0) of.parameters = part.gradient;
    if (of.x) of.x = MatrixView<S>(task.wanted.x.map().col(b).data(), task.f.context_size(), 1, task.f.context_size());
    if (says_something) {
      static_cast<void>(derivative.backward(gradient, of));
    } else {
      const double tau = settings_.surrogate / gradient.norm();
      static_cast<void>(argmin_surrogate(task.single, task.x.col(b), set_, gradient, tau, of, settings_.inner));
    }
  }

  /// -w' d(grad_y f), for all columns at once.
  void pull_back(const Task& task) {
    if (!task.smooth || (w_.array() == S(0)).all()) return;
    const Index columns = task.x.cols();
    if (!room_ || room_columns_ < columns) {
      room_.emplace(task.f.workspace(WorkspaceOptions{.columns = columns}));
      room_columns_ = columns;
    }
    Wanted<S> wanted = task.wanted;
    w_ = -w_;
    wanted.seeds = {};
    wanted.accumulate = true;
    task.f.mixed_product(task.x, y_, w_, wanted, *room_);
  }

  ArgminLossSettings settings_;
  Set set_;
  double relative_gap_;  ///< of the inner problems, as accurate as derivatives turn out to need
  ShapeKey key_;
  std::optional<Batch> at_{};
  std::optional<ArgminBatchWorkspace<Inner>> ws_{};
  ArgminBatch found_{};
  std::optional<decltype(std::declval<const Network&>().workspace(WorkspaceOptions{}))> room_{};
  Index room_columns_ = 0;
  Matrix<S> y_{}, w_{};
  std::vector<Part> parts_{};
};

}  // namespace icnn::inline ICNN_ISA
