// What people are told: each mistake in full. "#" stands for the line of the call, which is checked apart.
#include <gtest/gtest.h>

#include <regex>

#include "fusebox/trace/trace.h"

namespace fusebox {
namespace {

struct Pair {
  Tensor a, b;
};

// The message of a mistake made with x: f32[2, 3], y: f32[4], n: i32[3] in the module "model.mlp". It must
// name this file and a line near `where`.
template <typename F>
std::string told(F&& mistake, const std::source_location& where = std::source_location::current()) {
  try {
    trace("main", [&](TraceCx& cx) {
      const Tensor x = cx.input("x", {2, 3}, f32), y = cx.input("y", {4}, f32), n = cx.input("n", {3}, i32);
      const Scope scope = cx.scope("model.mlp");
      mistake(x, y, n);
      return x;
    });
  } catch (const Error& error) {
    std::smatch line;
    const std::string text = error.what();
    if (!std::regex_search(text, line, std::regex("at mistakes_test.cpp:([0-9]+)")))
      return "no line: " + text;
    const auto distance = std::abs(std::stol(line[1]) - static_cast<long>(where.line()));
    if (distance > 4) return "line " + line[1].str() + ": " + text;
    return std::regex_replace(text, std::regex("mistakes_test.cpp:[0-9]+"), "#");
  }
  return "no error";
}

#define MISTAKE(expression)                                                    \
  told([&]([[maybe_unused]] const Tensor& x, [[maybe_unused]] const Tensor& y, \
           [[maybe_unused]] const Tensor& n) { expression; })

TEST(Mistakes, Elementwise) {
  EXPECT_EQ(MISTAKE(x + y),
            "[add] got [2, 3] and [4], want sizes that are equal or 1, from the last axis on\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(x * n),
            "[multiply] got f32[2, 3] and i32[3], want one dtype\n"
            "  in model.mlp, at #; convert one of them: convert(x, f32)");
  EXPECT_EQ(MISTAKE(n / 0.5),
            "[divide] the number 0.5 cannot be an i32\n"
            "  in model.mlp, at #; convert the tensor first: convert(x, f32)");
  EXPECT_EQ(MISTAKE(convert(n, u8) + 256),
            "[add] the number 256 does not fit in ui8\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(convert(n, u8) - -1),
            "[subtract] the number -1 does not fit in ui8\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(equal(x > 0, 1)),
            "[equal] the number 1 cannot be an i1\n"
            "  in model.mlp, at #; use true or false");
  EXPECT_EQ(MISTAKE(exp(n)),
            "[exp] got i32[3], want a float or complex type\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(x & x),
            "[bitwise_and] got f32[2, 3], want an integer type or i1\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(x << 1),
            "[shift_left] got f32[2, 3], want an integer type\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(logical_not(n)),
            "[logical_not] got i32[3], want i1\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(gelu(n)),
            "[gelu] got i32[3], want a float type\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(erf(n)),
            "[erf] got i32[3], want a float type\n"
            "  in model.mlp, at #; convert it: convert(x, f32)");
  EXPECT_EQ(MISTAKE(where(x, x, 0)),
            "[where] got f32[2, 3], want i1 for the condition\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(where(x > 0, x, n)),
            "[where] got f32[2, 3] and i32[3], want one dtype\n"
            "  in model.mlp, at #; convert one of them: convert(x, f32)");
  EXPECT_EQ(MISTAKE(silu(Tensor())),
            "[silu] an operand is an empty tensor\n"
            "  at #; a module's tensors are filled by cx.module, inputs by cx.input");
  EXPECT_EQ(MISTAKE(silu(3)),
            "[silu] got numbers only, want a tensor\n"
            "  at #; cx.scalar makes a tensor of a number");
  EXPECT_EQ(MISTAKE(bitcast_convert(x, f64)),
            "[bitcast_convert] got f32[2, 3] to f64, want a last dimension of 64 bits together\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(remainder(complex(x, x), complex(x, x))),
            "[remainder] got complex<f32>[2, 3], want an integer or float type\n"
            "  in model.mlp, at #");
}

TEST(Mistakes, Reductions) {
  EXPECT_EQ(MISTAKE(sum(x, 2)),
            "[sum] axis 2 is outside a tensor of rank 2\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(max(x, {0, -2})),
            "[max] got axes [0, -2], want each once\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(mean(n)),
            "[mean] got i32[3], want a float type\n"
            "  in model.mlp, at #; convert it: convert(x, f32)");
  EXPECT_EQ(MISTAKE(sum(x > 0)),
            "[sum] got i1[2, 3], want numbers\n"
            "  in model.mlp, at #; count with count_nonzero(x), or convert(x, i32)");
  EXPECT_EQ(MISTAKE(any(n)),
            "[any] got i32[3], want i1\n"
            "  in model.mlp, at #; compare first: x != 0");
  EXPECT_EQ(MISTAKE(softmax(n)),
            "[softmax] got i32[3], want a float type\n"
            "  in model.mlp, at #; convert it: convert(x, f32)");
  EXPECT_EQ(MISTAKE(argmax(x.cx().zeros({2, 0}, f32))),
            "[argmax] got f32[2, 0], whose axis 1 is empty: there is no element to choose\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(min(complex(x, x))),
            "[min] got complex<f32>[2, 3], want an ordered type\n"
            "  in model.mlp, at #");
}

TEST(Mistakes, Shapes) {
  EXPECT_EQ(MISTAKE(reshape(x, {4, 2})),
            "[reshape] got f32[2, 3] to [4, 2], want 6 elements, not 8\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(reshape(x, {-1, 4})),
            "[reshape] got f32[2, 3] to [-1, 4], want sizes whose product divides 6\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(reshape(x, {-1, -1})),
            "[reshape] got f32[2, 3] to [-1, -1], want at most one -1\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(transpose(x, {0, 0})),
            "[transpose] got permutation [0, 0], want each axis once\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(transpose(x, {0, 1, 2})),
            "[transpose] got permutation [0, 1, 2], want 2, one per axis\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(squeeze(x, 0)),
            "[squeeze] got f32[2, 3], whose axis 0 is not of size 1\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(broadcast_to(x, {2, 2})),
            "[broadcast_to] got [2, 3] and [2, 2], want sizes that are equal or 1, from the last axis on\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(broadcast_to(x, {3})),
            "[broadcast_to] got f32[2, 3], which does not broadcast to [3]\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(concatenate({x, y})),
            "[concatenate] got f32[2, 3] and f32[4], want sizes that are equal but for axis 0\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(concatenate({x, convert(x, f16)}, 1)),
            "[concatenate] got f32[2, 3] and f16[2, 3], want one dtype\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(concatenate({})), "[concatenate] got no tensors, want at least one\n  at #");
  EXPECT_EQ(MISTAKE(stack({x, y})),
            "[stack] got f32[2, 3] and f32[4], want equal shapes\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(split(x, 2, 1)),
            "[split] got f32[2, 3] and 2 parts, want a number that divides axis 1, at most 1048576\n"
            "  in model.mlp, at #; split_sizes cuts into unequal parts");
  EXPECT_EQ(MISTAKE(split_sizes(x, {1, 3}, 1)),
            "[split_sizes] got f32[2, 3] and sizes [1, 3], want sizes that add up to axis 1\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(slice_in_dim(x, 1, 5, 1, 1)),
            "[slice_in_dim] got f32[2, 3] and 1:5 for axis 1, want 0 <= start <= limit <= 3\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(slice_in_dim(x, 0, kEnd, -1, 1)),
            "[slice_in_dim] got stride -1 for axis 1, want 1 or more\n"
            "  in model.mlp, at #; flip reverses an axis");
  EXPECT_EQ(MISTAKE(index_in_dim(x, 2, 0)),
            "[index_in_dim] got f32[2, 3] and index 2 of axis 0, want -2 ... 1\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(pad(x, {1}, {0, 0})),
            "[pad] got low [1], want 2, one per axis\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(tril(y)),
            "[tril] got f32[4], want 2 axes or more\n"
            "  in model.mlp, at #");
}

TEST(Mistakes, Indexing) {
  EXPECT_EQ(MISTAKE(take(x, y)),
            "[take] got indices f32[4], want integers\n"
            "  in model.mlp, at #; convert them: convert(indices, i32)");
  EXPECT_EQ(MISTAKE(take(x.cx().zeros({0}, f32), n)),
            "[take] got f32[0], whose axis 0 is empty: there is nothing to take\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(dynamic_slice(x, {0}, {1, 1})),
            "[dynamic_slice] got 1 starts for f32[2, 3], want one per axis\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(dynamic_slice(x, {0, n}, {1, 1})),
            "[dynamic_slice] got i32[3] for a start, want a scalar i32\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(dynamic_slice(x, {0, 0}, {1, 4})),
            "[dynamic_slice] got sizes [1, 4] for f32[2, 3], want no more than there is\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(dynamic_update_slice(x, y, {0, 0})),
            "[dynamic_update_slice] got an update f32[4] for f32[2, 3], want as many axes\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(dynamic_update_slice(x, convert(x, bf16), {0, 0})),
            "[dynamic_update_slice] got f32[2, 3] and bf16[2, 3], want one dtype\n"
            "  in model.mlp, at #; convert the update: convert(update, f32)");
}

TEST(Mistakes, ProductsAndOrder) {
  EXPECT_EQ(MISTAKE(matmul(x, y)),
            "[matmul] got f32[2, 3] and f32[4], want equal inner sizes, not 3 and 4\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(matmul(transpose(x), convert(x, bf16))),
            "[matmul] got f32[3, 2] and bf16[2, 3], want one dtype\n"
            "  in model.mlp, at #; convert one of them: convert(x, f32)");
  EXPECT_EQ(
      MISTAKE(matmul(x.cx().zeros({2, 1, 3}, f32),
                     x.cx().zeros({5, 3, 1}, f32) + x.cx().zeros({4, 1, 1, 1}, f32));
              matmul(x.cx().zeros({2, 1, 3}, f32), x.cx().zeros({5, 3, 1}, f32))),
      "[matmul] got f32[2, 1, 3] and f32[4, 5, 3, 1], want batch sizes that are equal or 1, not 2 and 5\n"
      "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(einsum("ij,k->ik", {x, x})),
            "[einsum] got f32[2, 3] for \"k\", want 1 axes\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(einsum("ij,jk->ik", {x, x})),
            "[einsum] got sizes 3 and 2 for the axis 'j'\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(einsum("ii->i", {x})),
            "[einsum] got the formula \"ii->i\": no diagonals yet\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(einsum("ij->k", {x})),
            "[einsum] got the formula \"ij->k\": want 'k' once in the result, and in an operand\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(top_k(x, 4)),
            "[top_k] got f32[2, 3] and k = 4, want no more than the last axis has\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(sort(complex(x, x))),
            "[sort] got complex<f32>[2, 3], want an ordered type\n"
            "  in model.mlp, at #");
}

TEST(Mistakes, ControlFlow) {
  EXPECT_EQ(MISTAKE(fori_loop(0, 3, Pair{x, n},
                              [&](const Tensor&, const Pair& s) { return Pair{s.a, s.b + 1 > 0}; })),
            "[fori_loop] 'b' is i32[3], and the body makes it i1[3]\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(fori_loop(0, 3, std::vector{x, x},
                              [&](const Tensor&, const auto& s) { return std::vector{s[0]}; })),
            "[fori_loop] the state has 3 tensors, the body returns 2\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(while_loop(
                x, [&](const Tensor& s) { return s > 0; }, [&](const Tensor& s) { return s; })),
            "[while_loop] the condition is i1[2, 3], want a scalar i1\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(cond(
                sum(x), [&] { return x; }, [&] { return x; })),
            "[cond] the predicate is f32[], want a scalar i1\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(cond(
                sum(x) > 0, [&] { return x; }, [&] { return y; })),
            "[cond] the result is f32[2, 3], and the second branch makes it f32[4]\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(fori_loop(0, y, x, [&](const Tensor&, const Tensor& s) { return s; })),
            "[fori_loop] got bounds f32[] and f32[4], want integer scalars of one dtype\n"
            "  in model.mlp, at #");
  // What the model's own function does wrong is told as its own.
  EXPECT_EQ(MISTAKE(fori_loop(0, 3, x, [&](const Tensor&, const Tensor& s) { return s + y; })),
            "[add] got [2, 3] and [4], want sizes that are equal or 1, from the last axis on\n"
            "  in model.mlp, at #");
  // A value from inside a loop, used outside.
  EXPECT_EQ(
      MISTAKE(Tensor inside;
              fori_loop(0, 3, x, [&](const Tensor&, const Tensor& s) { return inside = s * 2; }); inside + 1),
      "[add] an operand is not visible here: it was made inside another region, or this region takes no "
      "values "
      "from around it\n"
      "  in model.mlp, at #; return it from its region, or pass it in as an argument");
  EXPECT_EQ(
      MISTAKE(composite("acme.op", {}, {x}, [&](const std::vector<Tensor>&) { return std::vector{y * 2}; })),
      "[multiply] an operand is not visible here: it was made inside another region, or this region takes no "
      "values from around it\n"
      "  in model.mlp, at #; return it from its region, or pass it in as an argument");
}

