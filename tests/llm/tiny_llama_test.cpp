// Whole models of other shapes than SmolLM2's, as Hugging Face folders and as GGUF, against NumPy.
#include <gtest/gtest.h>

#include <fstream>

#include "fusebox/llm/generate.h"
#include "fusebox/llm/gguf_names.h"
#include "fusebox/llm/llama.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/llm/tiny_model.h"

namespace fusebox::llm {
namespace {

const ordered_json& golden() {
  static const auto json =
      ordered_json::parse(std::ifstream(FUSEBOX_SOURCE_DIR "/tests/golden/tiny-llama.json"));
  return json;
}

// Greedy tokens equal to NumPy's, and the logits of the first.
void expect_golden(const std::shared_ptr<LanguageModel>& model, const std::string& name) {
  const auto& want = golden()["models"].at(name);
  const auto ids = want["greedy_ids"].get<std::vector<int32_t>>();
  const auto logits = want["logits"].get<std::vector<float>>();
  ASSERT_GT(want["smallest_gap"].get<double>(), 1e-3);  // far more than rounding does
  Sequence sequence(model);
  const auto prompt = golden()["prompt_ids"].get<std::vector<int32_t>>();
  const Reply reply = generate(
      sequence, prompt, {.sampling = {.temperature = 0}, .max_tokens = static_cast<int64_t>(ids.size())}, {});
  EXPECT_EQ(reply.tokens, ids);
  sequence.rewind(0);
  sequence.feed(prompt);
  const std::vector<float> got = sequence.logits();
  ASSERT_EQ(got.size(), logits.size());
  for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], logits[i], 1e-4) << i;
}

std::shared_ptr<LanguageModel> open_gguf(const TemporaryFolder& folder, const std::string& bytes) {
  return LanguageModel::open(folder.write("tiny.gguf", bytes), tiny_options());
}

TEST(TinyLlama, TiedFolder) { expect_golden(tiny_model("tied"), "tied"); }
TEST(TinyLlama, UntiedFolderWithBiasesAndAnOwnHeadSize) { expect_golden(tiny_model("untied"), "untied"); }
TEST(TinyLlama, YarnFolder) { expect_golden(tiny_model("yarn"), "yarn"); }

TEST(TinyLlama, ShardedFolder) {
  const TemporaryFolder folder;
  write_tiny_llama(folder, tiny_llama("untied"), 3);
  expect_golden(LanguageModel::open(folder.path(), tiny_options()), "untied");
}

TEST(TinyLlama, TiedGguf) {
  const TemporaryFolder folder;
  expect_golden(open_gguf(folder, tiny_gguf(tiny_llama("tied"))), "tied");
}

// Biases of q and k are permuted as their rows are; llama3's scaling comes as divisors.
TEST(TinyLlama, UntiedGguf) {
  const LlamaConfig config = LlamaConfig::from_json(tiny_config(tiny_llama("untied")), "config.json");
  nn::RotaryEmbedding plain = config.rotary;
  plain.scaling = {};
  std::vector<float> divisors;
  for (size_t i = 0; i < plain.frequencies().size(); ++i)
    divisors.push_back(static_cast<float>(plain.frequencies()[i] / config.rotary.frequencies()[i]));
  EXPECT_EQ(divisors.front(), 1);
  EXPECT_EQ(divisors.back(), 4);
  const TemporaryFolder folder;
  expect_golden(open_gguf(folder, tiny_gguf(tiny_llama("untied"), divisors)), "untied");
}

TEST(TinyLlama, YarnGguf) {
  const TemporaryFolder folder;
  expect_golden(open_gguf(folder, tiny_gguf(tiny_llama("yarn"))), "yarn");
}

// A chunk of a prompt, padded or not, gives what single steps give.
TEST(TinyLlama, ChunksEqualSteps) {
  const auto prompt = golden()["prompt_ids"].get<std::vector<int32_t>>();
  for (const char* name : {"tied", "untied"}) {
    Sequence whole(tiny_model(name)), steps(tiny_model(name));
    whole.feed(prompt);
    for (const int32_t token : prompt) steps.feed({{token}});
    const std::vector<float> a = whole.logits(), b = steps.logits();
    for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-4);
  }
}

