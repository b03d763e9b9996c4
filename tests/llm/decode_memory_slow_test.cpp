// How the decode program uses memory on XLA's CPU plugin. Attention written differently makes XLA copy whole
// caches at every step; this is where it shows.
#include <gtest/gtest.h>

#include "tests/llm/real_model.h"

namespace fusebox::llm {
namespace {

TEST(DecodeMemory, TemporariesAreASmallPartOfTheCache) {
  const auto stats = real_model()->session(1).model().executable().memory_stats();
  ASSERT_TRUE(stats.has_value());
  RecordProperty("temporaries", std::to_string(stats->temporaries));
  std::printf("temporaries %.2f MB of a cache of %.0f MB\n", static_cast<double>(stats->temporaries) / 1e6,
              static_cast<double>(real_model()->cache_bytes()) / 1e6);
  EXPECT_LT(stats->temporaries, real_model()->cache_bytes() / 20);
}

TEST(DecodeMemory, CachesAreDonated) {
  const auto stats = real_model()->session(1).model().executable().memory_stats();
  ASSERT_TRUE(stats.has_value());
  EXPECT_GE(stats->aliased, real_model()->cache_bytes());
}

}  // namespace
}  // namespace fusebox::llm
