// Threads wait for each other where they touch the same memory, and not elsewhere.
#include "cpu/compiler/meetings.h"

#include <gtest/gtest.h>

namespace fusebox::cpu {
namespace {

using Kind = BufferPlace::Kind;

// Buffers 0 to 2: stretches of the arena, of which 0 and 1 overlap. 3: an argument that becomes result 0,
// 4: that result. 5: an argument that nobody writes to. 6: a constant.
const std::vector<BufferPlace> kBuffers = {{Kind::kTemporary, 0, 128},  {Kind::kTemporary, 64, 128},
                                           {Kind::kTemporary, 192, 64}, {Kind::kArgument, 0, 16},
                                           {Kind::kResult, 0, 16},      {Kind::kArgument, 1, 16},
                                           {Kind::kConstant, 0, 16}};

Meetings meetings() { return Meetings(kBuffers, {{{{4}, f32}, 0}, {{{4}, f32}, std::nullopt}}); }

TEST(Meetings, WhereWhatWasWrittenIsTouched) {
  for (const auto& [first, second] : {std::pair(0, 0), {0, 1}, {3, 4}}) {
    Meetings read = meetings(), write = meetings(), after_reading = meetings();
    EXPECT_FALSE(read.needed({first}, {}, false));
    EXPECT_TRUE(read.needed({2}, {second}, false)) << second << " reads what " << first << " wrote";
    EXPECT_FALSE(write.needed({first}, {}, false));
    EXPECT_TRUE(write.needed({second}, {}, false)) << second << " writes over " << first;
    EXPECT_FALSE(after_reading.needed({2}, {first}, false));
    EXPECT_TRUE(after_reading.needed({second}, {}, false)) << second << " writes over what is read";
  }
}

TEST(Meetings, NotElsewhere) {
  Meetings all = meetings();
  EXPECT_FALSE(all.needed({0}, {5, 6}, false));
  EXPECT_FALSE(all.needed({2}, {5, 6}, false));
  EXPECT_FALSE(all.needed({4}, {5}, false));
  EXPECT_TRUE(all.needed({1}, {2}, false));
  EXPECT_FALSE(all.needed({4}, {}, false)) << "the last meeting was after result 0 was written";
}

TEST(Meetings, NotWhereOneThreadDoesBoth) {
  Meetings all = meetings();
  EXPECT_FALSE(all.needed({0}, {}, true));
  EXPECT_FALSE(all.needed({2}, {0}, true));
  EXPECT_TRUE(all.needed({4}, {0}, false));
}

TEST(Meetings, AfterStepsOfWhichNothingIsKnown) {
  Meetings all = meetings();
  all.forget();
  EXPECT_TRUE(all.needed({0}, {}, false));
  EXPECT_FALSE(all.needed({2}, {}, false));
}

// Each step is compared with those before it: there must not be any number of them.
TEST(Meetings, ComeInTimeWhereNoneIsNeeded) {
  Meetings all = meetings();
  int met = 0;
  for (int i = 0; i < 1000; ++i) met += all.needed({}, {5}, false) ? 1 : 0;
  EXPECT_GT(met, 5);
  EXPECT_LT(met, 100);
}

}  // namespace
}  // namespace fusebox::cpu
