// Pace: it keeps the way that is sooner done, and finds out when that changes.
#include "cpu/execute/pace.h"

#include <gtest/gtest.h>

namespace fusebox::cpu {
namespace {

struct Machine {
  int64_t alone, together;  // nanoseconds
};

// How many of the next executions ran alone.
int runs_alone(Pace& pace, Machine machine, int runs) {
  int count = 0;
  for (int i = 0; i < runs; ++i) {
    const bool alone = pace.alone();
    count += alone ? 1 : 0;
    pace.note(alone, alone ? machine.alone : machine.together);
  }
  return count;
}

TEST(Pace, KeepsOneThreadWhereThatIsSoonerDone) {
  Pace pace;
  EXPECT_LE(runs_alone(pace, {20'000, 130'000}, 16), 8);  // all threads at first
  EXPECT_GE(runs_alone(pace, {20'000, 130'000}, 1000), 980);
}

TEST(Pace, KeepsAllThreadsWhereThatIsSoonerDone) {
  Pace pace;
  EXPECT_LE(runs_alone(pace, {130'000, 80'000}, 1000), 20);
  EXPECT_GE(runs_alone(pace, {130'000, 80'000}, 1000), 1);  // but looks again
}

TEST(Pace, NeverTriesLongProgramsAlone) {
  Pace pace;
  EXPECT_EQ(runs_alone(pace, {9'000'000, 5'000'000}, 10'000), 0);
}

TEST(Pace, IsNotMisledByAFirstRunThatTakesLong) {
  Pace pace;
  runs_alone(pace, {0, 50'000'000}, 1);
  runs_alone(pace, {20'000, 130'000}, 100);
  EXPECT_EQ(runs_alone(pace, {20'000, 130'000}, 20), 20);
}

TEST(Pace, ChangesItsMind) {
  Pace pace;
  runs_alone(pace, {20'000, 130'000}, 2000);
  runs_alone(pace, {90'000, 60'000}, 20'000);
  EXPECT_LE(runs_alone(pace, {90'000, 60'000}, 1000), 10);
}

TEST(Pace, NoticesAtOnceThatAProgramBecameLong) {
  Pace pace;
  runs_alone(pace, {500'000, 800'000}, 2000);
  EXPECT_LE(runs_alone(pace, {400'000'000, 100'000'000}, 200), 10);
}

TEST(Pace, IsNotMisledForLongByOneRunThatIsHeldUp) {
  Pace pace;
  runs_alone(pace, {130'000, 80'000}, 10'000);
  pace.note(false, 5'000'000);
  EXPECT_LE(runs_alone(pace, {130'000, 80'000}, 1000), 150);
}

}  // namespace
}  // namespace fusebox::cpu
