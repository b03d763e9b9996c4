// A model's programs in a file: opened in place of the model, refused where they do not fit.
#include "fusebox/runtime/artifact.h"

#include <gtest/gtest.h>

#include <fstream>

#include "fusebox/llm/generate.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/llm/tiny_model.h"

namespace fusebox::llm {
namespace {

// A tiny model and its artifact, in a folder of the test's own.
class LlmArtifact : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_ / "model");
    std::filesystem::copy(tiny_model()->path(), folder_ / "model");
    save(tiny_options());
  }

  void save(const ModelOptions& options) {
    LanguageModel::open(folder_ / "model", options)->save_artifact(path_);
  }

  // Opens the artifact after a change to it.
  template <typename Change>
  Error error_after(Change&& change, const ModelOptions& options = options_without_dtype()) {
    Artifact artifact = Artifact::load(path_);
    change(artifact);
    artifact.save(path_);
    return error_of([&] { LanguageModel::open(path_, options); });
  }

  static ModelOptions options_without_dtype() {
    ModelOptions options = tiny_options();
    options.dtype = {};
    return options;
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_ / "tiny.fusebox";
};

std::vector<int32_t> greedy(const std::shared_ptr<LanguageModel>& model) {
  Sequence sequence(model);
  return generate(sequence, {40, 7, 99}, {.sampling = {.temperature = 0}, .max_tokens = 8}, {}).tokens;
}

TEST_F(LlmArtifact, IsOpenedInPlaceOfTheModel) {
  std::vector<std::string> stages;
  ModelOptions options = options_without_dtype();
  options.use_cache = false;
  options.on_stage = [&](std::string_view stage, double) { stages.emplace_back(stage); };
  const auto model = LanguageModel::open(path_, options);
  EXPECT_EQ(model->path(), folder_ / "model");
  EXPECT_EQ(greedy(model), greedy(tiny_model()));
  EXPECT_TRUE(std::find(stages.begin(), stages.end(), "load decode") != stages.end());
  for (const std::string& stage : stages) EXPECT_FALSE(contains(stage, "compile")) << stage;
}

TEST_F(LlmArtifact, DecidesDtypeAndContext) {
  ModelOptions options = tiny_options();
  options.dtype = bf16;
  options.context = 100;
  save(options);
  const auto model = LanguageModel::open(path_, options_without_dtype());
  EXPECT_EQ(model->dtype(), bf16);
  EXPECT_EQ(model->context(), 100);
  EXPECT_EQ(greedy(model).size(), 8u);

  options.dtype = f32;
  const Error dtype = error_of([&] { LanguageModel::open(path_, options); });
  EXPECT_EQ(dtype.kind(), ErrorKind::kIncompatible);
  EXPECT_TRUE(contains(dtype.message(), "compiled for bf16 and a context of 100")) << dtype.what();
  options = options_without_dtype();
  options.context = 64;
  EXPECT_EQ(error_of([&] { LanguageModel::open(path_, options); }).kind(), ErrorKind::kIncompatible);
}

TEST_F(LlmArtifact, OfAnotherMachineSaysWhatDiffers) {
  const Error error = error_after([](Artifact& artifact) {
    artifact.identity.parts["processor"] = "abacus";
    artifact.identity.parts["threads"] = "1000";
  });
  EXPECT_EQ(error.kind(), ErrorKind::kIncompatible);
  EXPECT_EQ(error.file(), path_);
  EXPECT_TRUE(contains(error.message(), "processor: the file has abacus, this is ")) << error.what();
  EXPECT_TRUE(contains(error.message(), "threads: the file has 1000, this is ")) << error.what();
  EXPECT_TRUE(contains(error.hint(), "compile it again")) << error.what();
}

