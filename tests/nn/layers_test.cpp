// Each layer on XLA against NumPy.
#include <array>

#include "fusebox/base/error.h"
#include "tests/nn/golden.h"

namespace fusebox::nn {
namespace {

constexpr double kTolerance = 2e-6;

struct Results {
  Tensor linear, linear_bias, embedding, attend, rms_norm, rms_norm_eps, layer_norm, layer_norm_bias,
      gated_mlp;
};

TEST(Layers, GiveNumPysValues) {
  const Outputs out = run_on_patterns([](TraceCx& cx) {
    const auto input = [&](std::string_view name, Dims dims) {
      return cx.input(name, {std::move(dims), f32});
    };
    const Tensor x = input("x", {2, 3, 8}), norm = input("norm", {8}), shift = input("shift", {8});
    const Tensor weight = input("weight", {6, 8}), bias = input("bias", {6});
    const Embedding table{input("table", {5, 8})};
    const GatedMlp mlp{
        {input("gate", {12, 8}), {}}, {input("up", {12, 8}), {}}, {input("down", {8, 12}), {}}};
    const Tensor indices = cx.constant(Dims{5}, std::span<const int32_t>(std::array{0, 4, -3, 7, 2}));
    return Results{
        .linear = Linear{weight, {}}(x),
        .linear_bias = Linear{weight, bias}(x),
        .embedding = table(indices),
        .attend = table.attend(x),
        .rms_norm = RmsNorm{norm, 1e-5}(x),
        .rms_norm_eps = RmsNorm{norm, 0.1}(x),
        .layer_norm = LayerNorm{norm, {}, 1e-5}(x),
        .layer_norm_bias = LayerNorm{norm, shift, 0.1}(x),
        .gated_mlp = mlp(x),
    };
  });
  const auto& want = golden()["layers"];
  ASSERT_EQ(want.size(), out.size());
  for (const auto& [name, tensor] : out.all()) {
    SCOPED_TRACE(name);
    expect_near(tensor.to_floats(), want.at(name), kTolerance);
  }
}

// The mean of squares of such numbers has no room in f16 (overflow) nor in bf16 (8 bits of mantissa).
TEST(Layers, NormsComputeInF32) {
  const Outputs out = run_on_patterns([](TraceCx& cx) {
    const Tensor x = cx.input("x", {{4, 64}, f32}), ones = cx.full({64}, {1.0}, f32);
    const auto narrow = [&](DType dtype) { return convert(x * 1000, dtype); };
    const RmsNorm norm{ones, 1e-5};
    return std::vector<Tensor>{convert(norm(narrow(f16)), f32), convert(norm(narrow(bf16)), f32),
                               norm(x * 1000)};
  });
  const std::vector<float> wide = out[2].to_floats(), half = out[0].to_floats(), brain = out[1].to_floats();
  for (size_t i = 0; i < wide.size(); ++i) {
    ASSERT_NEAR(half[i], wide[i], 2e-3);
    ASSERT_NEAR(brain[i], wide[i], 2e-2);
  }
}

// Several of each in one program: what differs in attributes, shapes or types is another function.
template <typename NormOf>
std::vector<Tensor> several_norms(TraceCx& cx, const NormOf& norm_of) {
  const Tensor x = cx.input("x", {{2, 3, 40}, f32}), row = cx.input("row", {{1, 40}, f32});
  const Tensor weight = cx.input("weight", {{40}, f32}), other = cx.input("other", {{40}, f32});
  return {norm_of(weight, 1e-5)(x),
          norm_of(other, 1e-5)(x),
          norm_of(weight, 0.5)(x),
          norm_of(weight, 1e-5)(row),
          norm_of(convert(weight, f16), 1e-5)(convert(x, f16)),
          norm_of(weight, 1e-5)(convert(x, bf16))};
}

TEST(Layers, NormsAreCompositesForDevicesThatKnowThem) {
  const auto rms = [](TraceCx& cx) {
    return several_norms(cx, [](const Tensor& weight, double eps) { return RmsNorm{weight, eps}; });
  };
  const auto plain = [](TraceCx& cx) {
    return several_norms(cx, [](const Tensor& weight, double eps) { return LayerNorm{weight, {}, eps}; });
  };
  const auto shifted = [](TraceCx& cx) {
    const Tensor shift = cx.input("shift", {{40}, f32});
    return several_norms(cx, [&](const Tensor& weight, double eps) { return LayerNorm{weight, shift, eps}; });
  };
  expect_same_as_composite("fusebox.rms_norm", rms, 0);
  expect_same_as_composite("fusebox.layer_norm", plain, 0);
  expect_same_as_composite("fusebox.layer_norm", shifted, 0);
}

// What the callable of a layer answers to inputs that do not fit.
template <typename Build>
Error mistake(Build&& build) {
  try {
    trace("main", std::forward<Build>(build));
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return InternalError("no error");
}

TEST(Layers, NameTheOpAndTheShapesOfAMistake) {
  const Error linear = mistake(
      [](TraceCx& cx) { return Linear{cx.input("w", {{6, 8}, f32}), {}}(cx.input("x", {{2, 7}, f32})); });
  EXPECT_EQ(linear.kind(), ErrorKind::kShapeMismatch);
  EXPECT_EQ(linear.op(), "linear");
  EXPECT_NE(linear.message().find("[2, 7]"), std::string::npos) << linear.what();
  EXPECT_NE(linear.message().find("[6, 8]"), std::string::npos) << linear.what();

  const Error bias = mistake([](TraceCx& cx) {
    return Linear{cx.input("w", {{6, 8}, f32}), cx.input("b", {{2, 6}, f32})}(cx.input("x", {{2, 8}, f32}));
  });
  EXPECT_EQ(bias.op(), "linear");
  EXPECT_NE(bias.message().find("bias"), std::string::npos) << bias.what();

  const Error norm = mistake(
      [](TraceCx& cx) { return RmsNorm{cx.input("w", {{7}, f32}), 1e-5}(cx.input("x", {{2, 8}, f32})); });
  EXPECT_EQ(norm.op(), "rms_norm");

  const Error embedding =
      mistake([](TraceCx& cx) { return Embedding{cx.input("w", {{6, 8}, f32})}(cx.input("x", {{2}, f32})); });
  EXPECT_EQ(embedding.op(), "embedding");
  EXPECT_EQ(embedding.kind(), ErrorKind::kDTypeMismatch);
}

TEST(Layers, RefuseWhatTheyWouldRound) {
  const auto norm_of = [](DType dtype) {
    return mistake([&](TraceCx& cx) {
      return RmsNorm{cx.input("w", {{8}, f32}), 1e-5}(cx.input("x", {{2, 8}, dtype}));
    });
  };
  for (DType dtype : {i32, c64}) {
    EXPECT_EQ(norm_of(dtype).op(), "rms_norm");
    EXPECT_EQ(norm_of(dtype).kind(), ErrorKind::kDTypeMismatch);
  }
}

// A layer that no checkpoint has filled, and one whose weight is of another trace.
TEST(Layers, NameTheLineWhereTheirWeightIsNone) {
  const Error empty = mistake([](TraceCx& cx) { return Linear{}(cx.input("x", {{2, 7}, f32})); });
  EXPECT_EQ(empty.op(), "linear");
  EXPECT_TRUE(empty.source().starts_with("layers_test.cpp:")) << empty.what();
  Linear stale;
  trace("other", [&](TraceCx& cx) { return stale.weight = cx.input("w", {{6, 8}, f32}); });
  const Error ended = mistake([&](TraceCx& cx) { return stale(cx.input("x", {{2, 8}, f32})); });
  EXPECT_EQ(ended.op(), "linear");
  EXPECT_TRUE(ended.source().starts_with("layers_test.cpp:")) << ended.what();
}

// A norm's weight must not widen what it scales: [1] · [8] would broadcast.
TEST(Layers, RefuseWeightsThatBroadcast) {
  EXPECT_EQ(mistake([](TraceCx& cx) {
              return RmsNorm{cx.input("w", {{2, 8}, f32}), 1e-5}(cx.input("x", {{1, 8}, f32}));
            }).op(),
            "rms_norm");
  EXPECT_EQ(mistake([](TraceCx& cx) {
              return LayerNorm{cx.input("w", {{8}, f32}), cx.input("b", {{2, 8}, f32}),
                               1e-5}(cx.input("x", {{1, 8}, f32}));
            }).op(),
            "layer_norm");
}

}  // namespace
}  // namespace fusebox::nn
