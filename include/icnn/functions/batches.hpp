// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "icnn/core/parallel.hpp"
#include "icnn/functions/convex_function.hpp"

namespace icnn::inline ICNN_ISA {

/// Sizes of Batches.
struct BatchOptions {
  Index columns = 1;     ///< the largest batch
  Index threads = 1;     ///< that share the columns; more than one needs a program compiled with OpenMP
  Index block = 256;     ///< columns that run through all layers together: fewer need less room, more are faster
  bool hessian = false;  ///< room for Hessians

  /// Throws Error where a number is below 1.
  [[nodiscard]] const BatchOptions& checked() const {
    const auto require = [](const char* what, Index value) {
      if (value < 1) fail({"BatchOptions", detail::text(what, " >= 1"), detail::text(value)});
    };
    require("columns", columns);
    require("threads", threads);
    require("block", block);
    return *this;
  }
};

/// Large batches of any function or network that has workspaces: columns are cut into blocks, each of which runs through all
/// layers on its own, and the blocks are shared among threads. The calls are those of the function, without the workspace;
/// results are a column per sample and live until the next call. Parameter gradients are summed per thread and then over the
/// threads in their order, so that the same number of threads gives the same bits.
///
/// Holds all scratch (threads - 1 vectors of parameters among it) and refers to the function, which must outlive it and keep
/// its shape; edits are seen by the next call. Nothing allocates after construction (float and double). One call at a time.
/// Outputs must not share memory with inputs. Throws Error on wrong shapes, before anything is written.
template <class F>
class Batches {
  using S = typename F::Scalar;
  using Workspace = decltype(std::declval<const F&>().workspace(WorkspaceOptions{}));
  using Request = Wanted<S>;
  template <class M>
  using Input = Eigen::MatrixBase<M>;
  static constexpr bool is_scalar = !requires(const F& f) { f.outputs(); };  ///< not a feed-forward network

 public:
  /// Throws Error on numbers below 1, and on functions at(X), whose columns are bound.
  Batches(const F& function, const BatchOptions& options)
      : f_(&function), options_(options.checked()), values_(outputs(), options.columns) {
    if (detail::batch_of(function) > 0) {
      fail({"Batches", "a function of any number of columns", "one at(X), which is bound to its contexts",
            "make Batches of the network and pass x and y"});
    }
    for (Index i = 0; i < Partition(options.columns, options_).most; ++i) {
      workspaces_.push_back(function.workspace(
          WorkspaceOptions{.columns = std::min(options_.block, options_.columns), .hessian = options.hessian}));
    }
    sums_.resize(static_cast<std::size_t>(options.threads - 1), Vector<S>(function.parameter_count()));
  }
  Batches(const F&&, const BatchOptions&) = delete;
  Batches(const Batches&) = default;  // these four for the sake of -Weffc++, beside a pointer
  Batches(Batches&&) = default;
  Batches& operator=(const Batches&) = default;
  Batches& operator=(Batches&&) = default;

  [[nodiscard]] const F& function() const noexcept { return *f_; }
  [[nodiscard]] const BatchOptions& options() const noexcept { return options_; }

  template <class... XY>
  auto value(const Input<XY>&... xy) {
    const Index columns = start("value", xy...);
    derivable_ = false;
    return evaluate(columns, {}, [&](Slice slice, const Request&, Workspace& ws) { return f_->value(slice.of(xy)..., ws); });
  }

  template <class Y>
  auto gradients(const Input<Y>& y, const Request& wanted) {
    const Index columns = start("gradients", y);
    check("gradients", wanted, columns);
    derivable_ = true;
    return evaluate(columns, wanted,
                    [&](Slice slice, const Request& of, Workspace& ws) { return f_->gradients(slice.of(y), of, ws); });
  }
  template <class X, class Y>
  auto gradients(const Input<X>& x, const Input<Y>& y, const Request& wanted) {
    const Index columns = start("gradients", x, y);
    check("gradients", wanted, columns);
    derivable_ = true;
    return evaluate(columns, wanted, [&](Slice slice, const Request& of, Workspace& ws) {
      return f_->gradients(slice.of(x), slice.of(y), of, ws);
    });
  }

