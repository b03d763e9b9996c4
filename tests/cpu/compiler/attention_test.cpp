// Attention over a cache: the kernels against the composite's decomposition, and both against a loop in C++.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "cpu/compiler/compiler.h"
#include "cpu/execute/program.h"
#include "cpu/level.h"
#include "fusebox/base/small_float.h"
#include "fusebox/nn/attention.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/cpu/compiler/emulate.h"

namespace fusebox::cpu {
namespace {

using Floats = std::vector<float>;

struct Case {
  int64_t n, heads, kv_heads, size, capacity;
  std::vector<int32_t> first,
      valid;            // per slot: the position of the first query, and how many rows are filled
  int64_t padding = 0;  // so many queries at the end see nothing

  int64_t used() const { return n - padding; }
  int64_t slots() const { return static_cast<int64_t>(first.size()); }
  Shape cache(DType dtype) const { return {{slots(), kv_heads, capacity, size}, dtype}; }
  Shape result() const { return {{slots(), n, heads * size}, f32}; }
  double scale() const { return 2 / std::sqrt(static_cast<double>(size)); }
  int64_t seen(size_t slot, int64_t query) const {
    if (query >= used()) return 0;
    return std::clamp<int64_t>(std::min<int64_t>(first[slot] + query + 1, valid[slot]), 0, capacity);
  }
  std::string name() const {
    return fmt::format("{} x {} queries and {}, {} heads on {} of {}, capacity {}", slots(), used(), padding,
                       heads, kv_heads, size, capacity);
  }
};

// One query and many; groups of 1 to 7; sizes with and without whole tiles; slots that are empty, full, or
// see less than is filled; positions beyond what is filled, and none; queries without one behind the others.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {1, 9, 3, 64, 1024, {700}, {701}},
      {1, 9, 3, 64, 256, {0}, {1}},
      {1, 4, 1, 32, 512, {511, 0, 100, -1, 77}, {512, 0, 64, 5, 300}},
      {1, 7, 1, 128, 256, {63, 64, 65}, {64, 65, 66}},
      {2, 4, 2, 8, 256, {253, 0}, {255, 2}},
      {3, 2, 2, 40, 256, {-2, 100}, {256, 101}},
      {4, 8, 2, 80, 512, {300}, {302}},
      {5, 9, 3, 64, 512, {298}, {303}},
      {5, 14, 2, 24, 256, {3, 200, 0}, {8, 202, 0}},
      {33, 9, 3, 64, 512, {400}, {433}},
      {33, 4, 4, 96, 256, {0, 31}, {33, 64}},
      {100, 3, 1, 64, 512, {150}, {250}},
      {100, 8, 2, 16, 256, {0, 100, -7}, {100, 180, 90}},
      {40, 2, 1, 72, 256, {250}, {1000}},
      {4, 8, 2, 80, 512, {300}, {301}, 3},
      {33, 9, 3, 64, 512, {400}, {417}, 16},
      {100, 8, 2, 16, 256, {0, 100}, {41, 141}, 59},
  };
  return all;
}

struct Data {
  Floats q, k, v;
  Floats k_scale, v_scale;  // of the cache's rows: 1 unless they are i8
  std::vector<int32_t> positions, valid;
};

// Numbers that the cache's type can hold.
Data data_for(const Case& c, DType dtype) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  const auto fill = [&](int64_t count, DType type) {
    Floats values(static_cast<size_t>(count));
    for (float& x : values)
      x = type == f32 ? normal(random) : decode_float(type, encode_float(type, normal(random)));
    return values;
  };
  const int64_t cached = c.cache(dtype).elements(), queries = c.slots() * c.n * c.heads * c.size;
  const Floats ones(static_cast<size_t>(cached / c.size), 1);
  Data data{fill(queries, f32), {}, {}, ones, ones, {}, c.valid};
  for (auto [values, scales] : {std::pair{&data.k, &data.k_scale}, {&data.v, &data.v_scale}}) {
    if (dtype != i8) {
      *values = fill(cached, dtype);
      continue;
    }
    std::generate_n(std::back_inserter(*values), cached,
                    [&] { return static_cast<float>(static_cast<int>(random() % 255) - 127); });
    for (float& scale : *scales) scale = (0.5f + std::abs(normal(random))) / 200;
  }
  for (size_t slot = 0; slot < c.first.size(); ++slot)
    for (int64_t i = 0; i < c.n; ++i)
      data.positions.push_back(i < c.used() ? c.first[slot] + static_cast<int32_t>(i) : -1);
  return data;
}

