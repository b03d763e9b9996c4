// Every function that takes sizes, axes or positions, with numbers from one end of int64_t to the other, on
// tensors of any dtype and of no elements: it works, or it is an Error that names the op and the caller's
// line. Nothing else: no crash, no overflow (the sanitizers watch), no InternalError, no large allocation.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fusebox/hlo/verify.h"
#include "fusebox/trace/trace.h"

namespace fusebox {
namespace {

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min(), kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kNumbers[] = {kLeast, kLeast + 1, -3, -1, 0, 1, 2, 3, int64_t{1} << 33, kMost - 1, kMost};

// How often something worked and how often it was refused.
struct Counts {
  int fine = 0, refused = 0;
};

template <typename Call>
void attempt(Counts& counts, const Shape& shape, const std::string& what, Call&& call) {
  SCOPED_TRACE(what + " of " + to_string(shape));
  try {
    const TracedProgram traced = trace("main", [&](TraceCx& cx) {
      call(cx.input("x", shape));
      return std::vector<Tensor>();
    });
    hlo::verify(traced.program);
    ++counts.fine;
  } catch (const InternalError& error) {
    ADD_FAILURE() << error.what();
  } catch (const Error& error) {
    ++counts.refused;
    EXPECT_NE(error.op(), "");
    EXPECT_TRUE(error.source().starts_with("bad_arguments_test.cpp:")) << error.what();
  }
}

const Shape kShapes[] = {{{}, f32},        {{3}, i32},      {{2, 3}, f32},           {{2, 3}, i1},
                         {{0, 3}, bf16},   {{2, 0}, u8},    {{2, 3}, c64},           {{1, 2, 3}, f8e4m3fn},
                         {{2, 3}, i4},     {{2, 3}, f64},   {{0, kMost, 4}, f32},    {{2}, u32},
                         {{1, 1, 1}, f16}, {{4, 4, 4}, i8}, {{1 << 30, 1 << 30}, i4}};

// Calls f(x, n, m) for each pair of numbers, and each shape.
template <typename F>
void sweep(const std::string& name, F&& f) {
  Counts counts;
  for (const Shape& shape : kShapes)
    for (int64_t n : kNumbers)
      for (int64_t m : kNumbers)
        attempt(counts, shape, fmt::format("{}({}, {})", name, n, m), [&](const Tensor& x) { f(x, n, m); });
  EXPECT_GT(counts.fine, 0) << name;
  EXPECT_GT(counts.refused, 0) << name;
}
#define SWEEP(expression) \
  sweep(#expression,      \
        [](const Tensor& x, [[maybe_unused]] int64_t n, [[maybe_unused]] int64_t m) { expression; })

TEST(BadArguments, OfShapes) {
  SWEEP(reshape(x, {n, m}));
  SWEEP(flatten(x, n, m));
  SWEEP(transpose(x, {n, m}));
  SWEEP(swapaxes(x, n, m));
  SWEEP(moveaxis(x, n, m));
  SWEEP(expand_dims(x, {n, m}));
  SWEEP(squeeze(x, {n, m}));
  SWEEP(broadcast_to(x, {n, m}));
  SWEEP(repeat(x, n, m));
  SWEEP(tile(x, {n, m}));
  SWEEP(concatenate({x, x}, n));
  SWEEP(stack({x, x}, n));
  SWEEP(split(x, n, m));
  SWEEP(split_sizes(x, {n, m}, -1));
  SWEEP(slice(x, {n, 0}, {m, 1}));
  SWEEP(slice(x, {0, 0}, {1, 2}, {n, m}));
  SWEEP(slice_in_dim(x, 0, kEnd, n, m));
  SWEEP(index_in_dim(x, n, m));
  SWEEP(pad(x, {n, 0}, {m, 0}));
  SWEEP(pad(x, {0, 0}, {0, n}, x.cx().full({}, {true}, x.dtype()), {0, m}));
  SWEEP(flip(x, {n, m}));
  SWEEP(tril(x, n));
  SWEEP(triu(x, n));
}

TEST(BadArguments, OfReductionsAndOrder) {
  SWEEP(sum(x, {n, m}));
  SWEEP(mean(x, {n, m}));
  SWEEP(max(x, {n, m}, keepdims));
  SWEEP(variance(x, n, KeepDims::kNo, m));
  SWEEP(softmax(x, {n, m}));
  SWEEP(logsumexp(x, {n, m}));
  SWEEP(argmax(x, n));
  SWEEP(cumsum(x, n));
  SWEEP(sort(x, n));
  SWEEP(top_k(x, n));
}

TEST(BadArguments, OfIndexingAndProducts) {
  SWEEP(take(x, n, m));
  SWEEP(take(x, x.cx().zeros({2}, u8), n, m > 0 ? TakeMode::kFill : TakeMode::kClip));
  SWEEP(take_along_axis(x, x.cx().zeros({1, 1}, i64), n));
  SWEEP(one_hot(x, n, f32, m));
  SWEEP(dynamic_slice(x, {n, 0}, {m, 1}));
  SWEEP(dynamic_slice_in_dim(x, 0, n, m));
  SWEEP(dynamic_index_in_dim(x, n, m));
  SWEEP(dynamic_update_slice(x, x, {n, m}));
  SWEEP(dynamic_update_slice_in_dim(x, x, n, m));
  SWEEP(gather(x, x.cx().zeros({2, 1}, i32), {{1}, {n}, {}, {}, {0}, 1}, {1, m}));
  SWEEP(gather(x, x.cx().zeros({2, 1}, i32), {{n}, {0}, {}, {}, {m}, 1}, {1, 2}));
  SWEEP(scatter_at(x, n, true, m));
  SWEEP(scatter_at(x, 0, n, m));
  SWEEP(dot_general(x, x, {.lhs_contract = {n}, .rhs_contract = {m}}));
  SWEEP(dot_general(x, x, {.lhs_batch = {n}, .rhs_batch = {m}, .lhs_contract = {1}, .rhs_contract = {1}}));
}

TEST(BadArguments, OfNumbersAndBits) {
  SWEEP(reduce_precision(x, n, m));
  SWEEP(clamp(n, x, m));
  SWEEP((x + n) * m);
  SWEEP(where(x == x, n, m));
  SWEEP(fori_loop(n, m, x, [](const Tensor&, const Tensor& state) { return state; }));
  SWEEP(x.cx().iota({n, 2}, m, f32));
  SWEEP(x.cx().full({n, m}, {int64_t{1}}, x.dtype()));
  SWEEP(x.cx().input("y", {n, m}, x.dtype()));
  SWEEP(x.cx().constant({n, m}, std::vector<int32_t>{1}));
  SWEEP(x.dim(n));
}

TEST(BadArguments, OfRandomNumbers) {
  SWEEP(split_key(random_key(x.cx(), 1), n));
  SWEEP(random_bits(random_key(x.cx(), 1), {n, m}, x.dtype()));
  SWEEP(uniform(random_key(x.cx(), 1), {2, 2}, x.dtype(), static_cast<double>(n), static_cast<double>(m)));
  SWEEP(normal(random_key(x.cx(), 1), {n, m}, x.dtype()));
  SWEEP(fold_in(random_key(x.cx(), 1), n));
}

// Every dtype in every other.
TEST(BadArguments, OfDTypes) {
  Counts counts;
  for (size_t i = 0; i <= static_cast<size_t>(token); ++i)
    for (size_t j = 0; j <= static_cast<size_t>(token); ++j) {
      const auto from = static_cast<DType>(i), to = static_cast<DType>(j);
      const Shape shape{{2, 2}, from};
      const std::string what(name(to));
      attempt(counts, shape, what, [&](const Tensor& x) { convert(x, to); });
      attempt(counts, shape, what, [&](const Tensor& x) { bitcast_convert(x, to); });
      attempt(counts, shape, what, [&](const Tensor& x) { matmul(x, x, {.dtype = to}); });
      attempt(counts, shape, what,
              [&](const Tensor& x) { einsum("ij,jk,kl->il", {x, x, x}, {.dtype = to}); });
      attempt(counts, shape, what, [&](const Tensor& x) { one_hot(x, 2, to); });
      attempt(counts, shape, what, [&](const Tensor& x) { x.cx().full({2}, {1.5}, to); });
    }
  EXPECT_GT(counts.fine, 0);
  EXPECT_GT(counts.refused, 0);
}

}  // namespace
}  // namespace fusebox
