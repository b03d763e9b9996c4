// Programs on a real plugin: options, donation, asynchronous runs, saving and loading, errors.
#include "fusebox/pjrt/executable.h"

#include <gtest/gtest.h>

#include <cmath>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>

#include "tests/pjrt/stub.h"
#include "tests/pjrt/xla.h"

namespace fusebox::pjrt {
namespace {

Executable compile(const Client& client, std::string_view text) {
  return Executable::compile(client, text, default_compile_options(client));
}

constexpr const char* kSumAndDifference = R"(
  module @sum_and_difference {
    func.func @main(%x: tensor<3xf32>, %y: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
      %s = stablehlo.add %x, %y : tensor<3xf32>
      %d = stablehlo.subtract %x, %y : tensor<3xf32>
      return %s, %d : tensor<3xf32>, tensor<3xf32>
    }
  })";

// The first argument's memory becomes the result's.
constexpr const char* kIncrement = R"(
  func.func @main(%x: tensor<4096xf32> {tf.aliasing_output = 0 : i32}, %by: tensor<f32>) -> tensor<4096xf32> {
    %b = stablehlo.broadcast_in_dim %by, dims = [] : (tensor<f32>) -> tensor<4096xf32>
    %y = stablehlo.add %x, %b : tensor<4096xf32>
    return %y : tensor<4096xf32>
  })";

// Takes a moment: a loop of products.
constexpr const char* kSlow = R"(
  func.func @main(%x: tensor<256x256xf32>) -> tensor<256x256xf32> {
    %zero = stablehlo.constant dense<0> : tensor<i32>
    %one = stablehlo.constant dense<1> : tensor<i32>
    %end = stablehlo.constant dense<400> : tensor<i32>
    %r:2 = stablehlo.while(%i = %zero, %a = %x) : tensor<i32>, tensor<256x256xf32>
      cond {
        %c = stablehlo.compare LT, %i, %end : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %c : tensor<i1>
      } do {
        %b = stablehlo.dot_general %a, %x, contracting_dims = [1] x [0]
            : (tensor<256x256xf32>, tensor<256x256xf32>) -> tensor<256x256xf32>
        %n = stablehlo.add %i, %one : tensor<i32>
        stablehlo.return %n, %b : tensor<i32>, tensor<256x256xf32>
      }
    return %r#1 : tensor<256x256xf32>
  })";

Buffer identity(const Client& client) {
  std::vector<float> values(256 * 256);
  for (size_t i = 0; i < 256; ++i) values[257 * i] = 1;
  return put(client, {256, 256}, f32, values);
}

TEST(CompileOptionsBytes, AreTheKnownOnes) {
  std::string plain("\x1A\x0F\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x20\x01\x28\x01", 17);
  EXPECT_EQ(CompileOptions{}.encode(), plain);
  EXPECT_EQ(CompileOptions{.portable = true}.encode(), plain + "\x20\x01");
  CompileOptions all{.overrides = {{"a", std::string("s")}, {"b", false}, {"c", int64_t{300}}, {"d", 1.0}}};
  EXPECT_EQ(all.encode(), plain + std::string("\x3A\x08\x0A\x01"
                                              "a\x12\x03\x0A\x01s"
                                              "\x3A\x07\x0A\x01"
                                              "b\x12\x02\x10\x00"
                                              "\x3A\x08\x0A\x01"
                                              "c\x12\x03\x18\xAC\x02"
                                              "\x3A\x0E\x0A\x01"
                                              "d\x12\x09\x21\x00\x00\x00\x00\x00\x00\xF0\x3F",
                                              10 + 9 + 10 + 16));
}

TEST(ExecutableInfo, TellsOutputsNameAndMemory) {
  Client client = xla_cpu();
  Executable program = compile(client, kSumAndDifference);
  EXPECT_EQ(program.num_outputs(), 2u);
  EXPECT_EQ(program.output_shapes(), (std::vector<Shape>{{{3}, f32}, {{3}, f32}}));
  EXPECT_EQ(program.name(), "sum_and_difference");
  std::optional<CompiledMemoryStats> stats = program.memory_stats();
  ASSERT_TRUE(stats);
  EXPECT_EQ(stats->arguments, 24);
  EXPECT_GE(stats->outputs, 24);
  EXPECT_EQ(compile(client, kIncrement).memory_stats()->aliased, 4096 * 4);
}

