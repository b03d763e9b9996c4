// Whole programs through the compiler: values are where they should be although buffers are shared, copies
// left out and updates made in place.
#include "cpu/compiler/compiler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "cpu/execute/action.h"
#include "cpu/execute/program.h"
#include "cpu/level.h"
#include "fusebox/base/error.h"
#include "tests/cpu/compiler/run.h"

namespace fusebox::cpu {
namespace {

size_t count_steps(const std::vector<Step>& steps) {
  size_t count = steps.size();
  for (const Step& step : steps)
    for (const auto& block : step.blocks) count += count_steps(block);
  return count;
}

TEST(Compile, ElementwiseOpsAreOneKernel) {
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<3xf32>, %y: tensor<3xf32>) -> tensor<3xf32> {
      %0 = stablehlo.add %x, %y : tensor<3xf32>
      %1 = stablehlo.multiply %0, %0 : tensor<3xf32>
      %2 = stablehlo.subtract %1, %x : tensor<3xf32>
      return %2 : tensor<3xf32>
    })");
  EXPECT_EQ(blob.kernels.size(), 1u);
  EXPECT_EQ(blob.arena_bytes, 0);
  EXPECT_EQ(run(blob, {{1, 2, 3}, {1, 1, 1}})[0], (Floats{3, 7, 13}));
}

TEST(Compile, EqualLayersShareTheirKernels) {
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<2x2xf32>, %a: tensor<2x2xf32>, %b: tensor<2x2xf32>) -> tensor<2x2xf32> {
      %0 = stablehlo.dot_general %x, %a, contracting_dims = [1] x [0] : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
      %1 = stablehlo.dot_general %0, %b, contracting_dims = [1] x [0] : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
      return %1 : tensor<2x2xf32>
    })");
  EXPECT_EQ(blob.kernels.size(), 1u);
  EXPECT_EQ(run(blob, {{1, 2, 3, 4}, {1, 1, 0, 1}, {0, 1, 1, 0}})[0], (Floats{3, 1, 7, 3}));
}

constexpr std::string_view kDonatedUpdate = R"(
  func.func @main(%cache: tensor<4xf32> {tf.aliasing_output = 0 : i32}, %x: tensor<1xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
    %at = stablehlo.constant dense<2> : tensor<i32>
    %0 = stablehlo.dynamic_update_slice %cache, %x, %at : (tensor<4xf32>, tensor<1xf32>, tensor<i32>) -> tensor<4xf32>
    %1 = stablehlo.add %0, OTHER : tensor<4xf32>
    return %0, %1 : tensor<4xf32>, tensor<4xf32>
  })";

std::string donated_update(std::string_view other) {
  std::string text(kDonatedUpdate);
  return text.replace(text.find("OTHER"), 5, other);
}

TEST(Compile, ADonatedCacheIsUpdatedInPlace) {
  const Blob blob = compiled(donated_update("%0"));
  EXPECT_EQ(blob.steps.size(), 2u);  // no copy
  const auto results = run(blob, {{1, 2, 3, 4}, {9}});
  EXPECT_EQ(results[0], (Floats{1, 2, 9, 4}));
  EXPECT_EQ(results[1], (Floats{2, 4, 18, 8}));
}

TEST(Compile, AnOldValueThatIsStillWantedIsKept) {
  const Blob blob = compiled(donated_update("%cache"));
  const auto results = run(blob, {{1, 2, 3, 4}, {9}});
  EXPECT_EQ(results[0], (Floats{1, 2, 9, 4}));
  EXPECT_EQ(results[1], (Floats{2, 4, 12, 8}));
}

TEST(Compile, ADonatedArgumentThatIsAResultStaysAsItIs) {
  const Blob blob = compiled(R"(
    func.func @main(%a: tensor<4xf32> {tf.aliasing_output = 0 : i32}, %x: tensor<1xf32>) -> (tensor<4xf32>, tensor<f32>) {
      %at = stablehlo.constant dense<2> : tensor<i32>
      %0 = stablehlo.dynamic_update_slice %a, %x, %at : (tensor<4xf32>, tensor<1xf32>, tensor<i32>) -> tensor<4xf32>
      %z = stablehlo.constant dense<0.0> : tensor<f32>
      %1 = stablehlo.reduce(%0 init: %z) applies stablehlo.add across dimensions = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
      return %a, %1 : tensor<4xf32>, tensor<f32>
    })");
  const auto results = run(blob, {{1, 2, 3, 4}, {9}});
  EXPECT_EQ(results[0], (Floats{1, 2, 3, 4}));
  EXPECT_EQ(results[1], (Floats{16}));
}

