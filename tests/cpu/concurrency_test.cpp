// Everything at once: clients, programs, donations, deletions and events on many threads.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <optional>
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

TEST(Concurrency, OfManyWhoDonateOneWins) {
  const pjrt::Client own = client({{"threads", int64_t{2}}});
  const Executable add_into = compile(own, "add_into 512");
  const Buffer ones = buffer<float>(own, std::vector<float>(512, 1));
  std::atomic<int> won = 0, told = 0, wrong = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Buffer shared = buffer<float>(own, std::vector<float>(512, 5));
    at_once([&](int) {
      const Buffer* arguments[] = {&shared, &ones};
      try {
        const Execution run = add_into.execute(arguments);
        if (values<float>(run.outputs[0]) != std::vector<float>(512, 6)) ++wrong;
        ++won;
      } catch (const Error& error) {
        if (error.plugin_code().has_value()) ++told;
      }
    });
    EXPECT_TRUE(shared.is_deleted());
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(won, kRounds);
  EXPECT_EQ(told, kRounds * (kCallers - 1));
}

// Arguments, results, program and client may go while their program runs and their bytes are on the way.
TEST(Concurrency, EverythingMayGoWhileItIsUsed) {
  std::atomic<int> right = 0;
  at_once([&](int caller) {
    for (int round = 0; round < kRounds / 4; ++round) {
      std::vector<float> sum(4096);
      std::optional<pjrt::Event> copied;
      {
        const pjrt::Client own = client({{"threads", int64_t{1 + (caller + round) % 2}}});
        const Executable add = compile(own, "add 4096");
        std::optional<Buffer> a = buffer<float>(own, std::vector<float>(4096, static_cast<float>(caller)));
        const Buffer* arguments[] = {&*a, &*a};
        std::optional<Execution> run = add.execute(arguments);
        a.reset();
        copied = run->outputs[0].to_host(std::as_writable_bytes(std::span(sum)));
        run.reset();
      }
      copied->await();
      if (sum == std::vector<float>(4096, 2 * static_cast<float>(caller))) ++right;
    }
  });
  EXPECT_EQ(right, kCallers * (kRounds / 4));
}

// A child that is forked amid all this has its parent's programs and buffers, and threads of its own.
TEST(Concurrency, AForkedChildGoesOn) {
  const pjrt::Client own = client({{"threads", int64_t{2}}});
  const Executable add = compile(own, "add 4096"), add_into = compile(own, "add_into 4096");
  const Buffer weights = buffer<float>(own, std::vector<float>(4096, 3));
  std::atomic<bool> stop = false;
  const auto steps = [&](int count) {
    std::vector<Buffer> state(1);
    state[0] = buffer<float>(own, std::vector<float>(4096, 1));
    for (int i = 0; i < count; ++i) {
      const Buffer* arguments[] = {&state[0], &weights};
      add_into.execute_into(arguments, state).await();
    }
    return values<float>(state[0]) == std::vector<float>(4096, 1 + 3 * static_cast<float>(count));
  };
  std::vector<std::jthread> busy;
  for (int i = 0; i < 2; ++i)
    busy.emplace_back([&] {
      while (!stop) steps(5);
    });
  for (int child = 0; child < 20; ++child) {
    const pid_t process = fork();
    if (process == 0) {
      alarm(20);  // a child that hangs is an error, too
      bool fine = steps(10);
      const Executable again = Executable::deserialize(own, add.serialize());
      const Buffer* arguments[] = {&weights, &weights};
      fine = fine && values<float>(again.execute(arguments).outputs[0]) == std::vector<float>(4096, 6);
      const pjrt::Client another = client({{"threads", int64_t{2}}});
      fine = fine && values<int32_t>(compile(another, "count 100 7").execute({}).outputs[0]) ==
                         std::vector<int32_t>(100, 7);
      _exit(fine ? 0 : 1);
    }
    int status = -1;
    waitpid(process, &status, 0);
    EXPECT_EQ(status, 0) << "child " << child;
  }
  stop = true;
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
