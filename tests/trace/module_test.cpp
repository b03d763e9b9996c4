// Modules and weights: what a checkpoint fills, and what it is told when it does not fit.
#include <gtest/gtest.h>

#include "fusebox/trace/trace.h"

namespace fusebox {
namespace {

// A checkpoint of names and shapes.
class Names : public WeightSource {
 public:
  explicit Names(std::vector<std::pair<std::string, Shape>> weights, std::string path = "w.safetensors")
      : path_(std::move(path)) {
    for (auto& [name, shape] : weights) weights_.push_back({name, shape, std::nullopt});
  }
  std::vector<WeightInfo> weights() const override { return weights_; }
  std::optional<WeightInfo> find(std::string_view name) const override {
    for (const WeightInfo& weight : weights_)
      if (weight.name == name) return weight;
    return std::nullopt;
  }
  void read(std::string_view, DType, std::span<std::byte>) const override {}
  std::span<const std::byte> view(std::string_view) const override { return {}; }
  std::string description() const override { return path_; }

 private:
  std::vector<WeightInfo> weights_;
  std::string path_;
};

std::vector<std::string> parameters_of(const TracedProgram& traced) {
  std::vector<std::string> names;
  for (const Signature::Parameter& parameter : traced.signature.parameters) names.push_back(parameter.name);
  return names;
}

// The names of the weights that a module of this kind takes from a checkpoint.
template <typename Module>
std::vector<std::string> filled(const Names& source) {
  return parameters_of(trace("main", [&](TraceCx& cx) {
    cx.module<Module>("m", source);
    return cx.zeros({}, f32);
  }));
}

template <typename Build>
Error mistake(Build&& build) {
  try {
    trace("main", [&](TraceCx& cx) {
      build(cx);
      return cx.zeros({}, f32);
    });
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return InternalError("no error");
}

struct Linear {
  Tensor weight = Tensor::spec({2, 3});
  std::optional<Tensor> bias;
};

TEST(Module, IsFilledAsFarAsTheCheckpointGoes) {
  struct Holders {
    std::vector<Linear> layers;
    std::optional<Linear> head;
    std::unique_ptr<Linear> tail;
    std::map<std::string, Linear> empty;
    std::vector<reflect::Named<"renamed", Tensor>> tensors;
    reflect::Named<"0", Linear> first;
  };
  const Shape shape{{2, 3}, f32};
  EXPECT_EQ(filled<Holders>(Names({{"m.layers.0.weight", shape},
                                   {"m.layers.1.weight", shape},
                                   {"m.layers.1.bias", {{2}, f32}},
                                   {"m.tail.weight", shape},
                                   {"m.tensors.0", shape},
                                   {"m.tensors.1", shape},
                                   {"m.0.weight", shape}})),
            (std::vector<std::string>{"m.layers.0.weight", "m.layers.1.weight", "m.layers.1.bias",
                                      "m.tail.weight", "m.tensors.0", "m.tensors.1", "m.0.weight"}));
}

struct Tree {
  Tensor weight;
  std::unique_ptr<Tree> left, right;
};

// A pointer to another of its kind is filled only where the checkpoint has something for it: it would never
// end.
TEST(Module, MayBeRecursive) {
  const Shape shape{{1}, f32};
  EXPECT_EQ(
      filled<Tree>(Names({{"m.weight", shape}, {"m.right.weight", shape}, {"m.right.left.weight", shape}})),
      (std::vector<std::string>{"m.weight", "m.right.weight", "m.right.left.weight"}));
}

struct Mlp {
  Linear gate_proj, up_proj, down_proj;
  Tensor scale = Tensor::spec({2}, i32);
};

TEST(Module, TellsEveryProblemAtOnce) {
  const Names source({{"m.gate_proj.weight", {{2, 3}, f32}},
                      {"m.up_prj.weight", {{2, 3}, f32}},
                      {"m.down_proj.weight", {{3, 2}, f32}},
                      {"m.scale", {{2}, i64}},
                      {"m.old\n.bias", {{2}, bf16}},
                      {"elsewhere", {{2}, f32}}});
  const Error error = mistake([&](TraceCx& cx) { cx.module<Mlp>("m", source); });
  EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
  EXPECT_EQ(error.message(),
            "the checkpoint does not fit the module (5 problems):\n"
            "    missing: 'm.up_proj.weight'; did you mean 'm.up_prj.weight' or 'm.gate_proj.weight' or "
            "'m.down_proj.weight'?\n"
            "    wrong shape: 'm.down_proj.weight' is [3, 2], want [2, 3]\n"
            "    wrong dtype: 'm.scale' is i64, want i32\n"
            "    unexpected: 'm.up_prj.weight' f32[2, 3]\n"
            "    unexpected: 'm.old\\x0a.bias' bf16[2]");
  EXPECT_EQ(error.file(), "w.safetensors");
  EXPECT_EQ(error.module(), "m");
  EXPECT_TRUE(error.source().starts_with("module_test.cpp:")) << error.source();
  EXPECT_EQ(mistake([&](TraceCx& cx) { cx.module<Mlp>("m", source, {.allow_unexpected = true}); })
                .message()
                .find("unexpected"),
            std::string::npos);
}

// The list ends somewhere, and so does the search for near names.
TEST(Module, TellsTheFirstHundredProblems) {
  std::vector<std::pair<std::string, Shape>> weights;
  for (int i = 0; i < 5000; ++i) weights.emplace_back("m.extra." + std::to_string(i), Shape{{1}, f32});
  const Error error = mistake([&](TraceCx& cx) { cx.module<Linear>("m", Names(weights)); });
  EXPECT_TRUE(error.message().ends_with("\n    … and 4901 more")) << error.message();
}

TEST(Weight, IsOneParameterHoweverOftenAskedFor) {
  const Names source({{"w", {{2}, bf16}}});
  const TracedProgram traced = trace("main", [&](TraceCx& cx) {
    const Tensor w = cx.weight("w", source);
    EXPECT_EQ(w.dtype(), f32);
    return std::vector{w + cx.weight("w", source)};
  });
  EXPECT_EQ(parameters_of(traced), std::vector<std::string>{"w"});
}

// Weights are loaded by name from one source: with two, one of them would be read for both.
TEST(Weight, NamesOneTensorOnly) {
  const Names source({{"w", {{2}, f32}}, {"x", {{2}, f32}}}), other({{"w", {{2}, f32}}}, "other.safetensors");
  const Error twice = mistake([&](TraceCx& cx) {
    cx.weight("w", source);
    cx.weight("w", other);
  });
  EXPECT_EQ(twice.message(), "there is already a weight of another source named 'w'");
  EXPECT_EQ(twice.file(), "other.safetensors");
  EXPECT_EQ(mistake([&](TraceCx& cx) {
              cx.input("x", {2}, f32);
              cx.weight("x", source);
            }).message(),
            "there is already an input named 'x'");
  EXPECT_EQ(mistake([&](TraceCx& cx) {
              cx.weight("x", source);
              cx.input("x", {2}, f32);
            }).message(),
            "there is already a weight named 'x'");
  EXPECT_EQ(mistake([&](TraceCx& cx) { cx.weight("y", source); }).kind(), ErrorKind::kNotFound);
}

// What is left of a trace that has ended and whose program is gone.
TEST(Trace, LeavesNothingToUse) {
  const Names source({{"w", {{2}, f32}}});
  std::optional<TraceCx> cx;
  Tensor x;
  trace("main", [&](TraceCx& open) {
    cx = open;
    return x = open.input("x", {2}, f32);
  });
  const auto refused = [](auto&& use) {
    try {
      use();
    } catch (const Error& error) {
      return error.message().find("trace has ended") != std::string::npos;
    }
    return false;
  };
  EXPECT_TRUE(refused([&] { x.shape(); }));
  EXPECT_TRUE(refused([&] { x.dim(0); }));
  EXPECT_TRUE(refused([&] { x + 1; }));
  EXPECT_TRUE(refused([&] { cx->weight("w", source); }));
  EXPECT_TRUE(refused([&] { cx->input("y", {2}, f32); }));
  EXPECT_TRUE(refused([&] { cx->zeros({2}, f32); }));
  EXPECT_TRUE(refused([&] { cx->iota({2}, 0, f32); }));
}

}  // namespace
}  // namespace fusebox