  /// After any call but value(); see ConvexFunction::pullback.
  void pullback(const Request& wanted) {
    if (!derivable_) fail({"pullback", "gradients() as the latest call on these Batches", "none, or another"});
    check("pullback", wanted, columns_);
    evaluate(columns_, wanted, [&](Slice slice, const Request& of, Workspace& ws) {
      f_->pullback(of, ws);
      return slice.of(values_);
    });
  }

  /// The slopes w' grad_y f, and the derivatives of them that are wanted.
  template <class Y, class W>
  auto mixed_product(const Input<Y>& y, const Input<W>& w, const Request& wanted) {
    const Index columns = start("mixed_product", y);
    check_direction(y, w);
    check("mixed_product", wanted, columns);
    derivable_ = true;
    return evaluate(columns, wanted, [&](Slice slice, const Request& of, Workspace& ws) {
      return f_->mixed_product(slice.of(y), slice.of(w), of, ws);
    });
  }
  template <class X, class Y, class W>
  auto mixed_product(const Input<X>& x, const Input<Y>& y, const Input<W>& w, const Request& wanted) {
    const Index columns = start("mixed_product", x, y);
    check_direction(y, w);
    check("mixed_product", wanted, columns);
    derivable_ = true;
    return evaluate(columns, wanted, [&](Slice slice, const Request& of, Workspace& ws) {
      return f_->mixed_product(slice.of(x), slice.of(y), slice.of(w), of, ws);
    });
  }

  /// Gradients in y (n x B) and Hessians, side by side (n x n B).
  template <class Y>
  auto gradient_and_hessian(const Input<Y>& y, const MatrixView<S>& gradient, const MatrixView<S>& h) {
    const Index columns = start("gradient_and_hessian", y);
    check_hessian(gradient, h, columns);
    derivable_ = true;
    return evaluate(columns, {.y = gradient}, [&](Slice slice, const Request& of, Workspace& ws) {
      return f_->gradient_and_hessian(slice.of(y), of.y, slice.hessians(h), ws);
    });
  }
  template <class X, class Y>
  auto gradient_and_hessian(const Input<X>& x, const Input<Y>& y, const MatrixView<S>& gradient, const MatrixView<S>& h) {
    const Index columns = start("gradient_and_hessian", x, y);
    check_hessian(gradient, h, columns);
    derivable_ = true;
    return evaluate(columns, {.y = gradient}, [&](Slice slice, const Request& of, Workspace& ws) {
      return f_->gradient_and_hessian(slice.of(x), slice.of(y), of.y, slice.hessians(h), ws);
    });
  }

 private:
  /// How many blocks of how many columns: as many for each thread, none larger than `block`.
  struct Partition {
    Index most{}, size{}, blocks{};  ///< no batch of up to as many columns is cut into more than `most` blocks
    Partition(Index columns, const BatchOptions& options) {
      const auto up = [](Index a, Index b) { return (a + b - 1) / b; };
      most = options.threads * up(columns, options.threads * options.block);
      size = up(columns, most);
      if (size >= 64) size = std::min(options.block, up(size, 8) * 8);  // whole register tiles
      blocks = up(columns, size);
    }
  };

  /// The columns of one block.
  struct Slice {
    Index first, count;
    template <class M>
    [[nodiscard]] auto of(const Eigen::MatrixBase<M>& m) const {
      return m.derived().middleCols(first, count);
    }
    [[nodiscard]] MatrixView<S> hessians(const MatrixView<S>& h) const {
      return h.columns_from(first * h.rows(), count * h.rows());
    }
  };

  [[nodiscard]] Index outputs() const {
    if constexpr (is_scalar) {
      return 1;
    } else {
      return f_->outputs();
    }
  }

  /// Checks a batch and answers its number of columns.
  template <class Y>
  [[nodiscard]] Index start(const char* where, const Input<Y>& y) const {
    if (y.cols() < 1 || y.cols() > options_.columns || y.rows() != f_->inputs()) {
      fail({where, detail::text("a batch of shape ", f_->inputs(), " x 1..", options_.columns),
            detail::shape_text(y.rows(), y.cols()), "Batches holds as many columns as its options say"});
    }
    if (workspaces_.front().key != f_->shape_key()) {
      fail({where, "the function that these Batches were made for", "one of another shape in its place"});
    }
    return y.cols();
  }
  template <class X, class Y>
  [[nodiscard]] Index start(const char* where, const Input<X>& x, const Input<Y>& y) const {
    require_shape(where, "contexts x", x.rows(), x.cols(), f_->context_size(), y.cols());
    return start(where, y);
  }

