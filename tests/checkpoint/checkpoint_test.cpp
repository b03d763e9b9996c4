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

}  // namespace
}  // namespace fusebox
