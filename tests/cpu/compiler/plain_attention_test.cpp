// The plain form of attention, as programs write it, by the kernel that does it all.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "cpu/compiler/compiler.h"
#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/passes/pass.h"
#include "cpu/execute/program.h"
#include "cpu/level.h"
#include "fusebox/base/small_float.h"
#include "fusebox/stablehlo/parser.h"
#include "tests/cpu/compiler/emulate.h"
#include "tests/cpu/compiler/plain_attention_form.h"

namespace fusebox::cpu {
namespace {

using test::Form;
using test::tensor;
using test::text_of;
using test::Types;
using test::types_of;
using test::Writer;

using Floats = std::vector<float>;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::string_view kPass = "use-plain-attention-kernels";

struct Data {
  Floats q, k, v, mask, bias;
};

int64_t elements(const Dims& dims) { return Shape{dims, f32}.elements(); }

Data data_for(const Form& form) {
  std::mt19937 random(static_cast<unsigned>(form.queries * 1000 + form.keys));
  std::normal_distribution<float> normal;
  const auto fill = [&](int64_t count, DType dtype) {
    Floats values(static_cast<size_t>(count));
    for (float& x : values) {
      x = normal(random);
      if (dtype != f32) x = static_cast<float>(decode_float(dtype, encode_float(dtype, x)));
    }
    return values;
  };
  const Types t = types_of(form);
  Data data{fill(elements(t.q_dims), form.dtype), fill(elements(t.k_dims), form.dtype),
            fill(elements(t.v_dims), form.dtype), fill(form.batch * form.keys, f32),
            fill(form.queries * form.keys, f32)};
  for (float& x : data.mask)
    if (x > 1) x = -kInfinity;
  return data;
}

Floats run(const Blob& blob, const Form& form, const Data& data, int threads = 1) {
  std::vector<std::vector<std::byte>> inputs;
  for (const Floats* values : {&data.q, &data.k, &data.v, &data.mask, &data.bias}) {
    const DType dtype = inputs.size() < 3 ? form.dtype : f32;
    inputs.emplace_back(values->size() * byte_size(dtype));
    encode_floats(dtype, *values, inputs.back());
  }
  std::vector<std::vector<std::byte>> outputs;
  std::vector<std::byte*> arguments, results;
  for (auto& input : inputs) arguments.push_back(input.data());
  for (const Shape& shape : blob.results) outputs.emplace_back(static_cast<size_t>(shape.bytes()));
  for (auto& output : outputs) results.push_back(output.data());
  Program(deserialize(serialize(blob))).run(arguments, results, threads);
  Floats values(static_cast<size_t>(blob.results[0].elements()));
  decode_floats(form.dtype, outputs[0], values);
  return values;
}

int count(const Blob& blob, std::string_view what) {
  return static_cast<int>(std::ranges::count_if(
      blob.kernels, [&](const KernelInfo& kernel) { return kernel.name.find(what) != std::string::npos; }));
}

CompileOptions without(std::string_view pass) {
  return {.level = std::string(cpu_level()), .disabled_passes = {std::string(pass)}};
}

bool is_near(float got, float want, double tolerance) {
  if (std::isnan(want)) return std::isnan(got);
  return got == want || std::abs(static_cast<double>(got) - want) <= tolerance;
}

void expect_near(const Floats& got, const Floats& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i)
    ASSERT_TRUE(is_near(got[i], want[i], tolerance)) << got[i] << " for " << want[i] << " at " << i;
}

TEST(PlainAttention, IsOneKernelWhoeverWroteIt) {
  for (const Writer writer : test::kWriters)
    for (const char* between : {"bare", "scaled", "masked", "causal", "biased"}) {
      const Form form{.writer = writer, .between = between};
      SCOPED_TRACE(fmt::format("{} {}", static_cast<int>(writer), between));
      const Blob blob = compile(text_of(form), {.level = std::string(cpu_level())});
      EXPECT_EQ(count(blob, "plain_attention"), 1);
      EXPECT_EQ(blob.steps.size(), form.between == "causal" ? 2u : 1u);  // the mask is made once
      const Blob plain = compile(text_of(form), without(kPass));
      EXPECT_EQ(count(plain, "dot"), 2);
      const Data data = data_for(form);
      expect_near(run(blob, form, data), run(plain, form, data), 3e-6);
    }
}

// Of whole tiles and others, at every level that can be played here.
TEST(PlainAttention, GivesTheDefinitionsValuesByAnyNumberOfThreads) {
  for (const std::string& level : test::levels_to_play())
    for (const Form& form : {Form{8, 2, 1, 1}, Form{9, 7, 8, 5}, Form{48, 64, 32, 32}, Form{50, 33, 20, 48},
                             Form{97, 200, 64, 64}, Form{130, 17, 7, 70}}) {
      SCOPED_TRACE(
          fmt::format("{}: {} x {} of {}, {}", level, form.queries, form.keys, form.size, form.width));
      const Blob blob = compile(text_of(form), test::played(level));
      ASSERT_EQ(count(blob, "plain_attention"), 1);
      const Data data = data_for(form);
      const Floats got = run(blob, form, data);
      const auto at = [](const Floats& values, int64_t i) {
        return static_cast<double>(values[static_cast<size_t>(i)]);
      };
      for (int64_t row = 0; row < form.batch * form.heads * form.queries; ++row) {
        const int64_t head = row / form.queries;
        std::vector<double> e;
        double largest = -kInfinity, sum = 0;
        for (int64_t key = 0; key < form.keys; ++key) {
          double score = 0;
          for (int64_t i = 0; i < form.size; ++i)
            score += at(data.q, row * form.size + i) * at(data.k, (head * form.keys + key) * form.size + i);
          e.push_back(score * 0.3);
          largest = std::max(largest, e.back());
        }
        for (double& x : e) sum += x = std::exp(x - largest);
        for (int64_t i = 0; i < form.width; ++i) {
          double value = 0;
          for (int64_t key = 0; key < form.keys; ++key)
            value +=
                e[static_cast<size_t>(key)] / sum * at(data.v, (head * form.keys + key) * form.width + i);
          ASSERT_NEAR(at(got, row * form.width + i), value, 1e-5) << row << " " << i;
        }
      }
      for (const int threads : {2, 3, 8}) EXPECT_EQ(run(blob, form, data, threads), got) << threads;
    }
}

// Rows that see nothing are NaN, as they are by the ops; what one query has for a score no other feels.
TEST(PlainAttention, InfinitiesAndNaNsAreWhereTheyAreByTheOps) {
  for (const char* between : {"masked", "causal", "biased", "scaled"}) {
    const Form form{.between = between};
    SCOPED_TRACE(between);
    const Blob whole = compile(text_of(form), {.level = std::string(cpu_level())}),
               ops = compile(text_of(form), without(kPass));
    Data data = data_for(form);
    std::fill(data.mask.begin(), data.mask.begin() + form.keys, -kInfinity);  // the first batch
    std::fill(data.bias.begin() + 5 * form.keys, data.bias.begin() + 6 * form.keys, -kInfinity);
    data.bias[7 * 45 + 3] = kInfinity;
    data.bias[9 * 45 + 3] = -kInfinity;
    data.q[11 * 24 + 2] = std::numeric_limits<float>::quiet_NaN();
    data.v[40 * 3] = kInfinity;
    for (size_t i = 13 * 24; i < 14 * 24; ++i) data.q[i] *= 1e6f;  // scores whose exponentials are too large
    data.q[14 * 24 + 2] = kInfinity;
    const Floats got = run(whole, form, data), want = run(ops, form, data);
    EXPECT_GT(std::ranges::count_if(want, [](float x) { return std::isnan(x); }), 0);
    expect_near(got, want, 3e-6);
  }
}

// Weights are at most 1: no sum is larger than the values.
TEST(PlainAttention, TakesLargeValues) {
  const Form form;
  const Blob whole = compile(text_of(form), {.level = std::string(cpu_level())}),
             ops = compile(text_of(form), without(kPass));
  Data data = data_for(form);
  std::ranges::fill(data.q, 0.0f);  // all weights are equal
  std::ranges::fill(data.v, 1e37f);
  const Floats got = run(whole, form, data);
  EXPECT_TRUE(std::ranges::all_of(got, [](float x) { return std::isfinite(x); }));
  expect_near(got, run(ops, form, data), 1e32);
}

TEST(PlainAttention, ReadsAndWritesNarrowFloats) {
  for (const DType dtype : {f16, bf16})
    for (const Writer writer : test::kWriters) {
      const Form form{.writer = writer, .dtype = dtype};
      const Blob blob = compile(text_of(form), {.level = std::string(cpu_level())});
      EXPECT_EQ(blob.steps.size(), 1u);
      ASSERT_EQ(count(blob, "plain_attention"), 1);
      const Data data = data_for(form);
      expect_near(run(blob, form, data), run(compile(text_of(form), without(kPass)), form, data),
                  dtype == f16 ? 2e-3 : 2e-2);
    }
}

// Neither scores nor weights of all queries lie in memory.
TEST(PlainAttention, NeedsRoomForATileOnly) {
  const Form form{.queries = 1000, .keys = 1000};
  const Blob blob = compile(text_of(form), {.level = std::string(cpu_level())}),
             ops = compile(text_of(form), without(kPass));
  const int64_t scores = form.batch * form.heads * form.queries * form.keys * 4;
  EXPECT_GE(ops.arena_bytes, scores);
  EXPECT_LT(blob.arena_bytes + 2 * blob.scratch_bytes, scores / 20);
}

TEST(PlainAttention, IsFoundInLoopsAndWithoutFusion) {
  const Form form;
  const Types t = types_of(form);
  std::string inside = text_of(form);
  inside.replace(inside.find("@main"), 5, "private @once");
  const std::string rest = tensor({2, 45}, "f32") + ", " + tensor({37, 45}, "f32");
  const std::string text = inside + fmt::format(R"(
    func.func @main(%q: {0}, %k: {1}, %v: {2}, %m: tensor<2x45xf32>, %b: tensor<37x45xf32>) -> {3} {{
      %zero = stablehlo.constant dense<0> : tensor<i32>
      %one = stablehlo.constant dense<1> : tensor<i32>
      %two = stablehlo.constant dense<2> : tensor<i32>
      %start = stablehlo.constant dense<0.0> : {3}
      %r:2 = stablehlo.while(%i = %zero, %o = %start) : tensor<i32>, {3}
        cond {{
          %go = stablehlo.compare LT, %i, %two : (tensor<i32>, tensor<i32>) -> tensor<i1>
          stablehlo.return %go : tensor<i1>
        }} do {{
          %next = stablehlo.add %i, %one : tensor<i32>
          %once = func.call @once(%q, %k, %v, %m, %b) : ({0}, {1}, {2}, {4}) -> {3}
          %sum = stablehlo.add %o, %once : {3}
          stablehlo.return %next, %sum : tensor<i32>, {3}
        }}
      return %r#1 : {3}
    }})",
                                                t.q, t.k, t.v, t.result, rest);
  const Data data = data_for(form);
  Floats twice = run(compile(text_of(form), {.level = std::string(cpu_level())}), form, data);
  for (float& x : twice) x *= 2;
  for (const std::string_view pass : {"fusion", "eliminate-dead-code", "eliminate-common-subexpressions"}) {
    const Blob blob = compile(text, without(pass));
    EXPECT_EQ(count(blob, "plain_attention"), 1) << pass;
    expect_near(run(blob, form, data), twice, 1e-6);
  }
}