TEST(TinyLlama, ScoresAreLogSoftmaxes) {
  Sequence sequence(tiny_model("tied"));
  const auto text = golden()["prompt_ids"].get<std::vector<int32_t>>();
  const std::vector<float> scores = sequence.score(text);
  ASSERT_EQ(scores.size(), text.size() - 1);
  sequence.rewind(0);
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    sequence.feed({{text[i]}});
    const std::vector<float> logits = sequence.logits();
    double total = 0;
    for (const float logit : logits) total += std::exp(static_cast<double>(logit));
    ASSERT_NEAR(scores[i], logits[static_cast<size_t>(text[i + 1])] - std::log(total), 1e-4) << i;
  }
  EXPECT_TRUE(sequence.score({}).empty());
  EXPECT_TRUE(sequence.score({{5}}).empty());
}

// What is wrong with a folder, one change at a time.
Error folder_error(const std::function<void(const TemporaryFolder&)>& spoil) {
  const TemporaryFolder folder;
  write_tiny_llama(folder, tiny_llama("untied"));
  spoil(folder);
  return error_of([&] {
    const auto model = LanguageModel::open(folder.path(), tiny_options());
    model->trace(1);
  });
}

Error error_of_weights(const std::function<void(std::map<std::string, TinyTensor>&)>& change) {
  return folder_error([&](const TemporaryFolder& folder) {
    auto tensors = tiny_tensors(tiny_llama("untied"));
    change(tensors);
    SafetensorsBuilder file;
    for (const auto& [name, tensor] : tensors)
      file.tensor(name, "F32", tensor.dims, raw_bytes(tensor.values));
    folder.write("model.safetensors", file.bytes());
  });
}

TEST(TinyLlama, ReportsEveryProblemOfACheckpoint) {
  const Error error = error_of_weights([](auto& tensors) {
    tensors.erase("model.layers.1.mlp.up_proj.weight");
    tensors["model.norm.weight"] = {{3}, {1, 2, 3}};
    tensors["model.layers.0.self_attn.q_norm.weight"] = {{2}, {1, 2}};
  });
  EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint) << error.what();
  EXPECT_TRUE(contains(error.message(), "missing: 'model.layers.1.mlp.up_proj.weight'")) << error.what();
  EXPECT_TRUE(contains(error.message(), "'model.norm.weight' is [3], want [24]")) << error.what();
  EXPECT_TRUE(contains(error.message(), "unexpected: 'model.layers.0.self_attn.q_norm.weight'"))
      << error.what();
}

// Without its head it would be another model, tied.
TEST(TinyLlama, NeedsItsHead) {
  const Error error = error_of_weights([](auto& tensors) { tensors.erase("lm_head.weight"); });
  EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
  EXPECT_TRUE(contains(error.message(), "lm_head.weight")) << error.what();
}

// Hugging Face would leave out what the config does not ask for, and make up what is missing.
TEST(TinyLlama, BiasesAreThoseOfTheConfig) {
  const auto with = [](const char* flag, bool value) {
    return folder_error([&](const TemporaryFolder& folder) {
      const bool bias = !value;  // in the weights
      TinyLlama llama = tiny_llama("untied");
      llama.bias = bias;
      write_tiny_llama(folder, llama);
      ordered_json config = tiny_config(llama);
      config[flag] = value;
      if (!value) config.erase(flag);  // which says the same
      folder.write("config.json", config.dump());
    });
  };
  const Error missing = with("attention_bias", true);
  EXPECT_EQ(missing.kind(), ErrorKind::kCheckpoint);
  EXPECT_TRUE(contains(missing.message(), "biases (8)")) << missing.what();
  EXPECT_TRUE(
      contains(missing.message(), "missing: model.layers.1.self_attn.o_proj.bias, as attention_bias is true"))
      << missing.what();
  EXPECT_TRUE(contains(missing.file(), "config.json"));
  const Error unexpected = with("mlp_bias", false);
  EXPECT_EQ(unexpected.kind(), ErrorKind::kCheckpoint);
  EXPECT_TRUE(contains(unexpected.message(), "biases (6)")) << unexpected.what();
  EXPECT_TRUE(contains(unexpected.message(),
                       "unexpected: model.layers.0.mlp.up_proj.bias f32[40], as mlp_bias is false"))
      << unexpected.what();
}

