// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <memory>

#include <icnn/inference/argmin_batch.hpp>

#include "tests/support/catch.hpp"

#include "tests/support/networks.hpp"

/// One column of a batch as a function, for the property suites of models.
namespace icnn::test {

template <class Batch>
struct OneColumn {
  const Batch& batch;
  Index c;
  bool shared = false;  ///< values and gradients come from passes over five columns

  [[nodiscard]] Index inputs() const { return batch.inputs(); }

  /// The function with exactly these gates.
  template <class T>
  [[nodiscard]] auto cast() const {
    const auto& from = batch.network();
    const auto widened = from.template cast<T>();
    auto exact = widened.at(Vector<T>(Vector<T>::Zero(from.context_size())));
    const auto weights = from.layout();
    exact.edit([&](auto& edit) {
      const auto gated = [&](const std::string& name, const auto& gates) {
        if (!edit.layout().contains(name)) return;
        edit[name] = (from.parameters()[name].template cast<T>() * gates.col(c).template cast<T>().asDiagonal()).eval();
      };
      from.chain().for_each([&](auto i, const auto&) {
        const auto& gates = detail::at(batch.context().tapes, i).gates;
        gated(block_name("Wz", i), gates.z);
        gated(block_name("Wy", i), gates.y);
        gated(block_name("A", i), gates.y);
        edit[block_name("b", i)] = gates.r.col(c).template cast<T>();
      });
      if (edit.layout().contains("d")) edit["d"] = batch.context().linear.col(c).template cast<T>();
    });
    return exact;
  }
};

/// A model whose values and gradients are found in passes over several columns: its own the second, others around it.
template <class Picnn>
class ModelInCompany final : public ModelBehind {
 public:
  static constexpr Index together = 5, own = 1;

  ModelInCompany(ModelPointer model, const PicnnBatch<Picnn>& batch, Index c) : ModelBehind(std::move(model)) {
    column_ = &detail::move_to_column(inner(), batch, c);
  }
  void make_room_to_fold(Index most) override {
    ModelBehind::make_room_to_fold(most);
    shared_.reset();
  }
  double value(kernels::Order order, ConstVectorView y) override {
    if (!shared_) shared_.emplace(column_->make_shared(together, 4));
    for (Index k = 0; k < together; ++k) column_->share_context(*shared_, k);
    column_->listen(shared_->point(own));
    CHECK(ModelBehind::value(order, y) == 0);
    column_->listen({nullptr, 0});
    column_->evaluate(*shared_, order, together);
    column_->know(&*shared_, own);
    return ModelBehind::value(order, y);
  }

 private:
  detail::ColumnModel<Picnn>* column_;
  std::optional<typename detail::ColumnModel<Picnn>::Shared> shared_{};
};

template <class Picnn>
[[nodiscard]] ModelPointer make_model(const OneColumn<PicnnBatch<Picnn>>& f, bool hessian) {
  ModelPointer model = icnn::make_model(f.batch, hessian);
  if (f.shared) return std::make_unique<ModelInCompany<Picnn>>(std::move(model), f.batch, f.c);
  detail::move_to_column(*model, f.batch, f.c);
  return model;
}

}  // namespace icnn::test
