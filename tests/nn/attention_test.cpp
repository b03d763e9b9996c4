// Grouped-query attention over a cache against NumPy: one query and many, one slot and several, blocks and
// their borders. What stands in the cache beyond the valid rows is not zero: it must not matter.
#include "fusebox/base/error.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/nn/golden.h"

namespace fusebox::nn {
namespace {

struct Case {
  const char* name;
  std::vector<int32_t> start, count;
  int64_t n, heads, kv_heads, size, capacity;

  int64_t slots() const { return static_cast<int64_t>(start.size()); }
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"decode", {300, 3}, {1, 1}, 1, 4, 2, 8, 512},
      {"chunk", {254, 0}, {5, 3}, 5, 4, 2, 8, 512},
      {"long", {690}, {7}, 7, 2, 2, 6, 768},
      {"one_kv", {511, 512, 0}, {1, 1, 1}, 1, 6, 1, 4, 768},
  };
  return all;
}

struct Attended {
  Tensor output;
  KvCache cache;
};

// Four times the usual scale, so that the softmax is far from flat.
Attended attend(TraceCx& cx, const Case& c) {
  const auto input = [&](std::string_view name, Dims dims) { return cx.input(name, {std::move(dims), f32}); };
  const Dims cached = {c.slots(), c.kv_heads, c.capacity, c.size},
             fresh = {c.slots(), c.n, c.kv_heads, c.size};
  const Tensor start = cx.constant(Dims{c.slots()}, std::span<const int32_t>(c.start));
  const Tensor count = cx.constant(Dims{c.slots()}, std::span<const int32_t>(c.count));
  const Tensor positions = reshape(start, {c.slots(), 1}) + cx.iota({c.slots(), c.n}, 1, i32);
  const KvCache cache = KvCache{input("k", cached), input("v", cached)}.updated(input("new_k", fresh),
                                                                                input("new_v", fresh), start);
  const Tensor q = input("q", {c.slots(), c.n, c.heads, c.size});
  const double scale = 4 / std::sqrt(static_cast<double>(c.size));
  return {attention(q, cache, positions, start + count, scale), cache};
}

// The rows of valid queries.
std::vector<float> valid_rows(const Case& c, const std::vector<float>& all) {
  std::vector<float> rows;
  const auto width = static_cast<size_t>(c.heads * c.size), n = static_cast<size_t>(c.n);
  for (size_t slot = 0; slot < c.start.size(); ++slot) {
    const auto begin = all.begin() + static_cast<ptrdiff_t>(slot * n * width);
    rows.insert(rows.end(), begin,
                begin + static_cast<ptrdiff_t>(static_cast<size_t>(c.count[slot]) * width));
  }
  return rows;
}

TEST(Attention, GivesNumPysValues) {
  ASSERT_EQ(golden()["attention"].size(), cases().size());
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const Outputs out = run_on_patterns([&](TraceCx& cx) { return attend(cx, c); });
    const std::vector<float> rows = valid_rows(c, out["output"].to_floats());
    ASSERT_EQ(rows.size(), golden()["attention"].at(c.name).size());
    expect_near(rows, golden()["attention"].at(c.name), 2e-6);
  }
}

// The cache afterwards: new rows where they belong, everything else as it was.
TEST(Attention, UpdatesOnlyTheNewRows) {
  const Case& c = cases()[1];
  const Outputs out = run_on_patterns([&](TraceCx& cx) { return attend(cx, c); });
  std::vector<float> want = pattern("k", c.slots() * c.kv_heads * c.capacity * c.size);
  const std::vector<float> fresh = pattern("new_k", c.slots() * c.n * c.kv_heads * c.size);
  for (int64_t slot = 0; slot < c.slots(); ++slot)
    for (int64_t i = 0; i < c.n; ++i)
      for (int64_t head = 0; head < c.kv_heads; ++head)
        for (int64_t f = 0; f < c.size; ++f) {
          const int64_t row = c.start[static_cast<size_t>(slot)] + i;
          want[static_cast<size_t>(((slot * c.kv_heads + head) * c.capacity + row) * c.size + f)] =
              fresh[static_cast<size_t>(((slot * c.n + i) * c.kv_heads + head) * c.size + f)];
        }
  EXPECT_EQ(out["cache.k"].to_floats(), want);
}

// bf16 caches: products in f32, so the result is that of rounded inputs.
TEST(Attention, ReadsNarrowCaches) {
  const Case& c = cases()[0];
  const Outputs out = run_on_patterns([&](TraceCx& cx) {
    const Dims cached = {c.slots(), c.kv_heads, c.capacity, c.size};
    const Tensor k = convert(cx.input("k", {cached, f32}), bf16),
                 v = convert(cx.input("v", {cached, f32}), bf16);
    const Tensor q = convert(cx.input("q", {{c.slots(), c.n, c.heads, c.size}, f32}), bf16);
    const Tensor start = cx.constant(Dims{c.slots()}, std::span<const int32_t>(c.start));
    const auto both = [&](DType dtype) {
      const KvCache cache = {convert(k, dtype), convert(v, dtype)};
      return attention(convert(q, dtype), cache, reshape(start, {c.slots(), 1}), start + 1, 0.5);
    };
    return std::vector<Tensor>{both(bf16), both(f32)};
  });
  EXPECT_EQ(out[0].shape.dtype, bf16);
  const auto narrow = out[0].to_floats(), wide = out[1].to_floats();
  for (size_t i = 0; i < wide.size(); ++i) EXPECT_NEAR(narrow[i], wide[i], 4e-3);
}

