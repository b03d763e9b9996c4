#include "fusebox/checkpoint/checkpoint.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/base/temporary_folder.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/file_builders.h"

namespace fusebox {
namespace {

std::string one_weight() {
  return SafetensorsBuilder().tensor("w", "F32", {1}, raw_bytes<float>({1})).bytes();
}
std::string one_block() { return GgufBuilder().tensor("w", {32}, 2, std::string(18, '\0')).bytes(); }

TEST(Checkpoint, OpensFilesOfEitherFormat) {
  const TemporaryFolder folder;
  const auto safetensors = Checkpoint::open(folder.write("model.safetensors", one_weight()));
  EXPECT_TRUE(safetensors.safetensors());
  EXPECT_FALSE(safetensors.gguf());
  EXPECT_EQ(safetensors.folder(), folder.path());
  EXPECT_EQ(safetensors.find("w")->shape, (Shape{{1}, DType::f32}));

  const auto gguf = Checkpoint::open(folder.write("named-otherwise.bin", one_block()));
  EXPECT_TRUE(gguf.gguf());
  EXPECT_EQ(gguf.find("w")->format, BlockFormat::q4_0);
  EXPECT_EQ(gguf.view("w").size(), 18u);
}

TEST(Checkpoint, OpensFolders) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_of([&] { Checkpoint::open(folder.path()); }).kind(), ErrorKind::kNotFound);
  folder.write("weights.gguf", one_block());
  EXPECT_TRUE(Checkpoint::open(folder.path()).gguf());
  folder.write("other.gguf", one_block());
  EXPECT_TRUE(contains(error_of([&] { Checkpoint::open(folder.path()); }).what(), "other.gguf"));
  folder.write("model.safetensors", one_weight());
  EXPECT_TRUE(Checkpoint::open(folder.path()).safetensors());
  folder.write("model.safetensors.index.json", R"({"weight_map": {"w": "model.safetensors"}})");
  EXPECT_TRUE(contains(Checkpoint::open(folder.path()).description(), "index.json"));
  EXPECT_EQ(error_of([&] { Checkpoint::open(folder / "absent"); }).kind(), ErrorKind::kNotFound);
}

TEST(CheckWeights, FindsEveryProblemAtOnce) {
  const TemporaryFolder folder;
  SafetensorsBuilder file;
  file.tensor("layers.0.q_proj.weight", "BF16", {2, 3}, std::string(12, 'x'));
  file.tensor("layers.0.k_proj.weight", "F32", {1, 3}, std::string(12, 'x'));
  file.tensor("layers.0.ids", "I64", {1}, std::string(8, 'x'));
  file.tensor("old.bias", "F32", {1}, std::string(4, 'x'));
  const auto checkpoint = Checkpoint::open(folder.write("model.safetensors", file.bytes()));
  const std::vector<WeightInfo> wanted = {
      {"layers.0.q_proj.weight", {{2, 3}, DType::f32}, {}},
      {"layers.0.k_proj.weight", {{3, 1}, DType::f32}, {}},
      {"layers.0.v_proj.weight", {{1, 3}, DType::f32}, {}},
      {"layers.0.ids", {{1}, DType::f32}, {}},
  };
  const CheckpointReport report = check_weights(checkpoint, wanted);
  std::vector<std::string> messages;
  for (const WeightProblem& problem : report.problems) messages.push_back(problem.message);
  EXPECT_EQ(messages,
            (std::vector<std::string>{
                "wrong shape: 'layers.0.k_proj.weight' is [1, 3], want [3, 1]",
                "missing: 'layers.0.v_proj.weight' f32[1, 3]; did you mean 'layers.0.q_proj.weight' or "
                "'layers.0.k_proj.weight'?",
                "wrong dtype: 'layers.0.ids' is i64, want f32",
                "unexpected: 'old.bias' f32[1]",
            }));
  const Error error = error_of([&] { report.throw_if_bad(); });
  EXPECT_EQ(error.kind(), ErrorKind::kCheckpoint);
  for (const std::string& message : messages) EXPECT_TRUE(contains(error.what(), message));
  EXPECT_TRUE(contains(error.what(), "model.safetensors"));

  EXPECT_EQ(check_weights(checkpoint, wanted, {.allow_unexpected = true}).problems.size(), 3u);
  const auto exact = check_weights(checkpoint, std::span(wanted).first(1),
                                   {.allow_unexpected = true, .allow_conversion = false});
  EXPECT_EQ(exact.problems.at(0).message, "wrong dtype: 'layers.0.q_proj.weight' is bf16, want f32");
}

TEST(CheckWeights, KnowsBlockFormats) {
  const TemporaryFolder folder;
  const auto checkpoint = Checkpoint::open(folder.write("f.gguf", one_block()));
  const WeightInfo expanded = {"w", {{32}, DType::bf16}, {}};
  const WeightInfo blocks = {"w", {{32}, DType::f32}, BlockFormat::q4_0};
  const WeightInfo others = {"w", {{32}, DType::f32}, BlockFormat::q4_1};
  EXPECT_TRUE(check_weights(checkpoint, {&expanded, 1}).ok());
  EXPECT_TRUE(check_weights(checkpoint, {&blocks, 1}, {.allow_conversion = false}).ok());
  EXPECT_EQ(check_weights(checkpoint, {&others, 1}).problems.at(0).message,
            "wrong dtype: 'w' is Q4_0, want Q4_1");
  check_weights(checkpoint, {&blocks, 1}).throw_if_bad();
}

}  // namespace
}  // namespace fusebox
