// Tensors that are put on a device and stay there.
#include "fusebox/runtime/device.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <string>

#include "tests/checkpoint/expect_error.h"
#include "tests/runtime/cpu_device.h"

namespace fusebox {
namespace {

TEST(Device, UploadsAndGivesBack) {
  const HostTensor values = HostTensor::of({2, 3}, std::array{1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f});
  const HostTensor back = HostTensor::of(cpu().upload(values));
  EXPECT_EQ(back.shape, values.shape);
  EXPECT_EQ(back.data, values.data);
  EXPECT_EQ(HostTensor::of(cpu().upload(HostTensor::of({}, std::array{7}))).as<int32_t>()[0], 7);
  EXPECT_EQ(HostTensor::of(cpu().upload({{0, 3}, f32}, {})).shape, (Shape{{0, 3}, f32}));
}

TEST(Device, RefusesBytesOfAnotherSize) {
  HostTensor lying = HostTensor::of({2}, std::array{1, 2});
  lying.shape.dims = {3};
  const Error error = error_of([&] { cpu().upload(lying); });
  EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
  EXPECT_TRUE(contains(error.message(), "got 8 bytes for i32[3], want 12")) << error.what();
  EXPECT_EQ(error_of([] { cpu().zeros({{-1}, f32}); }).kind(), ErrorKind::kInvalidArgument);
}

TEST(Device, RefusesNumbersOfThreadsThatMakeNoSense) {
  for (const int threads : {-1, 1025, 1 << 30}) {
    const Error error = error_of([&] { Device::open({.threads = threads}); });
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
    EXPECT_TRUE(contains(error.message(), std::to_string(threads) + " threads")) << error.what();
  }
}

// Pages of physical memory that this process has.
int64_t resident_pages() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident;
}

TEST(Device, ZerosTakeNoMemoryUntilWrittenTo) {
  EXPECT_EQ(HostTensor::of(cpu().zeros({{2, 2}, f32})).to_floats(), std::vector<float>(4));
  EXPECT_EQ(HostTensor::of(cpu().zeros({{2, 0}, i32})).shape, (Shape{{2, 0}, i32}));
  const int64_t before = resident_pages();
  const pjrt::Buffer cache = cpu().zeros({{1 << 28}, f32});  // a gigabyte
  EXPECT_LT(resident_pages() - before, 1000);
  EXPECT_EQ(cache.shape(), (Shape{{1 << 28}, f32}));
}

struct Grown {
  Tensor state;
};

// They may be donated like any other buffer.
TEST(Device, ZerosAreAStateToBeginWith) {
  Call call(session_without_weights(cpu().compile(
      "grow", [](TraceCx& cx) { return Grown{cx.input("state", Shape{{64}, f32}, {.donate = true}) + 1}; })));
  std::array state = {cpu().zeros({{64}, f32})};
  call.set(call.index_of("state"), state[0]);
  for (int i = 0; i < 3; ++i) call.run_into(state).await();
  EXPECT_EQ(HostTensor::of(state[0]).to_floats(), std::vector<float>(64, 3));
}

}  // namespace
}  // namespace fusebox
