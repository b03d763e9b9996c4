// Threads: every division of the work gives the same result, and everybody may call at once.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "cpu/execute/action.h"
#include "cpu/execute/cgroup.h"
#include "cpu/execute/program.h"
#include "cpu/execute/threads.h"
#include "cpu/level.h"
#include "fusebox/base/error.h"
#include "tests/cpu/plugin_fixture.h"
#include "tests/cpu/programs.h"

// Under ThreadSanitizer a forked child must be told that it may have threads.
extern "C" __attribute__((used, visibility("default"))) const char* __tsan_default_options() {
  return "die_after_fork=0";
}

namespace fusebox::cpu {
namespace {

Program load(const std::string& text) { return Program(test::make_program(text, std::string(cpu_level()))); }

std::vector<int32_t> run(const Program& program, std::vector<int32_t> argument, size_t size, int threads) {
  std::vector<int32_t> result(size, -1);
  std::byte* arguments[] = {reinterpret_cast<std::byte*>(argument.data())};
  std::byte* results[] = {reinterpret_cast<std::byte*>(result.data())};
  program.run(std::span(arguments).first(argument.empty() ? 0 : 1), results, threads);
  return result;
}

std::vector<int32_t> shifted(size_t size, size_t times) {
  return test::made<int32_t>(size, [&](size_t i) { return (i + times) % size + times; });
}

TEST(Share, CoversAllItemsOnceAtMultiplesOfTheGrain) {
  for (int64_t items : {0, 1, 15, 16, 17, 100, 1024})
    for (int64_t grain : {1, 4, 16, 5000})
      for (int threads : {1, 2, 3, 8}) {
        int64_t next = 0;
        for (int thread = 0; thread < threads; ++thread) {
          const Share share = share_of(items, grain, thread, threads);
          EXPECT_EQ(share.begin, next);
          EXPECT_TRUE(share.begin % grain == 0 || share.begin == items);
          EXPECT_TRUE(items == 0 || share.end > 0);  // the first thread is never left out
          next = share.end;
        }
        EXPECT_EQ(next, items);
      }
}

TEST(Threads, AllGiveTheSame) {
  const std::vector<int32_t> start = test::made<int32_t>(1000, [](size_t i) { return i; });
  const Program shift = load("shift 1000 101"), count = load("count 1000 33"), tiny = load("shift 3 1000");
  for (int threads : {1, 2, 3, 8}) {
    for (int round = 0; round < 20; ++round) {
      EXPECT_EQ(run(shift, start, 1000, threads), shifted(1000, 101)) << threads;
      EXPECT_EQ(run(count, {}, 1000, threads), std::vector<int32_t>(1000, 33)) << threads;
      EXPECT_EQ(run(tiny, {0, 1, 2}, 3, threads), shifted(3, 1000)) << threads;
    }
  }
}

TEST(Threads, ShareTheWorkAndKeepTheirOwnScratch) {
  const Program program = load("threads 4096");
  for (int threads : {1, 2, 5}) {
    const std::vector<int32_t> who = run(program, {}, 4096, threads);
    EXPECT_TRUE(std::is_sorted(who.begin(), who.end()));
    EXPECT_EQ(std::set<int32_t>(who.begin(), who.end()).size(), static_cast<size_t>(threads));
  }
}

TEST(Threads, AreNotWokenForWorkOfOne) {
  const Program program = load("shift 4 50");  // one grain
  EXPECT_EQ(run(program, {0, 1, 2, 3}, 4, 8), shifted(4, 50));
  const Program alone = load("threads 1");
  EXPECT_EQ(run(alone, {}, 1, 8), std::vector<int32_t>{0});
}

TEST(Threads, OfManyCallersDoNotDisturbEachOther) {
  const Program shift = load("shift 500 31"), count = load("count 200 11");
  const std::vector<int32_t> start = test::made<int32_t>(500, [](size_t i) { return i; });
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 6; ++caller)
      callers.emplace_back([&, caller] {
        for (int round = 0; round < 50; ++round) {
          const int threads = 1 + (caller + round) % 4;
          if (run(shift, start, 500, threads) == shifted(500, 31)) ++right;
          if (run(count, {}, 200, threads) == std::vector<int32_t>(200, 11)) ++right;
        }
      });
  }
  EXPECT_EQ(right, 6 * 50 * 2);
}

// A child has no threads but its own; it starts new ones.
TEST(Threads, SurviveFork) {
  const Program shift = load("shift 500 31");
  const std::vector<int32_t> start = test::made<int32_t>(500, [](size_t i) { return i; });
  EXPECT_EQ(run(shift, start, 500, 3), shifted(500, 31));
  std::atomic<bool> stop = false;
  std::jthread busy([&] {
    while (!stop) run(shift, start, 500, 3);
  });
  for (int child = 0; child < 10; ++child) {
    const pid_t process = fork();
    if (process == 0) {
      alarm(20);  // a child that hangs is an error, too
      const bool fine =
          run(shift, start, 500, 3) == shifted(500, 31) && run(shift, start, 500, 1) == shifted(500, 31);
      _exit(fine ? 0 : 1);
    }
    int status = -1;
    waitpid(process, &status, 0);
    EXPECT_EQ(status, 0);
  }
  stop = true;
}