// The text with `count` ops that make a mask, which comes in front of the scores or behind them.
std::string with_long_mask(const Form& form, int count, bool in_front) {
  const std::string all = tensor({2, 3, 37, 45}, "f32");
  std::string mask = fmt::format("%n0 = stablehlo.broadcast_in_dim %m, dims = [0, 3] : ({}) -> {}\n",
                                 tensor({2, 45}, "f32"), all);
  for (int i = 1; i <= count; ++i) mask += fmt::format("%n{} = stablehlo.tanh %n{} : {}\n", i, i - 1, all);
  const std::string last = fmt::format("%n{}", count);
  mask += fmt::format("%x = stablehlo.add {}, {}", in_front ? last : "%s", in_front ? "%s" : last);
  std::string text = text_of(form);
  const std::string_view from = "%x = stablehlo.multiply %s, %c";
  return text.replace(text.find(from), from.size(), mask);
}

TEST(PlainAttention, IsFoundBesideALongMask) {
  for (const bool in_front : {false, true})
    EXPECT_EQ(count(compile(with_long_mask({}, 70, in_front), {.level = std::string(cpu_level())}),
                    "plain_attention"),
              1)
        << in_front;
}

TEST(PlainAttention, ManyOpsOfAMaskNeedNoDeepStack) {
  hlo::Program program = stablehlo::parse(with_long_mask({}, 300'000, true));
  for (const auto pass : {canonicalize, eliminate_common_subexpressions, use_plain_attention_kernels})
    pass(program);
  EXPECT_TRUE(std::ranges::any_of(program.find("main")->body.ops,
                                  [](const auto& op) { return custom_name(*op) == kPlainAttention; }));
}

// At the most about 16 MiB for a thread, whatever is padded.
TEST(PlainAttention, KeysAreAsManyAsScratchHolds) {
  const auto compiled = [](int64_t keys) {
    return compile(text_of(Form{.queries = 8, .keys = keys, .size = 1, .width = 1}),
                   {.level = std::string(cpu_level())});
  };
  const Blob most = compiled(87'000);
  EXPECT_EQ(count(most, "plain_attention"), 1);
  EXPECT_LT(most.scratch_bytes, 17 << 20);
  EXPECT_EQ(count(compiled(88'000), "plain_attention"), 0);
}

TEST(PlainAttention, WhatIsAlmostItIsLeftAlone) {
  const auto found = [](const std::string& text) {
    return count(compile(text, {.level = std::string(cpu_level())}), "plain_attention");
  };
  const Form form;
  const std::string text = text_of(form), all = tensor({2, 3, 37, 45}, "f32");
  EXPECT_EQ(found(text), 1);
  EXPECT_EQ(found(text_of(Form{.queries = 7})), 0);  // too few to pack keys for
  EXPECT_EQ(found(text_of(Form{.size = 1025})), 0);
  EXPECT_EQ(found(text_of(form, "", ", %p", ", " + all)), 0);  // the weights are wanted, too
  EXPECT_EQ(found(text_of(form, "", ", %s", ", " + all)), 0);
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string other = text;
    const size_t at = other.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return other.replace(at, from.size(), to);
  };
  // Scores of other places.
  EXPECT_EQ(
      found(with("%x = stablehlo.multiply %s, %c", fmt::format("%y = stablehlo.reverse %s, dims = [3] : {0}\n"
                                                               "%x = stablehlo.multiply %s, %y",
                                                               all))),
      0);
  EXPECT_EQ(found(with("%p = stablehlo.convert %weights", "%p = stablehlo.convert %e")), 0);  // no quotient
  EXPECT_EQ(found(with("%x init: %minus", "%x init: %zero")), 0);
}

}  // namespace
}  // namespace fusebox::cpu
