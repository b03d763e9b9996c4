// Every layer of the real model against an independent implementation: the residual stream after the
// embedding and after each of the 30 layers, and all logits of the last position.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/llm/real_model.h"

namespace fusebox::llm {
namespace {

constexpr double kTolerance = 1e-3;

struct Stages {
  Tensor stages, logits;  // [1 + layers, n, hidden], [1, 1, vocabulary]
};

TracedProgram trace_stages(const LanguageModel& model, int64_t n) {
  return trace("stages",
               [&](TraceCx& cx) {
                 const ModelSizes& sizes = model.sizes();
                 std::vector<Tensor> seen;
                 const Chunk chunk = {.tokens = cx.input("tokens", {1, n}, i32),
                                      .start = cx.zeros({1}, i32),
                                      .count = cx.full({1}, {n}, i32),
                                      .tap = [&](int layer, const Tensor& x) {
                                        EXPECT_EQ(layer, static_cast<int>(seen.size()) - 1);
                                        seen.push_back(x);
                                      }};
                 const Tensor nothing =
                     cx.zeros({1, sizes.kv_heads, nn::kAttentionBlock, sizes.head_size}, f32);
                 std::vector<nn::KvCache> caches(static_cast<size_t>(sizes.layers), {nothing, nothing});
                 const auto traced = model.model().trace(cx);
                 const Tensor last = slice_in_dim(traced->hidden(chunk, caches), n - 1, n, 1, 1);
                 return Stages{concatenate(seen, 0), traced->logits(last)};
               },
               {f32});
}

std::vector<float> read_npy(const std::string& name) {
  std::ifstream file(FUSEBOX_SOURCE_DIR "/tests/golden/" + name, std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(file)), {});
  const size_t begin = 10 + static_cast<unsigned char>(all[8]) + 256 * static_cast<unsigned char>(all[9]);
  std::vector<float> values((all.size() - begin) / sizeof(float));
  std::memcpy(values.data(), all.data() + begin, values.size() * sizeof(float));
  return values;
}

TEST(Layers, EqualAnIndependentImplementations) {
  const auto want = golden("smollm2-layers.json");
  const auto ids = want["prompt_ids"].get<std::vector<int32_t>>();
  const auto model = real_model();
  const CompiledModel program =
      model->device().compile(trace_stages(*model, static_cast<int64_t>(ids.size())));
  const Outputs out = program.session(model->session(1).weights()).run({{"tokens", ids}});

  const std::vector<float> stages = out["stages"].to_floats();
  ASSERT_EQ(want["stages"].size(), 31u);
  const size_t size = stages.size() / want["stages"].size(), width = size / ids.size();
  ASSERT_EQ(width, 576u);
  double largest = 0;
  for (size_t i = 0; i < want["stages"].size(); ++i) {
    const auto& stage = want["stages"][i];
    SCOPED_TRACE(stage["after"].get<std::string>());
    const std::span<const float> x = std::span(stages).subspan(i * size, size);
    double sum = 0, squares = 0;
    for (const float value : x) sum += value, squares += static_cast<double>(value) * value;
    const double mean = sum / static_cast<double>(size);
    EXPECT_NEAR(mean, stage["mean"].get<double>(), kTolerance);
    EXPECT_NEAR(std::sqrt(squares / static_cast<double>(size) - mean * mean), stage["std"].get<double>(),
                kTolerance);
    const auto first = stage["last_position_first8"].get<std::vector<double>>();
    ASSERT_EQ(first.size(), 8u);
    for (size_t k = 0; k < first.size(); ++k) {
      largest = std::max(largest, std::abs(x[size - width + k] - first[k]));
      EXPECT_NEAR(x[size - width + k], first[k], kTolerance) << k;
    }
  }
  RecordProperty("largest_layer_error", std::to_string(largest));

  const std::vector<float> logits = out["logits"].to_floats(),
                           reference = read_npy("smollm2-logits-last.npy");
  ASSERT_EQ(logits.size(), 49152u);
  ASSERT_EQ(reference.size(), logits.size());
  double error = 0;
  for (size_t i = 0; i < logits.size(); ++i)
    error = std::max<double>(error, std::abs(logits[i] - reference[i]));
  EXPECT_LT(error, kTolerance);
  RecordProperty("largest_logit_error", std::to_string(error));
  std::printf("largest error of a layer %.2g, of a logit %.2g\n", largest, error);
}

}  // namespace
}  // namespace fusebox::llm
