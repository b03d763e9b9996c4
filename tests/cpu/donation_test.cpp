// Who owns the memory of arguments and results.
#include <gtest/gtest.h>

#include "fusebox/base/error.h"
#include "tests/cpu/plugin_fixture.h"

namespace fusebox::cpu::test {
namespace {

using pjrt::Buffer;
using pjrt::Executable;
using pjrt::Execution;
using pjrt::HostSemantics;

const void* address(const Buffer& buffer) { return buffer.host_view()->bytes().data(); }

const std::vector<float> kSmall = {1, 2, 3, 4}, kLarge = {10, 20, 30, 40}, kSum = {11, 22, 33, 44};

class Donation : public testing::Test {
 protected:
  pjrt::Client client_ = client();
  Executable add_into_ = compile(client_, "add_into 4");
  Buffer b_ = buffer<float>(client_, kLarge);

  Execution run(const Buffer& a, const pjrt::ExecuteOptions& options = {}) {
    const Buffer* arguments[] = {&a, &b_};
    return add_into_.execute(arguments, options);
  }
};

TEST_F(Donation, ResultTakesTheMemoryOver) {
  const Buffer a = buffer<float>(client_, kSmall);
  const void* before = address(a);
  const Execution run_ = run(a);
  EXPECT_TRUE(a.is_deleted());
  EXPECT_FALSE(b_.is_deleted());
  EXPECT_EQ(address(run_.outputs[0]), before);
  EXPECT_EQ(values<float>(run_.outputs[0]), kSum);
  EXPECT_THROW(run(a), Error);  // gone
  EXPECT_THROW(a.ready(), Error);
}

TEST_F(Donation, IsCopiedWhenTheCallerForbidsIt) {
  const Buffer a = buffer<float>(client_, kSmall);
  const int64_t keep[] = {0};
  const Execution run_ = run(a, {.non_donatable = keep});
  EXPECT_FALSE(a.is_deleted());
  EXPECT_EQ(values<float>(a), kSmall);
  EXPECT_EQ(values<float>(run_.outputs[0]), kSum);
}

TEST_F(Donation, IsCopiedWhileSomebodyLooks) {
  const Buffer a = buffer<float>(client_, kSmall);
  const auto view = a.host_view();
  const Execution run_ = run(a);
  EXPECT_TRUE(a.is_deleted());
  EXPECT_EQ(values<float>(run_.outputs[0]), kSum);
  const auto* seen = reinterpret_cast<const float*>(view->bytes().data());
  EXPECT_EQ(std::vector<float>(seen, seen + 4), kSmall);
}

TEST_F(Donation, NeverWritesToImmutableHostMemory) {
  auto owner = std::make_shared<const std::vector<float>>(kSmall);
  const Buffer a = buffer<float>(client_, *owner, HostSemantics::kZeroCopy, owner);
  EXPECT_EQ(address(a), owner->data());
  const Execution run_ = run(a);
  EXPECT_TRUE(a.is_deleted());
  EXPECT_EQ(*owner, kSmall);
  EXPECT_EQ(owner.use_count(), 1);  // let go at once
  EXPECT_EQ(values<float>(run_.outputs[0]), kSum);
}

TEST_F(Donation, MayWriteToMutableHostMemory) {
  auto owner = std::make_shared<const std::vector<float>>(kSmall);
  const Buffer a = buffer<float>(client_, *owner, HostSemantics::kMutableZeroCopy, owner);
  Execution run_ = run(a);
  EXPECT_EQ(*owner, kSum);
  EXPECT_EQ(address(run_.outputs[0]), owner->data());
  EXPECT_EQ(owner.use_count(), 2);
  run_.outputs.clear();
  EXPECT_EQ(owner.use_count(), 1);
}

TEST_F(Donation, OfABufferThatIsAlsoAnotherArgumentIsCopied) {
  const Buffer a = buffer<float>(client_, kSmall);
  const Buffer* arguments[] = {&a, &a};
  const Execution run_ = add_into_.execute(arguments);
  EXPECT_EQ(values<float>(run_.outputs[0]), (std::vector<float>{2, 4, 6, 8}));
  EXPECT_TRUE(a.is_deleted());
}

TEST_F(Donation, LeavesArgumentsAloneWhenTheCallIsWrong) {
  const Buffer a = buffer<float>(client_, kSmall), wrong = buffer<float>(client_, {1});
  const Buffer* arguments[] = {&a, &wrong};
  EXPECT_THROW(add_into_.execute(arguments), Error);
  EXPECT_FALSE(a.is_deleted());
  EXPECT_EQ(values<float>(a), kSmall);
}

TEST_F(Donation, ToNoResultJustDeletes) {
  const Buffer a = buffer<float>(client_, kSmall);
  const Buffer* arguments[] = {&a, &b_};
  const Execution run_ = compile(client_, "take 4").execute(arguments);
  EXPECT_TRUE(a.is_deleted());
  EXPECT_EQ(values<float>(run_.outputs[0]), kSum);
}

TEST_F(Donation, GoesRoundInALoopWithoutNewMemory) {
  std::vector<Buffer> state(1);
  state[0] = buffer<float>(client_, kSmall);
  const void* first = address(state[0]);
  for (int i = 0; i < 10; ++i) {
    const Buffer* arguments[] = {&state[0], &b_};
    add_into_.execute_into(arguments, state).await();
    EXPECT_EQ(address(state[0]), first);
  }
  EXPECT_EQ(values<float>(state[0]), (std::vector<float>{101, 202, 303, 404}));
}

TEST(Results, TakeTurnsInTheSameMemory) {
  const pjrt::Client own = client();
  const Executable add = compile(own, "add 1000");
  const Buffer a = buffer<float>(own, std::vector<float>(1000, 1));
  const Buffer* arguments[] = {&a, &a};
  std::vector<Buffer> out(1);
  add.execute_into(arguments, out).await();
  const int64_t before = own.devices()[0].memory_stats()->peak_bytes_in_use.value();
  for (int i = 0; i < 100; ++i) add.execute_into(arguments, out).await();
  EXPECT_LE(own.devices()[0].memory_stats()->peak_bytes_in_use.value(), before + 4096);
}

// A result that is aligned to 64 bytes, whatever its size.
TEST(Results, AreAligned) {
  const pjrt::Client own = client();
  for (int size : {1, 3, 17, 1000}) {
    const Buffer a = buffer<float>(own, std::vector<float>(static_cast<size_t>(size), 1));
    const Buffer* arguments[] = {&a, &a};
    const Execution run = compile(own, "add " + std::to_string(size)).execute(arguments);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(address(run.outputs[0])) % 64, 0u);
  }
}

// Zero-copy host memory is taken at any alignment of its elements.
TEST(HostMemory, IsTakenAsItLies) {
  const pjrt::Client own = client();
  const auto memory = std::make_shared<const std::vector<float>>(made<float>(64, [](size_t i) { return i; }));
  for (size_t offset : {0, 1, 5, 8}) {
    const auto part = std::as_bytes(std::span(*memory).subspan(offset, 4));
    const Buffer a = Buffer::from_host(own.devices()[0], {{4}, f32}, part, HostSemantics::kZeroCopy, memory);
    EXPECT_EQ(address(a), part.data());
  }
  const auto odd = std::as_bytes(std::span(*memory)).subspan(1, 16);
  const Buffer a = Buffer::from_host(own.devices()[0], {{4}, f32}, odd, HostSemantics::kZeroCopy, memory);
  EXPECT_NE(address(a), odd.data());
  EXPECT_EQ(memory.use_count(), 1);
}

}  // namespace
}  // namespace fusebox::cpu::test
