// How prompts of every length are cut.
#include "fusebox/llm/chunks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace fusebox::llm {
namespace {

class Chunks : public testing::TestWithParam<Padding> {};
INSTANTIATE_TEST_SUITE_P(Padding, Chunks, testing::Values(Padding::kComputed, Padding::kSkipped),
                         [](const auto& padding) {
                           return padding.param == Padding::kSkipped ? "Skipped" : "Computed";
                         });

TEST_P(Chunks, CoverEveryLengthAndPadOnlyTheLast) {
  for (int64_t tokens = 1; tokens <= 2000; ++tokens) {
    const std::vector<int64_t> plan = plan_chunks(tokens, GetParam());
    ASSERT_FALSE(plan.empty()) << tokens;
    for (const int64_t size : plan)
      ASSERT_NE(std::find(std::begin(kChunkSizes), std::end(kChunkSizes), size), std::end(kChunkSizes))
          << tokens;
    ASSERT_TRUE(std::is_sorted(plan.rbegin(), plan.rend())) << tokens;
    const int64_t before = std::accumulate(plan.begin(), plan.end() - 1, int64_t{0});
    ASSERT_LT(before, tokens);                // the last chunk is needed,
    ASSERT_GE(before + plan.back(), tokens);  // and enough;
    // no smaller program would have done for it.
    for (const int64_t size : kChunkSizes) {
      if (size < plan.back()) {
        ASSERT_LT(before + size, tokens) << tokens;
      }
    }
  }
}

TEST_P(Chunks, OfNothingAreNone) { EXPECT_TRUE(plan_chunks(0, GetParam()).empty()); }

TEST_P(Chunks, UseTheLargestForLongPrompts) {
  const std::vector<int64_t> plan = plan_chunks(1'000'000, GetParam());
  EXPECT_EQ(std::count(plan.begin(), plan.end(), kLargestChunk), 1'000'000 / kLargestChunk);
}

TEST_P(Chunks, ExactSizesAreOneChunk) {
  for (const int64_t size : kChunkSizes) EXPECT_EQ(plan_chunks(size, GetParam()), std::vector{size});
}

// Where padding is cheap, a prompt goes through the smallest program that holds it; else, full ones are
// better.
TEST(Chunk, IsPaddedWherePaddingIsCheap) {
  using Plan = std::vector<int64_t>;
  EXPECT_EQ(plan_chunks(17, Padding::kSkipped), Plan{32});
  EXPECT_EQ(plan_chunks(33, Padding::kSkipped), Plan{48});
  EXPECT_EQ(plan_chunks(49, Padding::kSkipped), Plan{80});
  EXPECT_EQ(plan_chunks(100, Padding::kSkipped), Plan{128});
  EXPECT_EQ(plan_chunks(33, Padding::kComputed), (Plan{32, 1}));
  EXPECT_EQ(plan_chunks(50, Padding::kComputed), (Plan{48, 1, 1}));
}

}  // namespace
}  // namespace fusebox::llm