TEST(Threads, AreAsManyAsTheControlGroupAllows) {
  const std::filesystem::path root =
      std::filesystem::temp_directory_path() / ("fusebox-cgroup-" + std::to_string(getpid()));
  std::filesystem::create_directories(root / "a" / "b");
  const auto write = [&](const char* name, const char* text) { std::ofstream(root / name) << text; };
  write("self", "0::/a/b\n");
  const auto processors = [&] { return cgroup_processors((root / "self").string(), root.string()); };
  EXPECT_EQ(processors(), std::nullopt);
  write("a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(processors(), std::nullopt);
  write("a/cpu.max", "250000 100000\n");
  EXPECT_EQ(processors(), 3);
  write("a/b/cpu.max", "50000 100000\n");
  EXPECT_EQ(processors(), 1);
  write("self", "4:cpu,cpuacct:/a\n");
  std::filesystem::create_directories(root / "cpu" / "a");
  write("cpu/a/cpu.cfs_quota_us", "-1\n");
  write("cpu/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(processors(), std::nullopt);
  write("cpu/a/cpu.cfs_quota_us", "400000\n");
  EXPECT_EQ(processors(), 4);
  write("self", "nonsense\n::\n0::\n");
  EXPECT_EQ(processors(), std::nullopt);
  std::filesystem::remove_all(root);
}

// Loops whose steps are all small are the first thread's alone; a larger step inside makes them everybody's.
TEST(Actions, MeetOnlyWhereDataCrosses) {
  const auto step = [](int64_t items, bool meet = true) {
    Step made;
    made.items = items;
    made.meet = meet;
    return made;
  };
  const auto meets = [](const std::vector<Step>& steps) {
    const Kernel none[] = {nullptr};
    std::vector<uint32_t> table;
    std::string pattern;
    for (const Action& action : to_actions(steps, none, table)) pattern += action.meet ? 'm' : '-';
    return pattern;
  };
  EXPECT_EQ(meets({step(1), step(1), step(1)}), "---");
  EXPECT_EQ(meets({step(8), step(8), step(8, false)}), "-m-");
  EXPECT_EQ(meets({step(1), step(8), step(1), step(1), step(8)}), "-mm-m");
  EXPECT_EQ(meets({step(8), step(1, false), step(1)}), "--m");
  // What need not meet may count on a meeting that was put off.
  EXPECT_EQ(meets({step(1), step(1), step(8, false)}), "--m");
}

TEST(Level, IsOneOfTheNamed) {
  const auto levels = cpu_levels();
  EXPECT_NE(std::find(levels.begin(), levels.end(), cpu_level()), levels.end());
  EXPECT_TRUE(runs_here(levels.front()));
  EXPECT_TRUE(runs_here(cpu_level()));
  EXPECT_FALSE(runs_here("v9"));
  EXPECT_THROW(Program(test::make_program("choose", "v9")), Error);
}

// In processes of their own, because the level is read once.
TEST(LevelDeathTest, CanBeMaskedDownButNotUp) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto played = [](const char* mask) {
    setenv("FUSEBOX_CPU_LEVEL", mask, 1);
    try {
      const bool lowest_only = runs_here(cpu_levels()[0]) && !runs_here(cpu_levels()[1]);
      _exit(cpu_level() == mask && lowest_only ? 0 : 1);
    } catch (const Error&) {
      _exit(2);
    }
  };
  EXPECT_EXIT(played(cpu_levels()[0].data()), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(played("v9"), testing::ExitedWithCode(2), "");
}

// Every level is taken, or refused with the names of those that the machine has.
TEST(LevelDeathTest, TellsWhatTheMachineHas) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto tried = [](const std::string& level) {
    setenv("FUSEBOX_CPU_LEVEL", level.c_str(), 1);
    try {
      _exit(cpu_level() == level && runs_here(level) && runs_here(cpu_levels()[0]) ? 0 : 1);
    } catch (const Error& error) {
      const std::string has = "FUSEBOX_CPU_LEVEL is " + level + ", this machine has ";
      _exit(error.message().find(has + std::string(cpu_levels()[0])) == std::string::npos ? 1 : 0);
    }
  };
  for (const std::string_view level : cpu_levels())
    EXPECT_EXIT(tried(std::string(level)), testing::ExitedWithCode(0), "") << level;
}

}  // namespace
}  // namespace fusebox::cpu
