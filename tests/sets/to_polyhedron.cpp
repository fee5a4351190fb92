// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <icnn/sets/ball.hpp>
#include <icnn/sets/to_polyhedron.hpp>

#include "tests/support/sets.hpp"

using namespace icnn;
using namespace icnn::test;

namespace {

/// Both know the same points.
template <class Set>
void check_written(const Set& set, std::uint64_t seed) {
  Random random(seed);
  const Polyhedron polyhedron = to_polyhedron(set);
  REQUIRE(polyhedron.dimension() == set.dimension());
  for (int k = 0; k < 50; ++k) {
    const Vector<double> z = random_vector<double>(random, set.dimension(), 3);
    Vector<double> p = z;
    set.project(p);
    CHECK(polyhedron.violation(p) <= 1e-13 * (1 + p.norm()));
    CHECK((polyhedron.violation(z) > 1e-13) == ((p - z).norm() > 1e-12));
  }
}

}  // namespace

TEST_CASE("a set that is a polyhedron is the same set when written as one", "[sets]") {
  Random random(1);
  const Matrix<double> E = random_matrix<double>(random, 2, 4);
  const HalfSpace half(random_vector<double>(random, 3), 0.5);
  check_written(Box::cube(3, -1, 2), 1);
  check_written(Box::cube(2, 0, infinity), 2);
  check_written(WholeSpace(2), 3);
  check_written(Simplex(3, 2), 4);
  check_written(half, 5);
  check_written(Affine(E, Vector<double>::Ones(2)), 6);
  check_written(Product(half, Simplex(2), Affine(E, Vector<double>::Ones(2)), Box::unit(1)), 7);
  check_written(Product(Product(half, WholeSpace(1)), half), 8);
}

TEST_CASE("a product with a polyhedron is a polyhedron, and not projected onto", "[sets]") {
  const Polyhedron cut(Box::unit(2), Matrix<double>{{1, 1}}, Vector<double>{{1}}, Matrix<double>{{1, -1}},
                       Vector<double>{{0}});
  const Product product(Simplex(2), cut);
  STATIC_REQUIRE(!ProjectableSet<Product<Simplex, Polyhedron>>);
  STATIC_REQUIRE(PolyhedralSet<Product<Simplex, Polyhedron>>);
  STATIC_REQUIRE(!PolyhedralSet<Product<Simplex, Ball>>);
  const Polyhedron all = to_polyhedron(product);
  CHECK(all.A() == Matrix<double>{{0, 0, 1, 1}});
  CHECK(all.b() == cut.b());
  CHECK(all.E() == Matrix<double>{{1, 1, 0, 0}, {0, 0, 1, -1}});
  CHECK(all.e() == Vector<double>{{1, 0}});
  CHECK(all.box() == Box::unit(4));
  CHECK(to_polyhedron(cut) == cut);
}
