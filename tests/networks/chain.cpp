// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <vector>

#include <icnn/activations/softplus.hpp>
#include <icnn/networks/ficnn_chain.hpp>

#include "tests/support/errors.hpp"

using namespace icnn;

namespace {

template <class Chain>
void check_order(const Chain& chain, const std::vector<Index>& widths) {
  std::vector<Index> up, down;
  Index expected = 0;
  chain.for_each([&](Index i, const auto& layer) {
    CHECK(i == expected++);
    up.push_back(layer.width());
  });
  chain.for_each_reverse([&](Index i, const auto& layer) {
    CHECK(i == --expected);
    down.insert(down.begin(), layer.width());
  });
  CHECK(up == widths);
  CHECK(down == widths);
  CHECK(chain.depth() == static_cast<Index>(widths.size()));
  chain.for_each_pair(chain, [](auto, const auto& a, const auto& b) { CHECK(a == b); });
}

}  // namespace

TEST_CASE("chains visit their layers up and down, run-time and compile-time alike", "[chain]") {
  using Run = FicnnChain<double, Softplus, Softplus, Identity>;
  Layout a, b, c;
  FicnnOptions deep{.inputs = 2, .hidden = {3, 4, 5}}, flat{.inputs = 2}, none;
  check_order(Run::build(a, deep, {}), {3, 4, 5, 1});
  check_order(Run::build(b, flat, {}), {1});
  using Static = StaticFicnnChain<double, Inputs<2>, Dense<3, Softplus>, Dense<4, Softplus>, Dense<1>>;
  check_order(Static::build(c, none, {}), {3, 4, 1});
  CHECK(none == FicnnOptions{.inputs = 2, .hidden = {3, 4}});  // has been filled in
}

namespace {

template <class Layer>
struct Width {
  explicit Width(const ScratchSize<Layer>& room) : value(room.layer.width() * room.columns) {}
  Index value;
};

}  // namespace

TEST_CASE("chains make something for every layer, found by its index", "[chain]") {
  const auto check = [](const auto& chain) {
    auto widths = chain.template make<Width>(2);
    chain.for_each([&](auto i, const auto& layer) { CHECK(detail::at(widths, i).value == 2 * layer.width()); });
    CHECK(detail::last(widths).value == 2 * chain.last().width());
  };
  Layout a, b;
  FicnnOptions options{.inputs = 2, .hidden = {3, 4}}, none;
  check(FicnnChain<double, Softplus, Softplus, Identity>::build(a, options, {}));
  check(StaticFicnnChain<double, Inputs<2>, Dense<3, Softplus>, Dense<4, Softplus>, Dense<1>>::build(b, none, {}));
}

TEST_CASE("lists of activations name one for all, or all", "[chain]") {
  using Choice = Activations<Softplus, Softplus, Identity>;
  const detail::ErasedActivations<double> one(Choice{.hidden = {Softplus(2)}, .first = Softplus(7)}),
      three(Choice{.hidden = {Softplus(1), Softplus(2), Softplus(3)}});
  const auto label = [](const Softplus& activation) { return name_of(activation); };
  CHECK(one.at(0, 9).label() == label(Softplus(7)));
  CHECK(one.at(3, 9).label() == label(Softplus(2)));
  CHECK(one.at(9, 9).label() == name_of(Identity{}));
  CHECK(three.at(3, 4).label() == label(Softplus(3)));
  one.require(2);
  three.require(3);
  CHECK_ERROR(three.require(2), "one for each of 2");
}
