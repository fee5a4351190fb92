// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#pragma once

#include <icnn/core/random.hpp>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/support/measure.hpp"
#include "benchmarks/support/registry.hpp"

/// The three products that networks are made of, and the sizes at which they are measured. A contestant is a type with
/// forward(w, z, out), transposed(w, v, out) and outer(v, z, out), which add to `out`; n columns, one of them included.
namespace icnn::benchmarks {

enum class Product { forward, transposed, outer };

struct ProductSize {
  Index rows, cols;  ///< of W
  Index columns;     ///< n: samples
};

template <class S>
struct Operands {
  Operands(Product product, const ProductSize& size) {
    const auto [rows, cols, n] = size;
    const bool outer = product == Product::outer, transposed = product == Product::transposed;
    left.resize(rows, outer ? n : cols);
    right.resize(transposed ? rows : cols, n);
    out.setZero(transposed ? cols : rows, outer ? cols : n);
    Random random(1);
    random.fill_uniform(left, -1, 1);
    random.fill_uniform(right, -1, 1);
  }
  Matrix<S> left, right, out;
};

template <class Contestant, class S>
void add_to(Product product, Operands<S>& o) {
  switch (product) {
    case Product::forward: return Contestant::forward(o.left, o.right, o.out);
    case Product::transposed: return Contestant::transposed(o.left, o.right, o.out);
    case Product::outer: return Contestant::outer(o.left, o.right, o.out);
  }
}

/// By the definition, in double precision.
template <class S>
[[nodiscard]] Matrix<S> exact(Product product, const Operands<S>& o) {
  const Matrix<double> left = o.left.template cast<double>(), right = o.right.template cast<double>();
  switch (product) {
    case Product::forward: return (left * right).template cast<S>();
    case Product::transposed: return (left.transpose() * right).template cast<S>();
    case Product::outer: break;
  }
  return (left * right.transpose()).template cast<S>();
}

template <class Contestant, class S>
void run_product(benchmark::State& state, Product product, const ProductSize& size) {
  Operands<S> o(product, size);
  add_to<Contestant>(product, o);
  if (!agrees(state, o.out, exact(product, o))) return;
  const double entries = static_cast<double>(size.rows * size.cols);
  measure(state, {.flops = 2 * entries * static_cast<double>(size.columns), .bytes = entries * sizeof(S)}, [&] {
    add_to<Contestant>(product, o);
    return o.out.data();
  });
}

/// Hidden layers, a first layer, and the narrow last one alone or as several; all batches where W is square and float.
template <class S>
[[nodiscard]] std::vector<ProductSize> product_sizes() {
  const bool all = sizeof(S) == 4;
  std::vector<std::pair<Index, Index>> shapes = {{64, 64}, {200, 200}, {512, 512}, {1, 200}, {6, 200}};
  if (all) shapes.insert(shapes.end(), {{600, 600}, {512, 784}});
  std::vector<ProductSize> sizes;
  for (const auto& [rows, cols] : shapes) {
    const bool every = all && (rows == 200 || rows == 512) && rows == cols;
    for (const Index n : every ? std::vector<Index>{1, 2, 4, 8, 16, 64, 256} : std::vector<Index>{1, 16, 256}) {
      sizes.push_back({rows, cols, n});
    }
  }
  return sizes;
}

template <class Contestant, class S>
void add_products(const std::string& contestant) {
  const std::pair<Product, const char*> products[] = {
      {Product::forward, "forward "}, {Product::transposed, "transposed "}, {Product::outer, "outer "}};
  for (const auto& [product, text] : products) {
    for (const ProductSize& size : product_sizes<S>()) {
      add({"product",
           text + std::to_string(size.rows) + "x" + std::to_string(size.cols) + " n=" + std::to_string(size.columns),
           scalar_name<S>, contestant},
          [product = product, size](benchmark::State& state) { run_product<Contestant, S>(state, product, size); });
    }
  }
}

}  // namespace icnn::benchmarks
