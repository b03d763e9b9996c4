// Sessions and calls: inputs by name, what is said when they do not fit, state that stays on the device.
#include "fusebox/runtime/session.h"

#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "tests/checkpoint/expect_error.h"
#include "tests/runtime/cpu_device.h"

namespace fusebox {
namespace {

struct SumAndProduct {
  Tensor sum, product;
};

const Session& pair_session() {
  static const Session session = session_without_weights(cpu().compile("pair", [](TraceCx& cx) {
    const Tensor left = cx.input("left", {2, 2}, f32), right = cx.input("right", {2, 2}, f32);
    return SumAndProduct{left + right, left * right};
  }));
  return session;
}

const std::vector<float> kLeft = {1, 2, 3, 4}, kRight = {10, 20, 30, 40};

TEST(Session, RunsWithPlainValuesAndTensors) {
  const Outputs out = pair_session().run({{"right", HostTensor::of({2, 2}, kRight)}, {"left", kLeft}});
  EXPECT_EQ(out["sum"].shape, (Shape{{2, 2}, f32}));
  EXPECT_EQ(out["sum"].to_floats(), (std::vector<float>{11, 22, 33, 44}));
  EXPECT_EQ(out["product"].to_floats(), (std::vector<float>{10, 40, 90, 160}));
}

TEST(Session, SaysWhatIsWrongWithAnInput) {
  const auto message = [](ErrorKind kind, std::initializer_list<NamedInput> inputs) {
    const Error error = error_of([&] { pair_session().run(inputs); });
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_EQ(error.op(), "run");
    return error.message();
  };
  EXPECT_EQ(message(ErrorKind::kInvalidArgument, {{"left", kLeft}}), "input 'right' f32[2, 2] is not given");
  EXPECT_EQ(message(ErrorKind::kInvalidArgument, {{"left", kLeft}, {"left", kLeft}}),
            "input 'left' is given twice");
  EXPECT_TRUE(contains(message(ErrorKind::kNotFound, {{"letf", kLeft}}), "no input named 'letf'"));
  EXPECT_TRUE(contains(message(ErrorKind::kNotFound, {{"letf", kLeft}}), "left"));
  EXPECT_EQ(message(ErrorKind::kShapeMismatch, {{"left", std::vector<float>(3)}}),
            "input 'left' got f32[3], want f32[2, 2]");
  EXPECT_EQ(message(ErrorKind::kShapeMismatch, {{"left", HostTensor::of({4}, kLeft)}}),
            "input 'left' got f32[4], want f32[2, 2]");
  EXPECT_EQ(message(ErrorKind::kDTypeMismatch, {{"left", std::vector<int32_t>(4)}}),
            "input 'left' got i32[4], want f32[2, 2]");
  HostTensor lying = HostTensor::of({2, 2}, kLeft);
  lying.data.resize(3);
  EXPECT_EQ(message(ErrorKind::kShapeMismatch, {{"left", lying}}),
            "input 'left' f32[2, 2] has 3 bytes of data, want 16");
}

TEST(Session, RunsOnManyThreadsAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const std::vector<float> values(4, static_cast<float>(t));
        right += pair_session().run({{"left", values}, {"right", kRight}})["sum"].to_floats()[0] ==
                 10.0f + static_cast<float>(t);
      }
    });
  threads.clear();
  EXPECT_EQ(right, 80);
}

TEST(Session, TakesEmptyTensors) {
  const Session session = session_without_weights(
      cpu().compile("empty", [](TraceCx& cx) { return sum(cx.input("x", {0, 3}, f32), 0); }));
  EXPECT_EQ(session.run({{"x", std::vector<float>()}})[0].to_floats(), (std::vector<float>{0, 0, 0}));
}

struct Counted {
  Tensor state;
};

// A donated input gives its memory to the output of its name: no copy per step.
TEST(Call, KeepsDonatedStateOnTheDevice) {
  const CompiledModel model = cpu().compile("count", [](TraceCx& cx) {
    const Tensor state = cx.input("state", Shape{{1024}, f32}, {.donate = true});
    return Counted{state + cx.input("step", {}, f32)};
  });
  EXPECT_EQ(model.signature().find("state")->alias_output, 0);
  Call call(session_without_weights(model));
  const std::vector<float> zeros(1024), step = {2};
  const auto upload = [](Dims dims, const std::vector<float>& values) {
    return pjrt::Buffer::from_host(cpu().handle(), {std::move(dims), f32}, std::as_bytes(std::span(values)));
  };
  std::array state = {upload({1024}, zeros)};
  const pjrt::Buffer two = upload({}, step);
  call.set(call.index_of("state"), state[0]);
  call.set(call.index_of("step"), two);
  for (int i = 0; i < 3; ++i) call.run_into(state).await();
  std::vector<float> result(1024);
  state[0].to_host(std::as_writable_bytes(std::span(result))).await();
  EXPECT_EQ(result, std::vector<float>(1024, 6));

  pjrt::Buffer kept = std::move(state[0]);  // an output of its own: the donated buffer is gone
  call.set(call.index_of("state"), kept);
  call.run_into(state).await();
  EXPECT_TRUE(kept.is_deleted());
  EXPECT_EQ(error_of([&] { call.index_of("stat"); }).kind(), ErrorKind::kNotFound);
}

TEST(Call, RefusesWhatIsNotSet) {
  Call call(pair_session());
  std::array<pjrt::Buffer, 2> outputs;
  EXPECT_EQ(error_of([&] { call.run_into(outputs); }).kind(), ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace fusebox