TEST_F(LlmArtifact, OfOtherWeightsIsRefused) {
  std::fstream weights(folder_ / "model/model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
  weights.seekp(-3, std::ios::end);
  weights.put('x');
  weights.close();
  const Error error = error_of([&] { LanguageModel::open(path_, options_without_dtype()); });
  EXPECT_EQ(error.kind(), ErrorKind::kIncompatible);
  EXPECT_TRUE(contains(error.message(), "other weights")) << error.what();
}

TEST_F(LlmArtifact, FindsItsModelBesideItself) {
  std::filesystem::create_directory(folder_ / "elsewhere");
  std::filesystem::rename(folder_ / "model", folder_ / "elsewhere/model");
  const Error gone = error_of([&] { LanguageModel::open(path_, options_without_dtype()); });
  EXPECT_EQ(gone.kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(contains(gone.message(), folder_ / "model")) << gone.what();
  std::filesystem::rename(path_, folder_ / "elsewhere/tiny.fusebox");
  EXPECT_EQ(LanguageModel::open(folder_ / "elsewhere/tiny.fusebox", options_without_dtype())->path(),
            folder_ / "elsewhere/model");
}

TEST_F(LlmArtifact, OfSomethingElseIsRefused) {
  using Change = std::function<void(ordered_json&)>;
  const std::vector<Change> changes = {
      [](ordered_json& meta) { meta["kind"] = "sound model"; },
      [](ordered_json& meta) { meta["kind"] = 5; },
      [](ordered_json& meta) { meta = 5; },
      [](ordered_json& meta) { meta.erase("model"); },
      [](ordered_json& meta) { meta["model"] = ordered_json{}; },
      [](ordered_json& meta) { meta["stamp"] = 1; },
      [](ordered_json& meta) { meta["dtype"] = "f33"; },
      [](ordered_json& meta) { meta["cache_dtype"] = "i9"; },
      [](ordered_json& meta) { meta["cache_dtype"] = 5; },
      [](ordered_json& meta) { meta["cache_dtype"] = ordered_json{}; },
      [](ordered_json& meta) { meta["context"] = "long"; },
      [](ordered_json& meta) { meta["context"] = -5; },
  };
  const Artifact whole = Artifact::load(path_);
  for (const Change& change : changes) {
    const Error error = error_after([&](Artifact& artifact) {
      artifact = whole;
      change(artifact.meta);
    });
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << error.what();
    EXPECT_EQ(error.file(), path_);
  }
}

TEST_F(LlmArtifact, WithoutASignatureIsRefusedWhenTheProgramIsNeeded) {
  Artifact artifact = Artifact::load(path_);
  artifact.meta["signatures"].erase("decode");
  artifact.save(path_);
  const auto model = LanguageModel::open(path_, options_without_dtype());
  const Error error = error_of([&] { model->session(1); });
  EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile);
  EXPECT_EQ(error.file(), path_);
}

TEST_F(LlmArtifact, CutShortIsRefused) {
  const auto size = std::filesystem::file_size(path_);
  for (const auto kept :
       {size - 1, size / 2, size / 10, uintmax_t{600}, uintmax_t{100}, uintmax_t{20}, uintmax_t{9}}) {
    std::filesystem::resize_file(path_, kept);
    const Error error = error_of([&] { LanguageModel::open(path_, options_without_dtype()); });
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << kept << ": " << error.what();
    EXPECT_EQ(error.file(), path_);
  }
}

TEST_F(LlmArtifact, ChangedAnywhereIsRefused) {
  std::ifstream file(path_, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  for (size_t at = 8; at < whole.size(); at += whole.size() / 40) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    folder_.write("tiny.fusebox", changed);
    const Error error = error_of([&] { LanguageModel::open(path_, options_without_dtype()); });
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << at << ": " << error.what();
  }
}

// A signature of other inputs than a sequence has.
TEST_F(LlmArtifact, ForOtherInputsIsRefused) {
  const Artifact whole = Artifact::load(path_);
  for (const char* name : {"caches.2.k", "sampler.mood"}) {
    Artifact artifact = whole;
    ordered_json& parameters = artifact.meta["signatures"]["decode"]["parameters"];
    ordered_json added = parameters[0];
    added["name"] = name;
    parameters.push_back(added);
    artifact.save(path_);
    const auto model = LanguageModel::open(path_, options_without_dtype());
    const Error error = error_of([&] { greedy(model); });
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << error.what();
    EXPECT_TRUE(contains(error.message(), name)) << error.what();
  }
}

}  // namespace
}  // namespace fusebox::llm
