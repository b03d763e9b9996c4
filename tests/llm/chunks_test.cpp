// How prompts of every length are cut.
#include "fusebox/llm/chunks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace fusebox::llm {
namespace {

TEST(Chunks, CoverEveryLengthAndPadOnlyTheLast) {
  for (int64_t tokens = 1; tokens <= 2000; ++tokens) {
    const std::vector<int64_t> plan = plan_chunks(tokens);
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

TEST(Chunks, OfNothingAreNone) { EXPECT_TRUE(plan_chunks(0).empty()); }

TEST(Chunks, UseTheLargestForLongPrompts) {
  const std::vector<int64_t> plan = plan_chunks(1'000'000);
  EXPECT_EQ(std::count(plan.begin(), plan.end(), kLargestChunk), 1'000'000 / kLargestChunk);
}

TEST(Chunks, ExactSizesAreOneChunk) {
  for (const int64_t size : kChunkSizes) EXPECT_EQ(plan_chunks(size), std::vector{size});
}

}  // namespace
}  // namespace fusebox::llm