TEST(Compile, AResultMayBeMadeOfWhatItReplaces) {
  const Blob blob = compiled(R"(
    func.func @main(%a: tensor<4xf32> {tf.aliasing_output = 0 : i32}) -> tensor<4xf32> {
      %0 = stablehlo.reverse %a, dims = [0] : tensor<4xf32>
      return %0 : tensor<4xf32>
    })");
  EXPECT_EQ(run(blob, {{1, 2, 3, 4}})[0], (Floats{4, 3, 2, 1}));
}

TEST(Compile, AnUpdateOfNothingChangesNothing) {
  const Blob blob = compiled(R"(
    func.func @main(%a: tensor<2xf32>, %x: tensor<0xf32>) -> tensor<2xf32> {
      %at = stablehlo.constant dense<0> : tensor<i32>
      %0 = stablehlo.dynamic_update_slice %a, %x, %at : (tensor<2xf32>, tensor<0xf32>, tensor<i32>) -> tensor<2xf32>
      return %0 : tensor<2xf32>
    })");
  EXPECT_EQ(run(blob, {{1, 2}, {}})[0], (Floats{1, 2}));
}

TEST(Compile, AConstantOfOneValueIsNotWrittenOutInTheBlob) {
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<1x1000xf32>) -> tensor<1x1000xf32> {
      %w = stablehlo.constant dense<0.5> : tensor<1000x1000xf32>
      %0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0] : (tensor<1x1000xf32>, tensor<1000x1000xf32>) -> tensor<1x1000xf32>
      return %0 : tensor<1x1000xf32>
    })");
  EXPECT_LT(blob.constants.size(), 1000u);
  EXPECT_EQ(run(blob, {Floats(1000, 1)})[0], Floats(1000, 500));
}

TEST(Compile, AnUpdateByItsOwnElementsReadsThemAsTheyWere) {
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
      %0 = stablehlo.negate %x : tensor<4xf32>
      %1 = stablehlo.slice %0 [0:3] : (tensor<4xf32>) -> tensor<3xf32>
      %one = stablehlo.constant dense<1> : tensor<i32>
      %2 = stablehlo.dynamic_update_slice %0, %1, %one : (tensor<4xf32>, tensor<3xf32>, tensor<i32>) -> tensor<4xf32>
      return %2 : tensor<4xf32>
    })");
  EXPECT_EQ(run(blob, {{1, 2, 3, 4}})[0], (Floats{-1, -1, -2, -3}));
}

TEST(Compile, CountingIsDoneInPlace) {
  const Blob blob = compiled(R"(
    func.func @main(%counts: tensor<4xf32> {tf.aliasing_output = 0 : i32}, %at: tensor<i32>, %and: tensor<i32>) -> tensor<4xf32> {
      %one = stablehlo.constant dense<1.0> : tensor<1xf32>
      %0 = stablehlo.dynamic_slice %counts, %at, sizes = [1] : (tensor<4xf32>, tensor<i32>) -> tensor<1xf32>
      %1 = stablehlo.add %0, %one : tensor<1xf32>
      %2 = stablehlo.dynamic_update_slice %counts, %1, %at : (tensor<4xf32>, tensor<1xf32>, tensor<i32>) -> tensor<4xf32>
      %3 = stablehlo.dynamic_slice %2, %and, sizes = [1] : (tensor<4xf32>, tensor<i32>) -> tensor<1xf32>
      %4 = stablehlo.add %3, %one : tensor<1xf32>
      %5 = stablehlo.dynamic_update_slice %2, %4, %and : (tensor<4xf32>, tensor<1xf32>, tensor<i32>) -> tensor<4xf32>
      return %5 : tensor<4xf32>
    })");
  EXPECT_EQ(blob.steps.size(), 4u);  // no copy
  const auto place = std::bit_cast<float>(2);
  EXPECT_EQ(run(blob, {{1, 2, 3, 4}, {place}, {place}})[0], (Floats{1, 2, 5, 4}));
}

