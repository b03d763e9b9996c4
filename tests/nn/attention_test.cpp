// Grouped-query attention over a cache against NumPy: one query and many, one slot and several, blocks and
// their borders. What stands in the cache beyond the valid rows is not zero: it must not matter.
#include "fusebox/base/error.h"
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
  for (const auto& [n, dtype] :
       {std::pair<int64_t, DType>{1, f16}, {2, bf16}, {33, f32}, {1, i8}, {5, i8}, {33, i8}}) {
    SCOPED_TRACE(std::to_string(n) + " queries, " + std::string(name(dtype)));
    const auto attended = [&, n = n, dtype = dtype](TraceCx& cx) {
      const Dims cached = {kSlots, 2, kCapacity, 16}, fresh = {kSlots, 300, 2, 16};
      const Tensor none = cx.constant(Dims{kSlots}, std::span<const int32_t>(std::vector{0, 0}));
      KvCache empty = {cx.zeros(cached, dtype), cx.zeros(cached, dtype)};
      if (dtype == i8) empty.k_scale = empty.v_scale = cx.zeros({kSlots, 2, kCapacity, 1}, f32);
      const KvCache cache = empty.updated(cx.input("k", {fresh, f32}), cx.input("v", {fresh, f32}), none);
      const Tensor first = cx.constant(Dims{kSlots}, std::span<const int32_t>(std::vector{100, 299}));
      const Tensor positions = reshape(first, {kSlots, 1}) + cx.iota({kSlots, n}, 1, i32);
      return attention(cx.input("q", {{kSlots, n, 6, 16}, f32}), cache, positions, minimum(first + n, 300),
                       0.5);
    };
    expect_same_as_composite("fusebox.attention", attended, 2e-6);
  }
}

// Rows of i8: what their cache holds, and what attention over it gives, is that of rows that were rounded.
TEST(Attention, KeepsRowsInEightBits) {
  const Case& c = cases()[1];
  const Dims cached = {c.slots(), c.kv_heads, c.capacity, c.size};
  const auto attended = [&](TraceCx& cx, bool in_int8) {
    const auto fresh = [&](std::string_view name) {
      const Tensor rows = cx.input(name, {c.slots(), c.n, c.kv_heads, c.size}, f32);
      if (in_int8) return rows;
      const Int8Parts parts = int8_parts(rows);
      return parts.integers * parts.scale;
    };
    const Tensor start = cx.constant(Dims{c.slots()}, std::span<const int32_t>(c.start));
    const Tensor positions = reshape(start, {c.slots(), 1}) + cx.iota({c.slots(), c.n}, 1, i32);
    const DType dtype = in_int8 ? i8 : f32;
    KvCache cache = {cx.zeros(cached, dtype), cx.zeros(cached, dtype)};
    if (in_int8) cache.k_scale = cache.v_scale = cx.zeros({cached[0], cached[1], cached[2], 1}, f32);
    cache = cache.updated(fresh("k"), fresh("v"), start);
    const Tensor q = cx.input("q", {c.slots(), c.n, c.heads, c.size}, f32);
    const Tensor kept = in_int8 ? convert(cache.k, f32) * *cache.k_scale : cache.k;
    return std::vector{attention(q, cache, positions, start + c.n, 1), kept};
  };
  const Outputs narrow = run_on_patterns([&](TraceCx& cx) { return attended(cx, true); });
  const Outputs wide = run_on_patterns([&](TraceCx& cx) { return attended(cx, false); });
  EXPECT_EQ(narrow[1].to_floats(), wide[1].to_floats());
  const auto got = narrow[0].to_floats(), want = wide[0].to_floats();
  for (size_t i = 0; i < want.size(); ++i) ASSERT_NEAR(got[i], want[i], 1e-6) << "at " << i;
  // Nothing is further from what was given than half of the largest of its row / 127.
  const auto given = pattern("k", c.slots() * c.n * c.kv_heads * c.size);
  for (int64_t i = 0; i < c.size; ++i)
    EXPECT_NEAR(narrow[1].to_floats()[static_cast<size_t>(c.start[0] * c.size + i)],
                given[static_cast<size_t>(i)], 0.5 / 127);
}

TEST(Attention, RefusesScalesThatDoNotFit) {
  const auto refused = [](DType dtype, std::optional<Shape> scale) {
    try {
      trace("main", [&](TraceCx& cx) {
        const Shape dims = {{1, 2, 256, 8}, dtype};
        KvCache kv = {cx.input("k", dims), cx.input("v", dims)};
        if (scale) kv.k_scale = kv.v_scale = cx.input("scale", *scale);
        const Tensor at = cx.zeros({1, 1}, i32);
        return attention(cx.input("q", {1, 1, 4, 8}, f32), kv, at, cx.zeros({1}, i32), 1);
      });
    } catch (const Error& error) {
      return error.kind() == ErrorKind::kShapeMismatch && error.op() == "attention";
    }
    return false;
  };
  const Shape fits = {{1, 2, 256, 1}, f32};
  EXPECT_FALSE(refused(i8, fits));
  EXPECT_TRUE(refused(i8, std::nullopt));
  EXPECT_TRUE(refused(i8, Shape{{1, 2, 256, 1}, f16}));
  EXPECT_TRUE(refused(i8, Shape{{1, 2, 128, 1}, f32}));
  EXPECT_TRUE(refused(f16, fits));
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