TEST(ExecutableInfo, ShapesOfScalarsAndOtherTypes) {
  Executable program = compile(xla_cpu(), R"(
    func.func @main() -> (tensor<i1>, tensor<2x0x3xbf16>, tensor<4xi64>) {
      %a = stablehlo.constant dense<true> : tensor<i1>
      %b = stablehlo.constant dense<1.0> : tensor<2x0x3xbf16>
      %c = stablehlo.constant dense<[1, 2, 3, 4]> : tensor<4xi64>
      return %a, %b, %c : tensor<i1>, tensor<2x0x3xbf16>, tensor<4xi64>
    })");
  EXPECT_EQ(program.output_shapes(), (std::vector<Shape>{{{}, i1}, {{2, 0, 3}, bf16}, {{4}, i64}}));
  Execution run = program.execute({});
  EXPECT_EQ(get<int64_t>(run.outputs[2]), (std::vector<int64_t>{1, 2, 3, 4}));
}

TEST(ExecutableRun, GivesSeveralOutputs) {
  Client client = xla_cpu();
  Buffer x = put<float>(client, {3}, f32, {5, 6, 7}), y = put<float>(client, {3}, f32, {1, 2, 3});
  const Buffer* arguments[] = {&x, &y};
  Execution run = compile(client, kSumAndDifference).execute(arguments);
  run.done.await();
  EXPECT_EQ(get<float>(run.outputs[0]), (std::vector<float>{6, 8, 10}));
  EXPECT_EQ(get<float>(run.outputs[1]), (std::vector<float>{4, 4, 4}));
}

TEST(ExecutableRun, OutputsComeRowMajor) {
  Client client = xla_cpu();
  Buffer x = put<float>(client, {2, 3}, f32, {1, 2, 3, 4, 5, 6});
  const Buffer* arguments[] = {&x};
  Execution run = compile(client, R"(
    func.func @main(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
      %y = stablehlo.transpose %x, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
      return %y : tensor<3x2xf32>
    })")
                      .execute(arguments);
  EXPECT_EQ(get<float>(run.outputs[0]), (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

TEST(ExecutableRun, MaximumKeepsNaN) {
  Client client = xla_cpu();
  float nan = std::numeric_limits<float>::quiet_NaN();
  Buffer x = put<float>(client, {4}, f32, {nan, 1, nan, 2}),
         y = put<float>(client, {4}, f32, {1, nan, nan, 1});
  const Buffer* arguments[] = {&x, &y};
  Execution run = compile(client, R"(
    func.func @main(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
      %a = stablehlo.maximum %x, %y : tensor<4xf32>
      %b = stablehlo.minimum %x, %y : tensor<4xf32>
      return %a, %b : tensor<4xf32>, tensor<4xf32>
    })")
                      .execute(arguments);
  for (const Buffer& output : run.outputs) {
    std::vector<float> values = get<float>(output);
    for (int i : {0, 1, 2}) EXPECT_TRUE(std::isnan(values[i])) << i;
  }
  EXPECT_EQ(get<float>(run.outputs[0])[3], 2);
}

TEST(ExecutableRun, ReturnsBeforeTheWorkIsDone) {
  Client client = xla_cpu();
  Executable slow = compile(client, kSlow);
  Buffer x = identity(client);
  const Buffer* arguments[] = {&x};
  Execution run;
  bool seen_at_work = false;
  for (int i = 0; i < 5 && !seen_at_work; ++i) {  // a busy machine may look too late
    run = slow.execute(arguments);
    seen_at_work = !run.done.is_ready() && !run.outputs[0].ready().is_ready();
  }
  EXPECT_TRUE(seen_at_work);

  // Outputs can be used at once; transfers wait for them.
  const Buffer* next[] = {&run.outputs[0]};
  Execution second = slow.execute(next);
  EXPECT_EQ(get<float>(second.outputs[0])[257], 1);
  EXPECT_TRUE(run.done.is_ready());
}

TEST(ExecutableRun, CallsBackFromAnotherThread) {
  Client client = xla_cpu();
  Executable slow = compile(client, kSlow);
  Buffer x = identity(client);
  std::mutex mutex;
  std::condition_variable changed;
  bool called = false;
  {
    const Buffer* arguments[] = {&x};
    Execution run = slow.execute(arguments);
    run.done.on_ready([&](const Error* error) {
      EXPECT_EQ(error, nullptr);
      std::lock_guard lock(mutex);
      called = true;
      changed.notify_all();
    });
  }  // event and outputs may go away meanwhile
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return called; }));
}