// A pair that changes places, and a sum, three times over.
constexpr std::string_view kLoop = R"(
  func.func @main(%a: tensor<2xf32>, %b: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
    %zero = stablehlo.constant dense<0> : tensor<i32>
    %none = stablehlo.constant dense<0.0> : tensor<2xf32>
    %r:4 = stablehlo.while(%i = %zero, %x = %a, %y = %b, %s = %none) : tensor<i32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
    cond {
      %n = stablehlo.constant dense<3> : tensor<i32>
      %c = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %one = stablehlo.constant dense<1> : tensor<i32>
      %j = stablehlo.add %i, %one : tensor<i32>
      %t = stablehlo.add %s, %x : tensor<2xf32>
      stablehlo.return %j, %y, %x, %t : tensor<i32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
    }
    return %r#1, %r#2, %r#3 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
  })";

TEST(Compile, LoopVariablesMayChangePlaces) {
  const auto results = run(compiled(kLoop), {{1, 2}, {10, 20}});
  EXPECT_EQ(results[0], (Floats{10, 20}));
  EXPECT_EQ(results[1], (Floats{1, 2}));
  EXPECT_EQ(results[2], (Floats{12, 24}));  // 1 + 10 + 1
}

TEST(Compile, ResultsDoNotDependOnThreads) {
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<64x96xf32>, %w: tensor<80x96xf32>) -> (tensor<64x80xf32>, tensor<64xf32>) {
      %0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [1] : (tensor<64x96xf32>, tensor<80x96xf32>) -> tensor<64x80xf32>
      %z = stablehlo.constant dense<0.0> : tensor<f32>
      %1 = stablehlo.reduce(%0 init: %z) applies stablehlo.add across dimensions = [1] : (tensor<64x80xf32>, tensor<f32>) -> tensor<64xf32>
      return %0, %1 : tensor<64x80xf32>, tensor<64xf32>
    })");
  Floats x(64 * 96), w(80 * 96);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 7919 % 1013) / 1013;
  for (size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(i * 104729 % 997) / 997 - 0.5f;
  const auto one = run(blob, {x, w});
  for (const int threads : {2, 3, 8}) EXPECT_EQ(run(blob, {x, w}, threads), one) << threads;
}

TEST(Compile, WhatIsNotDoneIsRefusedByOpAndType) {
  constexpr std::string_view kText = R"(
    func.func @main(%x: tensor<2xcomplex<f32>>) -> tensor<2xcomplex<f32>> {
      %0 = stablehlo.add %x, %x : tensor<2xcomplex<f32>>
      return %0 : tensor<2xcomplex<f32>>
    })";
  try {
    compiled(kText);
    FAIL() << "compiled";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
    EXPECT_NE(error.message().find("complex<f32>"), std::string::npos) << error.what();
  }
}

