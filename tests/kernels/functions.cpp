// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the icnn authors

#include <cmath>
#include <icnn/activations/any.hpp>
#include <limits>
#include <vector>

#include "tests/support/catch.hpp"

/// Activations over arrays in float and double, beside their formulas in long double: over the whole range, denormals,
/// infinities and NaN. The same tests are compiled for the portable path and for the registers of the machine.
using namespace icnn;

namespace {

template <class S>
double ulps(S got, long double exact) {
  const S rounded = static_cast<S>(exact);
  if (std::isnan(rounded) || std::isnan(got)) return std::isnan(rounded) && std::isnan(got) ? 0 : infinity;
  if (std::isinf(rounded) || std::isinf(got)) return rounded == got ? 0 : infinity;
  const S size = std::abs(rounded);
  const S unit = std::nextafter(size, std::numeric_limits<S>::infinity()) - size;
  return static_cast<double>(std::abs(static_cast<long double>(got) - exact) / static_cast<long double>(unit));
}

/// Points over the whole range: dense near 0, sparse far away, and small powers of ten down to denormals.
template <class S>
std::vector<S> points() {
  std::vector<S> t{S(0),
                   S(-0.0),
                   std::numeric_limits<S>::infinity(),
                   -std::numeric_limits<S>::infinity(),
                   std::numeric_limits<S>::quiet_NaN(),
                   std::numeric_limits<S>::denorm_min(),
                   std::numeric_limits<S>::max()};
  for (double x = -25; x < 25; x += 0.00171) t.push_back(static_cast<S>(x));
  for (double x = -800; x < 800; x += 0.0371) t.push_back(static_cast<S>(x));
  for (double e = std::log10(std::numeric_limits<S>::denorm_min()); e < 0; e += 0.05) {
    t.push_back(static_cast<S>(std::pow(10.0, e)));
    t.push_back(-t.back());
  }
  return t;
}

struct Cubic {
  template <class S>
  Jet<S> jet(const S& t) const {
    return {t > 0 ? S(t * t * t) : S(0), S(0), S(0)};
  }
};

struct Bounds {
  double value, first, second;
};

template <class S, class A>
void check_function(const A& activation, const Bounds& bounds) {
  const std::vector<S> t = points<S>();
  std::vector<S> z = t, first(t.size()), second(t.size());
  kernels::apply(activation, kernels::Order::second, static_cast<Index>(t.size()), z.data(), first.data(), second.data());
  Bounds worst{0, 0, 0};
  for (std::size_t i = 0; i < t.size(); ++i) {
    const auto exact = activation.jet(static_cast<long double>(t[i]));
    worst = {std::max(worst.value, ulps(z[i], exact.value)), std::max(worst.first, ulps(first[i], exact.first)),
             std::max(worst.second, ulps(second[i], exact.second))};
  }
  INFO(name_of(activation) << " with " << sizeof(S) << " bytes: " << worst.value << ", " << worst.first << ", "
                           << worst.second << " ULP");
  CHECK(worst.value <= bounds.value);
  CHECK(worst.first <= bounds.first);
  CHECK(worst.second <= bounds.second);

  // Every number sees the same operations, wherever it stands and whatever else is asked for.
  for (std::size_t size = 1; size <= 33; ++size) {
    for (const auto order : {kernels::Order::value, kernels::Order::first, kernels::Order::second}) {
      std::vector<S> part(t.begin() + 100, t.begin() + 100 + static_cast<std::ptrdiff_t>(size)), slope(size + 1, S(-7)),
          bend(size + 1, S(-7));
      part.push_back(S(-7));
      kernels::apply(activation, order, static_cast<Index>(size), part.data(), slope.data(), bend.data());
      for (std::size_t i = 0; i <= size; ++i) {
        CHECK(part[i] == (i < size ? z[100 + i] : S(-7)));
        CHECK(slope[i] == (i < size && order != kernels::Order::value ? first[100 + i] : S(-7)));
        CHECK(bend[i] == (i < size && order == kernels::Order::second ? second[100 + i] : S(-7)));
      }
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("activations over arrays are right to a few ULP over the whole range", "[kernels]", float, double) {
  check_function<TestType>(Softplus(), {3.1, 3.1, 4.5});
  check_function<TestType>(Softplus(0.5), {3.1, 3.1, 4.5});
  check_function<TestType>(Tanh(), {4, 6, 9});
  check_function<TestType>(Sigmoid(), {3.1, 5, 8});
  check_function<TestType>(Elu(), {2, 1.5, 1.5});
  check_function<TestType>(Celu(0.5), {2, 1.5, 1.5});
  check_function<TestType>(SmoothRelu(0.3), {2, 2, 1});
  check_function<TestType>(Relu(), {0, 0, 0});
  check_function<TestType>(LeakyRelu(), {1, 1, 0});
  check_function<TestType>(AbsoluteValue(), {0, 0, 0});
  check_function<TestType>(Square(), {0.5, 0.5, 0});
  check_function<TestType>(SquaredLeakyRelu(), {2, 2, 1});
  check_function<TestType>(Identity(), {0, 0, 0});
}

TEST_CASE("an activation that declares nothing takes the portable path", "[kernels]") {
  std::vector<double> z{-1, 2, 3};
  kernels::apply(Cubic{}, kernels::Order::value, 3, z.data(), static_cast<double*>(nullptr), static_cast<double*>(nullptr));
  CHECK(z == std::vector<double>{0, 8, 27});
}
