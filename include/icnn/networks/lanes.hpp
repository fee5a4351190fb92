// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <algorithm>
#include <type_traits>

#include "icnn/kernels/pack.hpp"
#include "icnn/networks/convex_passes.hpp"

/// Batches of tiny networks: as many samples at once as a register has lanes. The passes are those of one sample, on packs
/// instead of numbers, so that no register is filled in part and nothing is added up across lanes.
namespace icnn::inline ICNN_ISA {

namespace detail {

template <class Layer>
inline constexpr bool takes_packs = requires(const Layer& layer) {
  requires std::remove_cvref_t<decltype(layer.activation())>::vectorized;
};

template <int Rank, class... Layers>
[[nodiscard]] constexpr bool all_take_packs(const StaticChain<Rank, Layers...>*) {
  return kernels::vectorized<typename StaticChain<Rank, Layers...>::Scalar> && (takes_packs<Layers> && ...);
}
[[nodiscard]] constexpr bool all_take_packs(const void*) { return false; }

/// Whether batches of a network go through lanes: compile-time sizes, activations that take packs, and an Eigen that aligns
/// its memory to whole registers (it does unless told otherwise).
template <class Chain>
inline constexpr bool has_lanes = EIGEN_MAX_ALIGN_BYTES >=
                                  kernels::register_bytes&& all_take_packs(static_cast<const Chain*>(nullptr));

}  // namespace detail

/// The workspace of a batch whose samples are lanes. What callers see are rows of numbers, as in every workspace; the
/// passes run on scratch(), which holds ceil(columns / lanes) columns of packs. Lanes beyond the last sample repeat it with
/// seed 0.
template <class Chain>
struct LaneWorkspace : WorkspaceState {
  using S = typename Chain::Scalar;
  using P = kernels::Pack<S>;
  static constexpr int N = Chain::Inputs;
  static constexpr Index lanes = P::size;
  using Scratch = ConvexWorkspace<Chain, Dynamic, P>;

  LaneWorkspace(ShapeKey shape, const Chain& chain, const OutputTermOf<Chain>& term, const WorkspaceOptions& options)
      : WorkspaceState(shape, options),
        values(1, capacity),
        slopes(1, capacity),
        seeds(1, capacity),
        alpha(1, capacity),
        packs(shape, chain, term, {packs_for(capacity), options.hessian}),
        packed_gradient(N, packs.capacity) {}

  [[nodiscard]] static Index packs_for(Index columns) { return (columns + lanes - 1) / lanes; }

  [[nodiscard]] Scratch& scratch() { return packs; }

  template <class Y>
  void set_point(const Y& y) {
    columns = y.cols();
    packs.columns = packs_for(columns);
    gather(y, packs.y);
    hessian_of = -1;
  }
  template <class W>
  void set_direction(const W& w) {
    gather(w, packs.w);
  }
  void load_seeds() {
    load_row(seeds, packs.seeds);
    hessian_of = -1;
  }
  void load_steps() { load_row(alpha, packs.alpha); }
  void store_values() { store_row(packs.values, values); }
  void store_slopes() { store_row(packs.slopes, slopes); }

  /// Where a reverse pass adds its gradient in y on the way to \p wanted, and the rest of that way.
  [[nodiscard]] MatrixView<P> gradient(const MatrixView<S>& wanted) {
    if (!wanted) return {};
    auto g = first_columns(packed_gradient, packs.columns);
    g.setZero();
    return g;
  }
  void add_gradient(const MatrixView<S>& wanted) const {
    if (!wanted) return;
    for (Index c = 0; c < columns; ++c) {
      for (Index j = 0; j < N; ++j) wanted.data()[j + c * wanted.stride()] += packed_gradient(j, c / lanes).v[c % lanes];
    }
  }

  /// h += the Hessian at one sample; \p add adds those of a pack of them. Neighbors share it.
  template <class Add>
  void add_hessian(Index column, const MatrixView<S>& h, Add add) {
    if (const Index pack = column / lanes; pack != hessian_of) {
      packed_hessian.setZero();
      add(pack, MatrixView<P>(packed_hessian));
      hessian_of = pack;
    }
    for (Index c = 0; c < N; ++c) {
      for (Index r = 0; r < N; ++r) h.data()[r + c * h.stride()] += packed_hessian(r, c).v[column % lanes];
    }
  }

  Matrix<S, 1, Dynamic> values, slopes, seeds, alpha;
  Scratch packs;
  Matrix<P, N, Dynamic> packed_gradient;
  Matrix<P, N, N> packed_hessian;
  Index hessian_of = -1;  ///< the pack that packed_hessian belongs to

 private:
  template <class From>
  void gather(const From& from, Matrix<P, N, Dynamic>& to) const {
    for (Index c = 0; c < packs.columns * lanes; ++c) {
      for (Index j = 0; j < N; ++j) to(j, c / lanes).v[c % lanes] = from.coeff(j, std::min(c, columns - 1));
    }
  }
  void load_row(const Matrix<S, 1, Dynamic>& from, Matrix<P, 1, Dynamic>& to) const {
    for (Index q = 0; q < packs.columns; ++q) to(q) = P::load(from.data() + q * lanes, std::min(lanes, columns - q * lanes));
  }
  void store_row(const Matrix<P, 1, Dynamic>& from, Matrix<S, 1, Dynamic>& to) const {
    for (Index q = 0; q < packs.columns; ++q) from(q).store(to.data() + q * lanes, std::min(lanes, columns - q * lanes));
  }
};

}  // namespace icnn::inline ICNN_ISA