TEST(ExecutableRun, AProgramMayGoWhileItRuns) {
  Client client = xla_cpu();
  Buffer x = identity(client);
  const Buffer* arguments[] = {&x};
  Execution run = compile(client, kSlow).execute(arguments);
  x = Buffer();
  EXPECT_EQ(get<float>(run.outputs[0])[0], 1);
}

TEST(ExecutableRun, ServesSeveralThreads) {
  Client client = xla_cpu();
  Executable program = compile(client, kSumAndDifference);
  Buffer y = put<float>(client, {3}, f32, {1, 2, 3});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        float v = static_cast<float>(t * 100 + i);
        Buffer x = put<float>(client, {3}, f32, {v, v, v});
        const Buffer* arguments[] = {&x, &y};
        EXPECT_EQ(get<float>(program.execute(arguments).outputs[0]),
                  (std::vector<float>{v + 1, v + 2, v + 3}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Donation, DeletesTheArgumentAndReusesItsMemory) {
  Client client = xla_cpu();
  Executable increment = compile(client, kIncrement);
  Buffer x = put(client, {4096}, f32, std::vector<float>(4096, 1)), one = put<float>(client, {}, f32, {1});
  const void* before = x.host_view()->bytes().data();
  const Buffer* arguments[] = {&x, &one};
  Execution run = increment.execute(arguments);
  EXPECT_TRUE(x.is_deleted());
  EXPECT_FALSE(one.is_deleted());
  EXPECT_EQ(get<float>(run.outputs[0])[4095], 2);
  EXPECT_EQ(static_cast<const void*>(run.outputs[0].host_view()->bytes().data()), before);
  EXPECT_THROW(increment.execute(arguments), Error);  // it is gone
}

TEST(Donation, CanBeVetoed) {
  Client client = xla_cpu();
  Executable increment = compile(client, kIncrement);
  Buffer x = put(client, {4096}, f32, std::vector<float>(4096, 1)), one = put<float>(client, {}, f32, {1});
  const Buffer* arguments[] = {&x, &one};
  int64_t keep[] = {0};
  Execution run = increment.execute(arguments, {.non_donatable = keep});
  EXPECT_FALSE(x.is_deleted());
  EXPECT_EQ(get<float>(x)[0], 1);
  EXPECT_EQ(get<float>(run.outputs[0])[0], 2);
}

TEST(Donation, AViewIsNotWrittenOver) {
  Client client = xla_cpu();
  Executable increment = compile(client, kIncrement);
  Buffer x = put(client, {4096}, f32, std::vector<float>(4096, 1)), one = put<float>(client, {}, f32, {1});
  std::optional<HostView> view = x.host_view();
  const Buffer* arguments[] = {&x, &one};
  std::optional<Error> error = error_of([&] {
    Execution run = increment.execute(arguments);
    EXPECT_EQ(get<float>(run.outputs[0])[0], 2);
  });
  float first;
  std::memcpy(&first, view->bytes().data(), 4);
  EXPECT_EQ(first, 1) << (error ? error->what() : "");
}

TEST(Donation, OneBufferCanBeArgumentAndOutputOfALoop) {
  Client client = xla_cpu();
  Executable increment = compile(client, kIncrement);
  std::vector<Buffer> state(1);
  state[0] = put(client, {4096}, f32, std::vector<float>(4096, 0));
  Buffer one = put<float>(client, {}, f32, {1});
  const Buffer* arguments[] = {&state[0], &one};
  for (int i = 0; i < 100; ++i) increment.execute_into(arguments, state);
  EXPECT_EQ(get<float>(state[0])[7], 100);
}

TEST(Serialize, ALoadedProgramRunsAsTheCompiledOne) {
  Client client = xla_cpu();
  std::vector<std::byte> bytes = compile(client, kSumAndDifference).serialize();
  ASSERT_FALSE(bytes.empty());
  Executable loaded = Executable::deserialize(client, bytes);
  EXPECT_EQ(loaded.num_outputs(), 2u);
  Buffer x = put<float>(client, {3}, f32, {5, 6, 7}), y = put<float>(client, {3}, f32, {1, 2, 3});
  const Buffer* arguments[] = {&x, &y};
  EXPECT_EQ(get<float>(loaded.execute(arguments).outputs[0]), (std::vector<float>{6, 8, 10}));

  CompileOptions options = default_compile_options(client);
  Executable again = Executable::deserialize(client, bytes, &options);
  EXPECT_EQ(get<float>(again.execute(arguments).outputs[1]), (std::vector<float>{4, 4, 4}));
}

// Fused kernels have names of their own, which XLA's plugin does not write a second time.
TEST(Serialize, ALoadedProgramCanBeSavedAgain) {
  Client client = xla_cpu();
  const std::vector<std::byte> bytes = compile(client, kSumAndDifference).serialize();
  const std::vector<std::byte> again = Executable::deserialize(client, bytes).serialize();
  Executable loaded = Executable::deserialize(client, again);
  Buffer x = put<float>(client, {3}, f32, {5, 6, 7}), y = put<float>(client, {3}, f32, {1, 2, 3});
  const Buffer* arguments[] = {&x, &y};
  EXPECT_EQ(get<float>(loaded.execute(arguments).outputs[0]), (std::vector<float>{6, 8, 10}));
}

TEST(Serialize, RubbishIsAnError) {
  Client client = xla_cpu();
  std::string rubbish = "this is no program";
  EXPECT_THROW(Executable::deserialize(client, std::as_bytes(std::span(rubbish))), Error);
  EXPECT_THROW(Executable::deserialize(client, {}), Error);
}

TEST(ExecutableErrors, AreThePluginsWords) {
  Client client = xla_cpu();
  EXPECT_ERROR(compile(client, "this is no program"), ErrorKind::kPlugin, "[PJRT_Client_Compile]");
  EXPECT_ERROR(Executable::compile(client, kIncrement, {}, "fortran"), ErrorKind::kPlugin, "fortran");
  CompileOptions misspelt;
  misspelt.overrides["xla_cpu_no_such_switch"] = true;
  EXPECT_ERROR(Executable::compile(client, kIncrement, misspelt), ErrorKind::kPlugin,
               "xla_cpu_no_such_switch");

  Executable increment = compile(client, kIncrement);
  Buffer x = put<float>(client, {3}, f32, {1, 2, 3}), one = put<float>(client, {}, f32, {1});
  const Buffer* too_few[] = {&x};
  EXPECT_ERROR(increment.execute(too_few), ErrorKind::kPlugin, "[PJRT_LoadedExecutable_Execute]");
  const Buffer* wrong_shape[] = {&x, &one};
  EXPECT_THROW(increment.execute(wrong_shape).done.await(), Error);
}

TEST(ExecutableErrors, AnUnknownClientOptionIsTold) {
  EXPECT_ERROR(Client::create(xla_plugin(), {{"no_such_option", int64_t{1}}}), ErrorKind::kPlugin,
               "no_such_option");
}

}  // namespace
}  // namespace fusebox::pjrt