Floats in_c(const Case& c, const Data& data) {
  Floats result;
  const int64_t group = c.heads / c.kv_heads;
  for (int64_t slot = 0; slot < c.slots(); ++slot)
    for (int64_t i = 0; i < c.n; ++i)
      for (int64_t head = 0; head < c.heads; ++head) {
        const float* q = &data.q[static_cast<size_t>(((slot * c.n + i) * c.heads + head) * c.size)];
        const auto rows = static_cast<size_t>((slot * c.kv_heads + head / group) * c.capacity * c.size);
        std::vector<double> weights, sums(static_cast<size_t>(c.size));
        double top = -std::numeric_limits<double>::infinity(), total = 0;
        for (int64_t row = 0; row < c.seen(static_cast<size_t>(slot), i); ++row) {
          double score = 0;
          for (int64_t f = 0; f < c.size; ++f)
            score += static_cast<double>(q[f]) * data.k[rows + static_cast<size_t>(row * c.size + f)];
          score *= data.k_scale[rows / static_cast<size_t>(c.size) + static_cast<size_t>(row)];
          weights.push_back(score * c.scale());
          top = std::max(top, weights.back());
        }
        for (size_t row = 0; row < weights.size(); ++row) {
          double weight = std::exp(weights[row] - top);
          total += weight;
          weight *= data.v_scale[rows / sums.size() + row];
          for (size_t f = 0; f < sums.size(); ++f) sums[f] += weight * data.v[rows + row * sums.size() + f];
        }
        for (const double sum : sums) result.push_back(total == 0 ? 0 : static_cast<float>(sum / total));
      }
  return result;
}

// What no query of the slot sees becomes NaN; `size` numbers are a row.
void spoil(const Case& c, Floats& cache, int64_t size) {
  for (int64_t slot = 0; slot < c.slots(); ++slot)
    for (int64_t head = 0; head < c.kv_heads; ++head) {
      const auto begin = cache.begin() + (slot * c.kv_heads + head) * c.capacity * size;
      std::fill(begin + c.seen(static_cast<size_t>(slot), c.used() - 1) * size, begin + c.capacity * size,
                std::numeric_limits<float>::quiet_NaN());
    }
}

// i8 has no NaN: its scales have.
void spoil(const Case& c, DType dtype, Data& data) {
  for (Floats* spoilt : {dtype == i8 ? &data.k_scale : &data.k, dtype == i8 ? &data.v_scale : &data.v})
    spoil(c, *spoilt, dtype == i8 ? 1 : c.size);
}

std::string text_of(const Case& c, DType dtype) {
  const TracedProgram traced = trace(
      "main",
      [&](TraceCx& cx) {
        nn::KvCache cache = nn::KvCache::spec(c.slots(), c.kv_heads, c.capacity, c.size, dtype);
        cache = cx.inputs("cache", cache);
        const Tensor q = cx.input("q", {c.slots(), c.n, c.heads, c.size}, f32);
        const Tensor positions = cx.input("positions", {c.slots(), c.n}, i32);
        return nn::attention(q, cache, positions, cx.input("valid", {c.slots()}, i32), c.scale());
      },
      TraceOptions{.composites = {"fusebox.attention"}});
  return stablehlo::print(traced.program);
}

std::vector<std::byte> bytes_of(const Floats& values, DType dtype) {
  std::vector<std::byte> bytes(values.size() * byte_size(dtype));
  if (dtype == i8)
    std::ranges::transform(values, bytes.begin(), [](float x) { return static_cast<std::byte>(x); });
  else
    encode_floats(dtype, values, bytes);
  return bytes;
}

template <typename T>
std::byte* address(std::vector<T>& values) {
  return reinterpret_cast<std::byte*>(values.data());
}