// A composite that is made of itself has no end.
Tensor endless(const Tensor& x, const std::source_location& where = std::source_location::current()) {
  const auto itself = [&](const std::vector<Tensor>& in) { return std::vector{endless(in[0], where)}; };
  return composite("acme.endless", {}, {x}, itself, 1, where)[0];
}

TEST(Mistakes, Composites) {
  EXPECT_EQ(MISTAKE(endless(x)),
            "[acme.endless] the decomposition contains this very composite\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(composite("nameless", {}, {x}, [](const std::vector<Tensor>& in) { return in; })),
            "[nameless] got name 'nameless', want one with a namespace, such as fusebox.norm\n"
            "  in model.mlp, at #");
}

TEST(Mistakes, RandomNumbers) {
  EXPECT_EQ(MISTAKE(random_bits(n, {2})),
            "[random_bits] got i32[3], want a key ui32[2] or ui32[..., 2]\n"
            "  in model.mlp, at #; random_key makes one of a seed");
  EXPECT_EQ(MISTAKE(uniform(random_key(x.cx(), 1), {2}, i32)),
            "[uniform] got i32, want a float type\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(random_bits(random_key(x.cx(), 1), {1 << 20, 1 << 20})),
            "[random_bits] got [1048576, 1048576], want fewer than 2^32 elements for a key\n"
            "  in model.mlp, at #");
}