  /// Everything that the function would refuse, so that no thread throws.
  void check(const char* where, const Request& wanted, Index columns) const {
    if constexpr (is_scalar) {
      detail::check_wanted(where, wanted, {f_->inputs(), f_->context_size(), 1, columns}, f_->layout());
    } else {
      detail::check_wanted(where, wanted, {-1, f_->inputs(), outputs(), columns}, f_->layout());
    }
  }
  template <class Y, class W>
  static void check_direction(const Y& y, const W& w) {
    require_shape("mixed_product", "a direction w", w.rows(), w.cols(), y.rows(), y.cols());
  }
  void check_hessian(const MatrixView<S>& gradient, const MatrixView<S>& h, Index columns) const {
    check("gradient_and_hessian", {.y = gradient}, columns);
    require_shape("gradient_and_hessian", "the Hessians", h.rows(), h.cols(), f_->inputs(), f_->inputs() * columns);
    if (!options_.hessian) fail({"gradient_and_hessian", "Batches with room for Hessians", "others", ".hessian = true"});
  }

  /// call(slice, what is wanted of it, workspace) for every block; its results side by side.
  template <class Call>
  auto evaluate(Index columns, const Request& wanted, Call call) {
    columns_ = columns;
    const Partition partition(columns_, options_);
    const Index threads = std::min(options_.threads, partition.blocks);
    in_parallel(threads, [&](Index thread) {
      Request of = wanted;
      of.accumulate = true;
      Request zero{.parameters = wanted.parameters, .only = wanted.only, .accumulate = wanted.accumulate};
      if (thread > 0 && wanted.parameters) {
        of.parameters = zero.parameters = sums_[static_cast<std::size_t>(thread - 1)];
        zero.accumulate = false;
      }
      detail::clear(zero, f_->layout());
      for (Index block = thread * partition.blocks / threads; block < (thread + 1) * partition.blocks / threads; ++block) {
        const Slice slice{block * partition.size, std::min(partition.size, columns_ - block * partition.size)};
        of.y = wanted.y.columns_from(slice.first, slice.count);
        of.x = wanted.x.columns_from(slice.first, slice.count);
        of.seeds = wanted.seeds.columns_from(slice.first, slice.count);
        if (!wanted.accumulate) {
          of.y.set_zero();
          of.x.set_zero();
        }
        values_.middleCols(slice.first, slice.count) = call(slice, of, workspaces_[static_cast<std::size_t>(block)]);
      }
    });
    if (wanted.parameters && threads > 1) add_sums(threads, wanted);
    return values_.leftCols(columns_);
  }

  /// The other threads' parameter gradients, in their order; each thread adds up its share of the parameters.
  void add_sums(Index threads, const Request& wanted) {
    const auto& blocks = f_->layout().blocks();
    in_parallel(threads, [&](Index thread) {
      const Index size = wanted.parameters.rows();
      const Index begin = thread * size / threads, end = (thread + 1) * size / threads;
      for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (!wanted.only.empty() && wanted.only[i] == 0) continue;
        const Index first = std::max(begin, blocks[i].offset), last = std::min(end, blocks[i].offset + blocks[i].size());
        if (first >= last) continue;
        auto total = wanted.parameters.rows_from(first, last - first).map();
        for (Index t = 0; t < threads - 1; ++t) total += sums_[static_cast<std::size_t>(t)].segment(first, last - first);
      }
    });
  }

  const F* f_;
  BatchOptions options_;
  std::vector<Workspace> workspaces_{};
  std::vector<Vector<S>> sums_{};  ///< parameter gradients of all threads but the first
  Matrix<S> values_;
  Index columns_ = 0;       ///< of the latest call
  bool derivable_ = false;  ///< it left derivatives to pull back
};

}  // namespace icnn::inline ICNN_ISA
