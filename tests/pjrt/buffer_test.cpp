// Buffers on a real plugin: in, out, views, lifetimes.
#include "fusebox/pjrt/buffer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <thread>

#include "tests/pjrt/stub.h"
#include "tests/pjrt/xla.h"

namespace fusebox::pjrt {
namespace {

// Memory that zero-copy buffers can lie in; counts its releases.
std::shared_ptr<float[]> aligned_floats(size_t count, std::atomic<int>& released) {
  auto* memory = static_cast<float*>(std::aligned_alloc(kZeroCopyAlignment, count * sizeof(float)));
  std::iota(memory, memory + count, 0.0f);
  return {memory, [&released](float* old) {
            std::free(old);
            ++released;
          }};
}

// Releases may happen on a thread of the plugin, a moment later.
bool becomes_one(const std::atomic<int>& released) {
  for (int i = 0; i < 5000 && released == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return released == 1;
}

Buffer zero_copy(const Client& client, const std::shared_ptr<float[]>& memory, size_t count) {
  return Buffer::from_host(client.devices().front(), {{static_cast<int64_t>(count)}, f32},
                           std::as_bytes(std::span(memory.get(), count)), HostSemantics::kZeroCopy, memory);
}

TEST(BufferData, EveryDTypeComesBackAsItWent) {
  Client client = xla_cpu();
  for (int type = 1; type <= 33; ++type) {
    std::optional<DType> dtype = dtype_from_pjrt(type);
    if (!dtype || *dtype == token || *dtype == f6e2m3fn || *dtype == f6e3m2fn) continue;
    Shape shape{{2, 3}, *dtype};
    // Small values mean the same to every type, also to those that the device packs.
    std::vector<uint8_t> bytes(static_cast<size_t>(shape.bytes()));
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = i % 2;
    Buffer buffer = Buffer::from_host(client.devices().front(), shape, std::as_bytes(std::span(bytes)));
    EXPECT_EQ(buffer.shape(), shape);
    std::vector<uint8_t> back(bytes.size(), 0xAA);
    buffer.to_host(std::as_writable_bytes(std::span(back))).await();
    EXPECT_EQ(back, bytes) << name(*dtype);
  }
}

TEST(BufferData, ScalarsAndNothingAtAll) {
  Client client = xla_cpu();
  EXPECT_EQ(get<float>(put<float>(client, {}, f32, {7})), (std::vector<float>{7}));
  Buffer none = put<float>(client, {0, 3}, f32, {});
  EXPECT_EQ(none.shape(), (Shape{{0, 3}, f32}));
  EXPECT_EQ(get<float>(none), std::vector<float>());
}

TEST(BufferData, SizesMustFit) {
  Client client = xla_cpu();
  EXPECT_ERROR(put<float>(client, {3}, f32, {1, 2}), ErrorKind::kInvalidArgument,
               "[Buffer::from_host] got 8 bytes for f32[3], want 12");
  EXPECT_ERROR(put<float>(client, {int64_t{1} << 40, int64_t{1} << 40}, f32, {1}),
               ErrorKind::kInvalidArgument, "");
  Buffer x = put<float>(client, {2}, f32, {1, 2});
  std::vector<std::byte> small(4);
  EXPECT_ERROR(x.to_host(small), ErrorKind::kInvalidArgument, "room for 4 bytes of f32[2], want 8");
}

TEST(BufferData, AnEmptyBufferSaysSo) {
  Buffer nothing;
  EXPECT_TRUE(nothing.empty());
  EXPECT_ERROR(nothing.shape(), ErrorKind::kInvalidArgument, "empty buffer");
  EXPECT_ERROR(nothing.ready(), ErrorKind::kInvalidArgument, "empty buffer");
}

TEST(BufferData, IsCopiedDuringTheCallByDefault) {
  Client client = xla_cpu();
  std::vector<float> values = {1, 2, 3};
  Buffer x = put(client, {3}, f32, values);
  values = {0, 0, 0};
  EXPECT_EQ(get<float>(x), (std::vector<float>{1, 2, 3}));
}

TEST(BufferOwner, IsReleasedWhenTheCopyIsDone) {
  Client client = xla_cpu();
  std::atomic<int> released = 0;
  std::shared_ptr<float[]> memory = aligned_floats(16, released);
  Buffer x =
      Buffer::from_host(client.devices().front(), {{16}, f32}, std::as_bytes(std::span(memory.get(), 16)),
                        HostSemantics::kUntilTransferCompletes, memory);
  memory.reset();
  x.ready().await();
  EXPECT_TRUE(becomes_one(released));
  EXPECT_EQ(get<float>(x)[15], 15);
}

TEST(BufferOwner, ZeroCopyMemoryIsUsedWhereItLiesAndKept) {
  Client client = xla_cpu();
  std::atomic<int> released = 0;
  std::shared_ptr<float[]> memory = aligned_floats(1024, released);
  const void* address = memory.get();
  {
    Buffer x = zero_copy(client, memory, 1024);
    memory.reset();
    std::optional<HostView> view = x.host_view();
    ASSERT_TRUE(view);
    EXPECT_EQ(view->bytes().data(), address);
    EXPECT_EQ(released, 0);
    EXPECT_EQ(get<float>(x)[1023], 1023);
  }
  EXPECT_TRUE(becomes_one(released));
}

TEST(BufferOwner, MisalignedMemoryIsCopied) {
  Client client = xla_cpu();
  std::atomic<int> released = 0;
  std::shared_ptr<float[]> memory = aligned_floats(64, released);
  Buffer x =
      Buffer::from_host(client.devices().front(), {{32}, f32}, std::as_bytes(std::span(memory.get() + 1, 32)),
                        HostSemantics::kZeroCopy, memory);
  std::optional<HostView> view = x.host_view();
  ASSERT_TRUE(view);
  EXPECT_NE(static_cast<const void*>(view->bytes().data()), memory.get() + 1);
  EXPECT_EQ(get<float>(x)[0], 1);
}

TEST(BufferView, ShowsTheElementsWhereTheyLie) {
  Client client = xla_cpu();
  Buffer x = put<int32_t>(client, {2, 2}, i32, {1, 2, 3, 4});
  EXPECT_TRUE(x.on_cpu());
  EXPECT_EQ(x.bytes_on_device(), 16u);
  std::optional<HostView> view = x.host_view();
  ASSERT_TRUE(view);
  ASSERT_EQ(view->bytes().size(), 16u);
  int32_t last;
  std::memcpy(&last, view->bytes().data() + 12, 4);
  EXPECT_EQ(last, 4);
}

TEST(BufferView, PackedElementsHaveNone) {
  Client client = xla_cpu();
  Buffer x = put<int8_t>(client, {8}, i4, {1, 2, 3, 4, 5, 6, 7, 0});
  if (x.bytes_on_device() == 8) GTEST_SKIP() << "this plugin does not pack";
  EXPECT_FALSE(x.host_view());
}

TEST(BufferLife, DeletedMemoryStaysDeleted) {
  Client client = xla_cpu();
  Buffer x = put<float>(client, {2}, f32, {1, 2});
  EXPECT_FALSE(x.is_deleted());
  x.delete_memory();
  EXPECT_TRUE(x.is_deleted());
  EXPECT_THROW(get<float>(x), Error);
  EXPECT_THROW(x.ready().await(), Error);
}

TEST(BufferLife, MovesLeaveAnEmptyOne) {
  Client client = xla_cpu();
  Buffer x = put<float>(client, {2}, f32, {1, 2});
  Buffer y = std::move(x);
  EXPECT_TRUE(x.empty());  // NOLINT: this is what is asked
  x = std::move(y);
  EXPECT_EQ(get<float>(x), (std::vector<float>{1, 2}));
}

TEST(BufferLife, ABufferKeepsItsClient) {
  Buffer x = [] {
    Client client = Client::create(xla_plugin(), {{"cpu_device_count", int64_t{2}}});
    EXPECT_EQ(client.devices().size(), 2u);
    return put<float>(client, {2}, f32, {1, 2}).copy_to(client.devices().at(1));
  }();
  EXPECT_EQ(get<float>(x), (std::vector<float>{1, 2}));
}

TEST(EventLife, AReadyEventCallsBackAtOnce) {
  Event nothing;
  EXPECT_TRUE(nothing.is_ready());
  nothing.await();
  int called = 0;
  nothing.on_ready([&](const Error* error) { called += error == nullptr; });
  Client client = xla_cpu();
  Buffer x = put<float>(client, {2}, f32, {1, 2});
  Event ready = x.ready();
  ready.await();
  EXPECT_TRUE(ready.is_ready());
  ready.on_ready([&](const Error* error) { called += error == nullptr; });
  EXPECT_EQ(called, 2);
}

}  // namespace
}  // namespace fusebox::pjrt