Floats run(const Case& c, DType dtype, const Program& program, Data data, int threads) {
  std::vector<std::byte> k = bytes_of(data.k, dtype), v = bytes_of(data.v, dtype);
  Floats result(static_cast<size_t>(c.result().elements()), -1.0f);
  std::vector<std::byte*> arguments = {address(k), address(v)};
  if (dtype == i8) arguments.insert(arguments.end(), {address(data.k_scale), address(data.v_scale)});
  arguments.insert(arguments.end(), {address(data.q), address(data.positions), address(data.valid)});
  const std::vector<std::byte*> results = {address(result)};
  program.run(arguments, results, threads);
  return result;
}

void expect_near(const Floats& got, const Floats& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) ASSERT_NEAR(got[i], want[i], tolerance) << "at " << i;
}

Program compiled(const std::string& text, std::string_view level, bool kernels) {
  CompileOptions options = test::played(std::string(level));
  if (!kernels) options.disabled_passes.emplace_back("use-attention-kernels");
  return Program(compile(text, options));
}

// Those that differ in their tiles. Dot products of bytes change nothing here.
std::vector<std::string> levels() {
  std::vector<std::string> all = test::levels_to_play();
  std::erase_if(all, [](const std::string& level) { return level.find("vnni") != std::string::npos; });
  if (std::ranges::find(all, cpu_level()) == all.end()) all.emplace_back(cpu_level());
  return all;
}

TEST(Attention, KernelsGiveTheDefinitionsValues) {
  for (size_t i = 0; i < cases().size(); ++i)
    for (const DType dtype : {f16, i8, i % 2 == 0 ? f32 : bf16}) {
      const Case& c = cases()[i];
      SCOPED_TRACE(fmt::format("{}, {}", c.name(), name(dtype)));
      const Data data = data_for(c, dtype);
      Data spoilt = data;
      spoil(c, dtype, spoilt);
      const Floats want = in_c(c, data);
      for (const std::string& level : levels()) {
        if (level != cpu_level() && dtype != (i % 2 == 0 ? f16 : i8))
          continue;  // elsewhere each case once, with f16 or i8 in turn
        SCOPED_TRACE(level);
        const Program program = compiled(text_of(c, dtype), level, true);
        EXPECT_TRUE(program.blob().kernels.at(0).name.starts_with("attention"))
            << program.blob().kernels[0].name;
        const Floats got = run(c, dtype, program, spoilt, 1);
        expect_near(got, want, 3e-6);
        for (const int threads : {2, 3, 8})
          EXPECT_EQ(run(c, dtype, program, spoilt, threads), got) << threads;
      }
    }
}

TEST(Attention, SoDoesItsDecomposition) {
  for (size_t i = 0; i < cases().size(); ++i) {
    const Case& c = cases()[i];
    SCOPED_TRACE(c.name());
    for (const DType dtype : {i8, i % 2 == 0 ? f32 : f16}) {
      const Data data = data_for(c, dtype);
      const Program program = compiled(text_of(c, dtype), cpu_level(), false);
      expect_near(run(c, dtype, program, data, 2), in_c(c, data), 3e-6);
    }
  }
}

// Levels that this machine lacks get code at least.
TEST(Attention, CompilesForEveryLevel) {
  const Case& decode = cases()[0];
  const Case& prefill = cases()[9];
  for (const std::string_view level : cpu_levels())
    for (const Case* c : {&decode, &prefill})
      for (const DType dtype : {f16, i8})
        EXPECT_FALSE(compile(text_of(*c, dtype), {.level = std::string(level)}).code.empty()) << level;
}

// What the kernels do not do is compiled as the loop that it is.
TEST(Attention, OtherShapesAreDecomposed) {
  const Case odd{2, 2, 1, 20, 256, {200}, {202}};
  const Data data = data_for(odd, f32);
  const Program program = compiled(text_of(odd, f32), cpu_level(), true);
  for (const KernelInfo& kernel : program.blob().kernels)
    EXPECT_EQ(kernel.name.find("attention"), std::string::npos);
  expect_near(run(odd, f32, program, data, 1), in_c(odd, data), 3e-6);
}

}  // namespace
}  // namespace fusebox::cpu