// The composite is the loop by another name: on XLA's plugin, which runs its decomposition, and on ours,
// which has kernels. Rows that are not filled stay zero: the loop multiplies with them.
TEST(Attention, IsACompositeForDevicesThatKnowIt) {
  constexpr int64_t kSlots = 2, kCapacity = 512;
  for (const auto& [n, dtype] : {std::pair<int64_t, DType>{1, f16}, {2, bf16}, {33, f32}}) {
    SCOPED_TRACE(std::to_string(n) + " queries, " + std::string(name(dtype)));
    const auto attended = [&, n = n, dtype = dtype](TraceCx& cx) {
      const Dims cached = {kSlots, 2, kCapacity, 16}, fresh = {kSlots, 300, 2, 16};
      const Tensor none = cx.constant(Dims{kSlots}, std::span<const int32_t>(std::vector{0, 0}));
      const KvCache empty = {cx.zeros(cached, dtype), cx.zeros(cached, dtype)};
      const KvCache cache = empty.updated(cx.input("k", {fresh, f32}), cx.input("v", {fresh, f32}), none);
      const Tensor first = cx.constant(Dims{kSlots}, std::span<const int32_t>(std::vector{100, 299}));
      const Tensor positions = reshape(first, {kSlots, 1}) + cx.iota({kSlots, n}, 1, i32);
      return attention(cx.input("q", {{kSlots, n, 6, 16}, f32}), cache, positions, minimum(first + n, 300),
                       0.5);
    };
    const auto run = [&](const TraceOptions& options) {
      const TracedProgram traced = trace("main", attended, options);
      EXPECT_EQ(stablehlo::print(traced.program).find("stablehlo.composite") != std::string::npos,
                options.knows("fusebox.attention"));
      const CompiledModel model = cpu().compile(traced);
      std::vector<NamedInput> inputs;
      for (const Signature::Parameter& parameter : model.signature().parameters)
        inputs.emplace_back(parameter.name, pattern(parameter.name, parameter.shape.elements()));
      return session_without_weights(model).run(inputs)[0].to_floats();
    };
    const auto loop = run({}), composite = run({.composites = {"fusebox.attention"}});
    ASSERT_EQ(loop.size(), composite.size());
    for (size_t i = 0; i < loop.size(); ++i) ASSERT_NEAR(composite[i], loop[i], 2e-6) << "at " << i;
  }
}

TEST(Attention, RefusesWhatDoesNotFit) {
  const auto refused = [](Dims q, Dims cache) {
    try {
      trace("main", [&](TraceCx& cx) {
        const KvCache kv = {cx.input("k", {cache, f32}), cx.input("v", {cache, f32})};
        const Tensor at = cx.zeros({1, 1}, i32);
        return attention(cx.input("q", {q, f32}), kv, at, cx.zeros({1}, i32), 1);
      });
    } catch (const Error& error) {
      return error.kind() == ErrorKind::kShapeMismatch && error.op() == "attention";
    }
    return false;
  };
  EXPECT_FALSE(refused({1, 1, 4, 8}, {1, 2, 256, 8}));
  EXPECT_TRUE(refused({1, 1, 3, 8}, {1, 2, 256, 8}));  // 3 heads of 2
  EXPECT_TRUE(refused({1, 1, 4, 6}, {1, 2, 256, 8}));  // other head sizes
  EXPECT_TRUE(refused({1, 1, 4, 8}, {1, 2, 300, 8}));  // no whole blocks
  EXPECT_TRUE(refused({2, 1, 4, 8}, {1, 2, 256, 8}));  // other slots
  EXPECT_TRUE(refused({1, 4, 8}, {1, 2, 256, 8}));     // a rank too low
  EXPECT_TRUE(refused({1, 0, 4, 8}, {1, 2, 256, 8}));  // no queries
  EXPECT_TRUE(refused({1, 2, 4, 8}, {1, 2, 256, 8}));  // other positions
  EXPECT_TRUE(refused({1, 1, 4, 8}, {1, 2, 0, 8}));    // no room
}

// Rows of fewer heads, or of fewer slots, would be written without a word.
TEST(Attention, RefusesRowsThatDoNotFit) {
  const auto refused = [](Dims rows, Shape start) {
    try {
      trace("main", [&](TraceCx& cx) {
        const Dims dims = {2, 4, 256, 8};
        const KvCache kv = {cx.input("k", {dims, f32}), cx.input("v", {dims, f32})};
        const Tensor fresh = cx.input("rows", {rows, f32});
        return kv.updated(fresh, fresh, cx.input("start", start));
      });
    } catch (const Error& error) {
      EXPECT_TRUE(error.source().starts_with("attention_test.cpp:")) << error.what();
      return error.kind() == ErrorKind::kShapeMismatch && error.op() == "kv_cache";
    }
    return false;
  };
  EXPECT_FALSE(refused({2, 3, 4, 8}, {{2}, i32}));
  EXPECT_TRUE(refused({2, 3, 1, 8}, {{2}, i32}));
  EXPECT_TRUE(refused({2, 3, 4, 4}, {{2}, i32}));
  EXPECT_TRUE(refused({1, 3, 4, 8}, {{2}, i32}));
  EXPECT_TRUE(refused({2, 257, 4, 8}, {{2}, i32}));
  EXPECT_TRUE(refused({2, 3, 4, 8}, {{3}, i32}));
  EXPECT_TRUE(refused({2, 3, 4, 8}, {{2}, f32}));
}

}  // namespace
}  // namespace fusebox::nn