TEST(TinyLlama, LeavesOutWhatFilesKeepForNoUse) {
  const TemporaryFolder folder;
  const TinyLlama tied = tiny_llama("tied");
  write_tiny_llama(folder, tied);
  auto tensors = tiny_tensors(tied);
  tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = {{4}, {1, 1, 1, 1}};
  tensors["lm_head.weight"] = {{1}, {0}};  // tied models have no use for one
  SafetensorsBuilder file;
  for (const auto& [name, tensor] : tensors) file.tensor(name, "F32", tensor.dims, raw_bytes(tensor.values));
  folder.write("model.safetensors", file.bytes());
  expect_golden(LanguageModel::open(folder.path(), tiny_options()), "tied");
}

TEST(TinyLlama, NamesTheFamiliesThereAre) {
  const Error folder =
      folder_error([](const TemporaryFolder& f) { f.write("config.json", R"({"model_type": "mamba"})"); });
  EXPECT_EQ(folder.kind(), ErrorKind::kUnsupported);
  EXPECT_TRUE(contains(folder.message(), "'mamba'; fusebox has llama")) << folder.what();
  const Error none = folder_error([](const TemporaryFolder& f) { f.write("config.json", "[]"); });
  EXPECT_EQ(none.kind(), ErrorKind::kInvalidFile);
  EXPECT_TRUE(contains(none.message(), "model_type")) << none.what();

  const TemporaryFolder gguf;
  const Error other =
      error_of([&] { open_gguf(gguf, GgufBuilder().text("general.architecture", "rwkv").bytes()); });
  EXPECT_EQ(other.kind(), ErrorKind::kUnsupported);
  EXPECT_TRUE(contains(other.message(), "rwkv")) << other.what();
  const Error nameless = error_of([&] { open_gguf(gguf, GgufBuilder().bytes()); });
  EXPECT_TRUE(contains(nameless.what(), "general.architecture")) << nameless.what();
}

// Not that they are missing.
TEST(TinyLlama, NamesTheFormatsThatItCannotExpand) {
  GgufBuilder file;
  file.text("general.architecture", "llama");
  file.tensor("token_embd.weight", {2, 32}, 2, std::string(36, '\0'));     // Q4_0
  file.tensor("blk.0.attn_q.weight", {2, 32}, 20, std::string(36, '\0'));  // IQ4_NL
  file.tensor("blk.0.attn_k.weight", {2, 32}, 39, std::string(36, '\0'));  // MXFP4
  const TemporaryFolder folder;
  const Error error = error_of([&] { open_gguf(folder, file.bytes()); });
  EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(error.message(),
            "2 of 3 tensors are stored as IQ4_NL, MXFP4, which fusebox cannot expand; the first is "
            "'blk.0.attn_q.weight'");
}

TEST(TinyLlama, SaysWhichFileIsMissing) {
  const auto without = [](const char* name) {
    return folder_error([&](const TemporaryFolder& folder) { std::filesystem::remove(folder / name); });
  };
  EXPECT_EQ(without("config.json").kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(contains(without("config.json").what(), "config.json"));
  EXPECT_EQ(without("tokenizer.json").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(without("model.safetensors").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(error_of([] { LanguageModel::open("/no/such/model", tiny_options()); }).kind(),
            ErrorKind::kNotFound);
}

// A GGUF whose q rows are no pairs.
TEST(TinyLlama, RefusesRowsThatDoNotPair) {
  const Error model = error_of([&] {
    auto gguf = GgufFile::open(map_bytes(tiny_gguf(tiny_llama("yarn")), "odd.gguf"));
    const GgufNames names = {
        .whole = {}, .layer_prefix = "l.", .layer = {{"attn_q", "q"}}, .paired_rows = {{"attn_q", 7}}};
    std::vector<float> out(256);
    gguf_view(gguf, names)->read("l.0.q.weight", f32, std::as_writable_bytes(std::span(out)));
  });
  EXPECT_EQ(model.kind(), ErrorKind::kInvalidFile);
  EXPECT_TRUE(contains(model.what(), "blk.0.attn_q.weight")) << model.what();
}

TEST(TinyLlama, RefusesContextsThatAreNone) {
  ModelOptions options = tiny_options();
  options.context = 161;
  const Error large = error_of([&] { LanguageModel::open(tiny_model()->path(), options); });
  EXPECT_EQ(large.kind(), ErrorKind::kContextOverflow);
  EXPECT_TRUE(contains(large.message(), "161") && contains(large.message(), "160")) << large.what();
  options.context = -1;
  EXPECT_EQ(error_of([&] { LanguageModel::open(tiny_model()->path(), options); }).kind(),
            ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace fusebox::llm
