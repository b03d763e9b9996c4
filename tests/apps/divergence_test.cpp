#include "apps/divergence.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace fusebox::apps {
namespace {

TEST(Divergence, IsThatOfTheProbabilities) {
  // p = (1/2, 1/4, 1/4), q = (1/4, 1/4, 1/2); logits may be shifted. Then two that agree.
  const auto ln = [](double x) { return static_cast<float>(std::log(x)); };
  const std::array right = {ln(2), ln(1), ln(1), 1.f, 2.f, 3.f};
  const std::array other = {ln(1) + 5, ln(1) + 5, ln(2) + 5, 11.f, 12.f, 13.f};
  Divergence divergence;
  divergence.add(right, other, 3);
  const double first = 0.5 * std::log(2) + 0.25 * std::log(1) + 0.25 * std::log(0.5);
  ASSERT_EQ(divergence.tokens(), 2u);
  EXPECT_NEAR(divergence.mean(), first / 2, 1e-6);
  EXPECT_NEAR(divergence.quantile(1), first, 1e-6);
  EXPECT_NEAR(divergence.quantile(0), 0, 1e-6);
  EXPECT_EQ(divergence.same_choice(), 0.5);
  EXPECT_NEAR(log_prob(std::span(other).first(3), 2), std::log(0.5), 1e-6);
}

TEST(Divergence, HoldsWhereProbabilitiesVanish) {
  const std::array right = {0.f, -1000.f}, other = {0.f, -900.f};
  Divergence divergence;
  divergence.add(right, other, 2);
  EXPECT_EQ(divergence.mean(), 0);
}

}  // namespace
}  // namespace fusebox::apps
