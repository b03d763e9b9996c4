// Caches of another type than the weights: what they take, and how far replies go from those of f32.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "fusebox/llm/generate.h"
#include "fusebox/llm/sequence.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/llm/tiny_model.h"

namespace fusebox::llm {
namespace {

const std::vector<int32_t> kPrompt = {40, 7, 99, 12, 3, 71, 18, 5};

std::shared_ptr<LanguageModel> with_caches_of(DType dtype) {
  ModelOptions options = tiny_options();
  options.cache_dtype = dtype;
  return LanguageModel::open(tiny_model()->path(), options);
}

std::vector<float> logits_after(const std::shared_ptr<LanguageModel>& model,
                                std::span<const int32_t> tokens) {
  Sequence sequence(model);
  sequence.feed(tokens);
  return sequence.logits();
}

double furthest(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  return largest;
}

// Heads of 64, as SmolLM2's: 64 bytes and a scale of four in place of 128 bytes.
TEST(CacheDtype, EightBitsTakeHalfOfF16) {
  const ModelSizes sizes{.vocabulary = 1000, .context = 4096, .layers = 30, .kv_heads = 3, .head_size = 64};
  const auto bytes = [&](DType dtype) { return cache_bytes(sizes, {1, 1, 4608, dtype}); };
  EXPECT_EQ(bytes(f16), int64_t{2} * 30 * 3 * 4608 * 128);
  EXPECT_EQ(bytes(i8), int64_t{2} * 30 * 3 * 4608 * (64 + 4));
  EXPECT_LT(static_cast<double>(bytes(i8)), 0.54 * static_cast<double>(bytes(f16)));
}

TEST(CacheDtype, IsWhatTheProgramsTake) {
  const auto model = with_caches_of(i8);
  EXPECT_EQ(model->cache_dtype(), i8);
  EXPECT_EQ(model->dtype(), f32);
  int64_t bytes = 0;
  for (const Signature::Parameter& parameter : model->session(1).model().signature().parameters) {
    if (!parameter.name.starts_with("caches.")) continue;
    const bool is_scale = parameter.name.ends_with("_scale");
    EXPECT_EQ(parameter.shape.dtype, is_scale ? f32 : i8) << parameter.name;
    bytes += parameter.shape.bytes();
  }
  EXPECT_EQ(model->cache_bytes(), bytes);
}

// Prompts in chunks and token by token see the same rows; what the rounding costs is far below what
// distinguishes one token from another.
TEST(CacheDtype, RepliesAreNearlyThoseOfF32) {
  const auto wide = logits_after(tiny_model(), kPrompt);
  const auto [least, most] = std::ranges::minmax(wide);
  for (const DType dtype : {bf16, f16, i8}) {
    const auto model = with_caches_of(dtype);
    EXPECT_LT(furthest(logits_after(model, kPrompt), wide), 0.02 * (most - least)) << name(dtype);
    EXPECT_GT(furthest(logits_after(model, kPrompt), wide), 0) << name(dtype);
    Sequence one_by_one(model);
    for (const int32_t token : kPrompt) one_by_one.feed({{token}});
    EXPECT_LT(furthest(one_by_one.logits(), logits_after(model, kPrompt)), 0.01 * (most - least))
        << name(dtype);
  }
}

TEST(CacheDtype, ScalesAreForkedAndRewoundToo) {
  const auto model = with_caches_of(i8);
  const GenerateOptions options = {.sampling = {.temperature = 0}, .max_tokens = 8};
  Sequence original(model);
  const Reply want = generate(original, kPrompt, options, {});
  original.rewind(0);
  original.feed(kPrompt);
  Sequence fork = original.fork();
  original.rewind(2);
  original.feed(std::vector<int32_t>(20, 9));  // over what the fork has copied
  EXPECT_EQ(generate(fork, kPrompt, options, {}).tokens, want.tokens);
}

TEST(CacheDtype, ArtifactsDecideIt) {
  const TemporaryFolder folder;
  const std::string path = folder / "tiny.fusebox";
  with_caches_of(i8)->save_artifact(path);
  ModelOptions options = tiny_options();
  const auto model = LanguageModel::open(path, options);
  EXPECT_EQ(model->cache_dtype(), i8);
  EXPECT_EQ(logits_after(model, kPrompt), logits_after(with_caches_of(i8), kPrompt));
  options.cache_dtype = f32;
  const Error error = error_of([&] { LanguageModel::open(path, options); });
  EXPECT_EQ(error.kind(), ErrorKind::kIncompatible);
  EXPECT_TRUE(contains(error.message(), "caches in i8")) << error.what();
}

// Those of earlier builds: their caches were of the weights' type, or f16 beside blocks.
TEST(CacheDtype, IsTheOldRuleInArtifactsThatDoNotSayIt) {
  const TemporaryFolder folder;
  const std::string path = folder / "tiny.fusebox";
  const auto save_without = [&](const ModelOptions& options, const std::string& dtype) {
    const auto model = LanguageModel::open(tiny_model()->path(), options);
    model->save_artifact(path);
    Artifact artifact = Artifact::load(path);
    artifact.meta.erase("cache_dtype");
    artifact.meta["dtype"] = dtype;
    artifact.save(path);
    return logits_after(model, kPrompt);
  };
  ModelOptions options = tiny_options();
  const ModelOptions device_only = {.device = options.device};
  options.cache_dtype = f16;
  const std::vector<float> with_f16 = save_without(options, "blocks");
  const auto of_blocks = LanguageModel::open(path, device_only);
  EXPECT_EQ(of_blocks->cache_dtype(), f16);
  EXPECT_EQ(logits_after(of_blocks, kPrompt), with_f16);

  options.dtype = options.cache_dtype = bf16;
  const std::vector<float> with_bf16 = save_without(options, "bf16");
  const auto of_bf16 = LanguageModel::open(path, device_only);
  EXPECT_EQ(of_bf16->cache_dtype(), bf16);
  EXPECT_EQ(logits_after(of_bf16, kPrompt), with_bf16);
  options.cache_dtype = i8;
  const Error error = error_of([&] { LanguageModel::open(path, options); });
  EXPECT_EQ(error.kind(), ErrorKind::kIncompatible);
  EXPECT_TRUE(contains(error.message(), "caches in bf16")) << error.what();
}

TEST(CacheDtype, RefusesOthers) {
  const Error error = error_of([] { with_caches_of(u8); });
  EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
  EXPECT_TRUE(contains(error.message(), "caches of dtype ui8")) << error.what();
}

}  // namespace
}  // namespace fusebox::llm
