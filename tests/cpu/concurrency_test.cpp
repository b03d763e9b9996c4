// Everything at once: clients, programs, donations, deletions and events on many threads.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "fusebox/base/error.h"
#include "tests/cpu/plugin_fixture.h"

namespace fusebox::cpu::test {
namespace {

using pjrt::Buffer;
using pjrt::Executable;
using pjrt::Execution;

constexpr int kCallers = 4, kRounds = 100;

template <typename Work>
void at_once(Work work) {
  std::vector<std::jthread> callers;
  for (int caller = 0; caller < kCallers; ++caller) callers.emplace_back([&work, caller] { work(caller); });
}

TEST(Concurrency, ClientsComeAndGo) {
  std::atomic<int> right = 0;
  at_once([&](int caller) {
    for (int round = 0; round < kRounds / 4; ++round) {
      const pjrt::Client own = client({{"threads", int64_t{1 + (caller + round) % 3}}});
      const Executable count = compile(own, "count 100 7");
      if (values<int32_t>(count.execute({}).outputs[0]) == std::vector<int32_t>(100, 7)) ++right;
    }
  });
  EXPECT_EQ(right, kCallers * (kRounds / 4));
}

// One program, one set of weights, a state of everybody's own that is donated at every step.
TEST(Concurrency, SessionsShareProgramsAndWeights) {
  const pjrt::Client own = client({{"threads", int64_t{2}}});
  const Executable step = compile(own, "add_into 256");
  const Buffer weights = buffer<float>(own, std::vector<float>(256, 0.5f));
  std::atomic<int> right = 0;
  at_once([&](int caller) {
    std::vector<Buffer> state(1);
    state[0] = buffer<float>(own, std::vector<float>(256, static_cast<float>(caller)));
    for (int round = 0; round < kRounds; ++round) {
      const Buffer* arguments[] = {&state[0], &weights};
      step.execute_into(arguments, state).await();
    }
    if (values<float>(state[0]) == std::vector<float>(256, static_cast<float>(caller) + 0.5f * kRounds))
      ++right;
  });
  EXPECT_EQ(right, kCallers);
}

// Many read what one donates: they see it as it was, or that it is gone.
TEST(Concurrency, DonationNeverShowsThroughToReaders) {
  const pjrt::Client own = client({{"threads", int64_t{2}}});
  const Executable add = compile(own, "add 512"), add_into = compile(own, "add_into 512");
  const Buffer ones = buffer<float>(own, std::vector<float>(512, 1));
  std::atomic<int> wrong = 0, donated = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Buffer shared = buffer<float>(own, std::vector<float>(512, 5));
    at_once([&](int caller) {
      const Buffer* arguments[] = {&shared, &ones};
      try {
        const Execution run = (caller == 0 ? add_into : add).execute(arguments);
        if (values<float>(run.outputs[0]) != std::vector<float>(512, 6)) ++wrong;
        if (caller == 0) ++donated;
        if (caller != 0 && values<float>(shared) != std::vector<float>(512, 5)) ++wrong;
      } catch (const Error&) {
        if (caller == 0) ++wrong;  // readers may come too late
      }
    });
    EXPECT_TRUE(shared.is_deleted());
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(donated, kRounds);
}

TEST(Concurrency, OneDonatesOneDeletes) {
  const pjrt::Client own = client();
  const Executable add_into = compile(own, "add_into 64");
  const Buffer ones = buffer<float>(own, std::vector<float>(64, 1));
  std::atomic<int> wrong = 0;
  for (int round = 0; round < kRounds; ++round) {
    Buffer shared = buffer<float>(own, std::vector<float>(64, 5));
    at_once([&](int caller) {
      try {
        if (caller % 2 == 0) return shared.delete_memory();
        const Buffer* arguments[] = {&shared, &ones};
        if (values<float>(add_into.execute(arguments).outputs[0]) != std::vector<float>(64, 6)) ++wrong;
      } catch (const Error&) {
      }
    });
    EXPECT_TRUE(shared.is_deleted());
  }
  EXPECT_EQ(wrong, 0);
}

TEST(Concurrency, HostMemoryIsLetGoOnce) {
  const pjrt::Client own = client();
  const Executable add = compile(own, "add 64");
  std::atomic<int> released = 0;
  at_once([&](int) {
    for (int round = 0; round < kRounds; ++round) {
      std::shared_ptr<const std::vector<float>> memory(new std::vector<float>(64, 1),
                                                       [&](const std::vector<float>* gone) {
                                                         ++released;
                                                         delete gone;
                                                       });
      const Buffer a = buffer<float>(own, *memory, pjrt::HostSemantics::kZeroCopy, memory);
      memory.reset();
      const Buffer* arguments[] = {&a, &a};
      add.execute(arguments).done.await();
    }
  });
  EXPECT_EQ(released, kCallers * kRounds);
}

}  // namespace
}  // namespace fusebox::cpu::test