TEST(Mistakes, TracesAndInputs) {
  EXPECT_EQ(MISTAKE(x.cx().input("x", {2}, f32)),
            "[input] there is already an input named 'x'\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(x.cx().input("z", {-2}, f32)),
            "[input] negative size in [-2]\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(x.cx().full({2}, {1.5}, i32)),
            "[full] the number 1.5 cannot be an i32\n"
            "  in model.mlp, at #; convert the tensor first: convert(x, f32)");
  EXPECT_EQ(MISTAKE(x.cx().constant({3}, std::vector<float>{1, 2})),
            "[constant] got 8 bytes, want 12 for f32[3]\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(x.cx().constant({3, -1}, std::vector<float>{1, 2})),
            "[constant] negative size in [3, -1]\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(x.cx().zeros({3, -1}, f32)),
            "[full] negative size in [3, -1]\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(x.dim(2)),
            "[dim] got axis 2 of f32[2, 3]\n"
            "  in model.mlp, at #");
  EXPECT_EQ(MISTAKE(Tensor().dim(0)),
            "an empty tensor has no shape\n"
            "  at #; a module's tensors are filled by cx.module, inputs by cx.input");
  EXPECT_EQ(MISTAKE(uniform(random_key(x.cx(), 1), {2}, f32, 1, 0)),
            "[uniform] got 1 ... 0, want two finite numbers in order\n"
            "  in model.mlp, at #");
  Tensor stale;
  trace("other", [&](TraceCx& cx) { return stale = cx.input("x", {2}, f32); });
  EXPECT_EQ(MISTAKE(stale + 1),
            "[add] an operand is used after its trace has ended\n"
            "  at #; a tensor lives in the trace that made it");
  EXPECT_EQ(MISTAKE(x + stale),
            "[add] operands belong to two traces\n"
            "  in model.mlp, at #; a tensor lives in the trace that made it");
}

#undef MISTAKE

TEST(Mistakes, NameTheVeryLineAlsoOfNestedCalls) {
  unsigned line = 0;
  try {
    trace("main", [&](TraceCx& cx) {
      const Tensor x = cx.input("x", {2, 3}, i32);
      line = std::source_location::current().line() + 1;
      return logsumexp(x);  // which is made of other op functions
    });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.source(), "mistakes_test.cpp:" + std::to_string(line));
    EXPECT_EQ(error.op(), "logsumexp");
    EXPECT_EQ(error.kind(), ErrorKind::kDTypeMismatch);
  }
}

TEST(Mistakes, NameTheModuleThatTheOperandsShare) {
  try {
    trace("main", [](TraceCx& cx) {
      const Tensor x = cx.input("x", {2}, f32);
      Tensor gate, up;
      {
        const Scope scope = cx.scope("model.layers.3.mlp.gate_proj");
        gate = x * 2;
      }
      {
        const Scope scope = cx.scope("model.layers.3.mlp.up_proj");
        up = concatenate({x, x});
      }
      return gate + concatenate({up, x});
    });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.op(), "add");
    EXPECT_EQ(error.module(), "model.layers.3.mlp");
  }
}

}  // namespace
}  // namespace fusebox
