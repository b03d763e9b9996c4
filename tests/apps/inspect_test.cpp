// fusebox inspect, by the model's file alone.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/apps/program.h"
#include "tests/checkpoint/file_builders.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

TEST(Inspect, TellsConfigTensorsAndMemoryWithoutADevice) {
  const Ran ran = run_program({"inspect", kModelPath, "--json"}, {}, {"FUSEBOX_PLUGIN=/nowhere"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const ordered_json all = ordered_json::parse(ran.out);
  EXPECT_EQ(all["config"]["model"]["architecture"], "LlamaForCausalLM");
  EXPECT_EQ(all["config"]["model"]["layers"], 30);
  EXPECT_EQ(all["config"]["metadata"]["llama.block_count"], 30);
  EXPECT_EQ(all["count"], all["tensors"].size());
  EXPECT_EQ(all["elements"], 134515008);
  ordered_json norm;
  for (const ordered_json& tensor : all["tensors"])
    if (tensor["name"] == "output_norm.weight") norm = tensor;
  EXPECT_EQ(norm, ordered_json::parse(
                      R"({"name": "output_norm.weight", "dtype": "f32", "shape": [576], "bytes": 2304})"));
  EXPECT_EQ(all["memory"]["weights"], 134515008 * 4);
  EXPECT_EQ(all["memory"]["cache_per_token"], 30 * 2 * 3 * 64 * 4);
}

TEST(Inspect, ShowsTheSameToPeople) {
  const Ran ran = run_program({"inspect", kModelPath, "--tensors"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.out.find("blk.0.attn_q.weight"), std::string::npos);
  EXPECT_NE(ran.out.find("134515008 elements"), std::string::npos) << ran.out.substr(ran.out.size() - 200);
}

TEST(Inspect, PrintsPrograms) {
  for (const auto& [program, tokens] :
       {std::pair("decode", "tensor<1x1xi32>"), std::pair("prefill_32", "tensor<1x32xi32>")}) {
    const Ran ran = run_program({"inspect", kModelPath, "--stablehlo", program, "--context", "256"});
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_TRUE(ran.out.starts_with("module")) << ran.out.substr(0, 100);
    EXPECT_NE(ran.out.find("stablehlo.dot_general"), std::string::npos);
    EXPECT_NE(ran.out.find(tokens), std::string::npos);
  }
  const Ran wrong = run_program({"inspect", kModelPath, "--stablehlo", "prefill_0"});
  EXPECT_NE(wrong.code, 0);
  EXPECT_NE(wrong.err.find("want decode, prefill_N"), std::string::npos) << wrong.err;
}

// What is shown is what would run: with our plugin the low-bit weights as they are, with XLA's or a dtype,
// f32.
TEST(Inspect, ShowsTheProgramThatWouldRun) {
  const auto shown = [](std::vector<std::string> more) {
    std::vector<std::string> words = {"inspect", kModelPath, "--context", "256", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Ran ran = run_program(words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ordered_json::parse(ran.out);
  };
  const auto text = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--stablehlo", "prefill_32"});
    return shown(more).at("stablehlo").get<std::string>();
  };
  const std::string wide = text({"--plugin", kPluginPath});
  EXPECT_EQ(wide.find("ui8"), std::string::npos);
  EXPECT_EQ(wide, text({"--dtype", "f32", "--plugin", "/nowhere"}));
  const Ran lost = run_program({"inspect", kModelPath, "--stablehlo", "--plugin", "/nowhere"});
  EXPECT_EQ(lost.code, 3) << lost.err;
  if (kOwnPluginPath.empty()) return;
  const std::string low = text({"--plugin", kOwnPluginPath});
  EXPECT_NE(low.find("fusebox.expand"), std::string::npos);
  EXPECT_NE(low.find("tensor<576x360xui8>"), std::string::npos);  // rows of 18 blocks of 20 bytes
  const ordered_json memory = shown({"--memory", "--plugin", kOwnPluginPath}).at("memory");
  EXPECT_EQ(memory.at("dtype"), "Q4_1");
  EXPECT_EQ(memory.at("cache_dtype"), "f16");
  EXPECT_LT(memory.at("weights"), 134515008);
  EXPECT_GT(memory.at("weights"), 134515008 / 2);
}

TEST(Inspect, TellsWhatItCanOfAFileThatIsNoLanguageModel) {
  const TemporaryFolder folder;
  SafetensorsBuilder file;
  file.tensor("w", "F32", {2, 2}, raw_bytes<float>({1, 2, 3, 4}));
  const Ran ran = run_program({"inspect", folder.write("tiny.safetensors", file.bytes()), "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const ordered_json all = ordered_json::parse(ran.out);
  EXPECT_TRUE(all["config"]["model"].is_null());
  EXPECT_EQ(all["tensors"],
            ordered_json::parse(R"([{"name": "w", "dtype": "f32", "shape": [2, 2], "bytes": 16}])"));
}

// Names and values are whatever the file says: no control sequence reaches the terminal, and what is no UTF-8
// or claims too much is shown all the same.
TEST(Inspect, ShowsFilesOfStrangers) {
  const TemporaryFolder folder;
  GgufBuilder file;
  file.text("general.architecture", "mystery").text("title", "\x1b[31mred\n").texts("list", {"\xff", "ok"});
  for (int i = 0; i < 20; ++i)  // of a format without a size that we know
    file.tensor_at("w\x07" + std::to_string(i), {uint64_t{1} << 59}, 20, 0);
  const std::string path = folder.write("strange.gguf", file.bytes());
  const Ran text = run_program({"inspect", path, "--config", "--tensors"});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_NE(text.out.find("\\x1b[31mred\\n"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("w\\x070 "), std::string::npos) << text.out;
  EXPECT_EQ(text.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.out.find('\x07'), std::string::npos);
  const Ran json = run_program({"inspect", path, "--json"});
  ASSERT_EQ(json.code, 0) << json.err;
  EXPECT_EQ(ordered_json::parse(json.out)["elements"], 20 * (uint64_t{1} << 59));
}

TEST(Inspect, RefusesContextsThatTheModelHasNot) {
  for (const char* context : {"8193", "9223372036854775807"})
    for (const char* what : {"--memory", "--stablehlo"}) {
      const Ran ran = run_program({"inspect", kModelPath, what, "--context", context});
      EXPECT_EQ(ran.code, 1);
      EXPECT_NE(ran.err.find("8192"), std::string::npos) << ran.err;
    }
}

TEST(Inspect, SaysWhatIsMissing) {
  EXPECT_EQ(run_program({"inspect"}).code, 2);
  const Ran absent = run_program({"inspect", "/nowhere/model.gguf"});
  EXPECT_EQ(absent.code, 3);
  EXPECT_NE(absent.err.find("/nowhere/model.gguf"), std::string::npos) << absent.err;
}

}  // namespace
}  // namespace fusebox::apps