ErrorKind kind_of_refusal(const std::string& text, std::vector<std::string> disabled = {}) {
  try {
    compile(text, {.level = std::string(cpu_level()), .disabled_passes = std::move(disabled)});
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "compiled: " << text.substr(0, 200);
  return ErrorKind::kInternal;
}

// `line` over and over, each on the result of the one before: "%N" is a number, "%P" the one before it.
std::string chain(int length, std::string_view line) {
  std::string text = "func.func @main(%v0: tensor<2x2xf32>) -> tensor<2x2xf32> {\n";
  for (int i = 1; i <= length; ++i) {
    std::string op(line);
    for (size_t at = 0; (at = op.find("%P")) != std::string::npos;)
      op.replace(at, 2, "%v" + std::to_string(i - 1));
    text += "%v" + std::to_string(i) + " = " + op + "\n";
  }
  return text + "return %v" + std::to_string(length) + " : tensor<2x2xf32>\n}";
}

TEST(Compile, LongChainsAreCut) {
  constexpr int kLength = 20'000;
  const Blob turned = compiled(
      chain(kLength + 1, "stablehlo.transpose %P, dims = [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>"));
  EXPECT_EQ(run(turned, {{1, 2, 3, 4}})[0], (Floats{1, 3, 2, 4}));
  const Blob shaped = compiled(chain(kLength, "stablehlo.reshape %P : (tensor<2x2xf32>) -> tensor<2x2xf32>"));
  EXPECT_EQ(run(shaped, {{1, 2, 3, 4}})[0], (Floats{1, 2, 3, 4}));
  const Blob negated = compiled(chain(kLength, "stablehlo.negate %P : tensor<2x2xf32>"));
  EXPECT_EQ(run(negated, {{1, 2, 3, 4}})[0], (Floats{1, 2, 3, 4}));
}

TEST(Compile, CallsNestedTooDeepAreRefused) {
  std::string text =
      "func.func @main(%x: tensor<f32>) -> tensor<f32> {\n%0 = func.call @f0(%x) : (tensor<f32>) -> "
      "tensor<f32>\nreturn %0 : tensor<f32>\n}\n";
  for (int i = 0; i < 20'000; ++i)
    text += "func.func private @f" + std::to_string(i) +
            "(%x: tensor<f32>) -> tensor<f32> {\n%0 = func.call @f" + std::to_string(i + 1) +
            "(%x) : (tensor<f32>) -> tensor<f32>\nreturn %0 : tensor<f32>\n}\n";
  text += "func.func private @f20000(%x: tensor<f32>) -> tensor<f32> {\nreturn %x : tensor<f32>\n}\n";
  EXPECT_EQ(kind_of_refusal(text), ErrorKind::kUnsupported);
}

TEST(Compile, WhatNoMemoryHoldsIsRefused) {
  const std::string huge = R"(
    func.func @main(%x: tensor<f32>) -> tensor<f32> {
      %0 = stablehlo.broadcast_in_dim %x, dims = [] : (tensor<f32>) -> tensor<1000000000000000x1xf32>
      %1 = stablehlo.dot_general %0, %0, contracting_dims = [0] x [0] : (tensor<1000000000000000x1xf32>, tensor<1000000000000000x1xf32>) -> tensor<1x1xf32>
      %2 = stablehlo.reshape %1 : (tensor<1x1xf32>) -> tensor<f32>
      return %2 : tensor<f32>
    })";
  EXPECT_EQ(kind_of_refusal(huge), ErrorKind::kOutOfMemory);
}

TEST(Compile, WhatHasNoMainIsRefused) {
  const std::string text = "func.func @other(%x: tensor<f32>) -> tensor<f32> {\nreturn %x : tensor<f32>\n}";
  EXPECT_EQ(kind_of_refusal(text), ErrorKind::kInvalidArgument);
  EXPECT_EQ(kind_of_refusal(text, {"inline-calls"}), ErrorKind::kInvalidArgument);
}

TEST(Compile, StagesAreToldInOrder) {
  std::vector<std::string> stages;
  compile(kLoop, {.level = std::string(cpu_level()),
                  .on_stage = [&](std::string_view stage, double) { stages.emplace_back(stage); }});
  ASSERT_GE(stages.size(), 4u);
  EXPECT_EQ(stages.front(), "parse");
  EXPECT_EQ(stages.back(), "machine code");
}

TEST(Compile, BitcastsBetweenWidths) {
  constexpr std::string_view kText = R"(
    func.func @main(%x: tensor<2xf32>, %y: tensor<3x2xf32>, %z: tensor<f32>) -> (tensor<2x2xf32>, tensor<3xf32>, tensor<f32>) {
      %0 = stablehlo.bitcast_convert %x : (tensor<2xf32>) -> tensor<2x2xf16>
      %1 = stablehlo.convert %0 : (tensor<2x2xf16>) -> tensor<2x2xf32>
      %2 = stablehlo.convert %y : (tensor<3x2xf32>) -> tensor<3x2xf16>
      %3 = stablehlo.bitcast_convert %2 : (tensor<3x2xf16>) -> tensor<3xf32>
      %4 = stablehlo.bitcast_convert %z : (tensor<f32>) -> tensor<4xui8>
      %5 = stablehlo.bitcast_convert %4 : (tensor<4xui8>) -> tensor<f32>
      return %1, %3, %5 : tensor<2x2xf32>, tensor<3xf32>, tensor<f32>
    })";
  const auto number = [](uint32_t bits) { return std::bit_cast<float>(bits); };
  const Floats x = {number(0x3c004000), number(0xb800'3400)}, y = {2, 1, 0.25f, -0.5f, 0, 1};
  const std::vector<Floats> got = run(compiled(kText), {x, y, {-1.2345e-7f}});
  EXPECT_EQ(got[0], (Floats{2, 1, 0.25f, -0.5f}));
  EXPECT_EQ(got[1], (Floats{x[0], x[1], number(0x3c000000)}));
  EXPECT_EQ(got[2], (Floats{-1.2345e-7f}));
  EXPECT_EQ(kind_of_refusal(std::string(kText), {"spell-out-bitcasts"}), ErrorKind::kUnsupported);
}

TEST(Compile, EveryPassCanBeLeftOut) {
  EXPECT_EQ(kind_of_refusal(std::string(kLoop), {"fussion"}), ErrorKind::kInvalidArgument);
  const Blob all = compiled(kLoop);
  for (const char* pass :
       {"inline-calls", "drop-barriers", "eliminate-common-subexpressions", "eliminate-dead-code", "fusion",
        "dot-epilogues", "remove-copies", "bring-together", "keep-for-one"}) {
    const Blob blob = compile(kLoop, {.level = std::string(cpu_level()), .disabled_passes = {pass}});
    EXPECT_GE(count_steps(blob.steps), count_steps(all.steps));
    EXPECT_EQ(run(blob, {{1, 2}, {10, 20}}), run(all, {{1, 2}, {10, 20}})) << pass;
  }
}

// Waking a thread takes longer than a little work; how much there is to do in a loop is not known.
TEST(Compile, LittleWorkIsForOneThread) {
  const auto text = [](int64_t rows) {
    const std::string x = "tensor<" + std::to_string(rows) + "x384xf32>";
    return "func.func @main(%x: " + x + ", %w: tensor<384x384xf32>) -> " + x +
           " {\n%0 = stablehlo.dot_general %x, %w, contracting_dims = [1] x [0] : (" + x +
           ", tensor<384x384xf32>) -> " + x + "\nreturn %0 : " + x + "\n}";
  };
  const auto chunks = [](const Blob& blob) {
    return share_of(blob.steps[0].items, blob.steps[0].grain, 1, 2);
  };
  const auto shared = [&](const Blob& blob) { return chunks(blob).begin < chunks(blob).end; };
  EXPECT_FALSE(shared(compiled(text(1))));
  EXPECT_TRUE(shared(compiled(text(32))));
  const CompileOptions without{.level = std::string(cpu_level()), .disabled_passes = {"keep-for-one"}};
  EXPECT_TRUE(shared(compile(text(1), without)));
}

// Kernels believe the passes that call them, and nobody else.
TEST(Compile, CallsOfKernelsAreNotForPrograms) {
  try {
    compiled(R"(
      func.func @main(%x: tensor<1x48xui8>, %w: tensor<9x20xui8>) -> tensor<1x9xf32> {
        %0 = stablehlo.custom_call @fusebox.block_dot(%x, %w) {backend_config = "Q4_1"} : (tensor<1x48xui8>, tensor<9x20xui8>) -> tensor<1x9xf32>
        return %0 : tensor<1x9xf32>
      })");
    FAIL() << "compiled";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported) << error.what();
  }
}

// A composite that says what it is not falls back on what it does.
TEST(Compile, CompositesThatLieAreInlined) {
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<1x32xf32>, %w: tensor<2x32xf32>) -> tensor<1x2xf32> {
      %0 = stablehlo.composite "fusebox.int8_blocks" %x {decomposition = @rounded, version = 1 : i32} : (tensor<1x32xf32>) -> tensor<1x32xf32>
      %1 = stablehlo.composite "fusebox.expand" %w {composite_attributes = {format = "Q9_9"}, decomposition = @twice, version = 1 : i32} : (tensor<2x32xf32>) -> tensor<2x32xf32>
      %2 = stablehlo.dot_general %0, %1, contracting_dims = [1] x [1] : (tensor<1x32xf32>, tensor<2x32xf32>) -> tensor<1x2xf32>
      return %2 : tensor<1x2xf32>
    }
    func.func private @rounded(%x: tensor<1x32xf32>) -> tensor<1x32xf32> {
      return %x : tensor<1x32xf32>
    }
    func.func private @twice(%w: tensor<2x32xf32>) -> tensor<2x32xf32> {
      %0 = stablehlo.add %w, %w : tensor<2x32xf32>
      return %0 : tensor<2x32xf32>
    })");
  Floats w(64, 1);
  std::fill(w.begin() + 32, w.end(), 0.5f);
  EXPECT_EQ(run(blob, {Floats(32, 1), w})[0], (Floats{64, 32}));
}

}  // namespace
}  // namespace fusebox::cpu
