// Whole programs through the compiler: values are where they should be although buffers are shared, copies
// left out and updates made in place.
#include "cpu/compiler/compiler.h"

#include <gtest/gtest.h>

#include <cstring>

#include "cpu/execute/program.h"
#include "cpu/level.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

using Floats = std::vector<float>;

Blob compiled(std::string_view text) { return compile(text, {.level = std::string(cpu_level())}); }

size_t count_steps(const std::vector<Step>& steps) {
  size_t count = steps.size();
  for (const Step& step : steps)
    for (const auto& block : step.blocks) count += count_steps(block);
  return count;
}

// Runs a program whose parameters and results are all f32. What is donated starts in the result's memory.
std::vector<Floats> run(const Blob& blob, std::vector<Floats> arguments, int threads = 1) {
  std::vector<Floats> results;
  std::vector<std::byte*> inputs, outputs;
  for (const Shape& shape : blob.results) results.emplace_back(static_cast<size_t>(shape.elements()));
  for (Floats& result : results) outputs.push_back(reinterpret_cast<std::byte*>(result.data()));
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto alias = blob.parameters[i].alias;
    if (alias) results[static_cast<size_t>(*alias)] = arguments[i];
    inputs.push_back(alias ? reinterpret_cast<std::byte*>(results[static_cast<size_t>(*alias)].data())
                           : reinterpret_cast<std::byte*>(arguments[i].data()));
  }
  for (size_t i = 0; i < results.size(); ++i) outputs[i] = reinterpret_cast<std::byte*>(results[i].data());
  for (size_t i = 0; i < arguments.size(); ++i)
    if (blob.parameters[i].alias) inputs[i] = outputs[static_cast<size_t>(*blob.parameters[i].alias)];
  Program(deserialize(serialize(blob))).run(inputs, outputs, threads);
  return results;
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

TEST(Compile, BranchesAreTaken) {
  constexpr std::string_view kText = R"(
    func.func @main(%x: tensor<2xf32>, %p: tensor<f32>) -> tensor<2xf32> {
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %c = stablehlo.compare GT, %p, %zero : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %0 = "stablehlo.if"(%c) ({
        %1 = stablehlo.negate %x : tensor<2xf32>
        stablehlo.return %1 : tensor<2xf32>
      }, {
        stablehlo.return %x : tensor<2xf32>
      }) : (tensor<i1>) -> tensor<2xf32>
      return %0 : tensor<2xf32>
    })";
  const Blob blob = compiled(kText);
  EXPECT_EQ(run(blob, {{1, 2}, {1}})[0], (Floats{-1, -2}));
  EXPECT_EQ(run(blob, {{1, 2}, {-1}})[0], (Floats{1, 2}));
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

TEST(Compile, EveryPassCanBeLeftOut) {
  const Blob all = compiled(kLoop);
  for (const char* pass : {"eliminate-common-subexpressions", "eliminate-dead-code"}) {
    const Blob blob = compile(kLoop, {.level = std::string(cpu_level()), .disabled_passes = {pass}});
    EXPECT_GE(count_steps(blob.steps), count_steps(all.steps));
    EXPECT_EQ(run(blob, {{1, 2}, {10, 20}}), run(all, {{1, 2}, {10, 20}})) << pass;
  }
}

}  // namespace
}  // namespace fusebox::cpu
