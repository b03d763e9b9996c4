// fusebox perplexity with the real model.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/apps/json_answers.h"
#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

const std::string kText = "/usr/share/common-licenses/GPL-3";  // every Debian has it

Ran perplexity(const std::string& file, std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"perplexity", kModelPath, file, "--plugin", kPluginPath, "--context", "1024"});
  return run_program(flags);
}

// The first `count` tokens of the text, as text.
std::string first_tokens(size_t count) {
  const std::string encode = lines({{{"text", read_file(kText)}}});
  ordered_json ids = answers(run_program({"tokenize", kModelPath}, encode)).at(0)["ids"];
  ids.erase(ids.begin() + static_cast<ptrdiff_t>(count), ids.end());
  return answers(run_program({"tokenize", kModelPath, "--decode"}, lines({{{"ids", ids}}}))).at(0)["text"];
}

// 19.28: what an independent NumPy implementation gives; rows of q and k in the wrong order give 372.
TEST(Perplexity, OfTheFirst1024TokensOfTheGpl) {
  const TemporaryFolder folder;
  const Ran ran = perplexity(folder.write("gpl", first_tokens(1024)), {"--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const ordered_json score = ordered_json::parse(ran.out);
  EXPECT_NEAR(score["perplexity"].get<double>(), 19.28, 0.01);
  EXPECT_NEAR(score["mean_log_prob"].get<double>(), -std::log(score["perplexity"].get<double>()), 1e-12);
  EXPECT_EQ(score["tokens"], 1023);
}

TEST(Perplexity, CutsWholeWindows) {
  const TemporaryFolder folder;
  const std::string file = folder.write("gpl", first_tokens(100));
  const Ran windows = perplexity(file, {"--json", "--window", "32"});
  ASSERT_EQ(windows.code, 0) << windows.err;
  EXPECT_EQ(ordered_json::parse(windows.out)["tokens"], 3 * 31);
  const Ran one = perplexity(file, {"--window", "128"});
  EXPECT_NE(one.out.find("99 tokens scored"), std::string::npos) << one.out << one.err;
}

// What activations in int8, a cache in f16 and sums in another order cost: the weights are the same. Over
// 7,161 tokens of the text (`fusebox perplexity MODEL /usr/share/common-licenses/GPL-3 --window 1024
// --against f32`) it is 0.0034 nats per token, after 99 % of them under 0.018; so few have twice that, and a
// wrong block far more.
TEST(Perplexity, OfLowBitWeightsAgainstTheSameInF32) {
  if (kOwnPluginPath.empty()) GTEST_SKIP() << "this build has no compiler";
  const TemporaryFolder folder;
  const Ran ran = run_program({"perplexity", kModelPath, folder.write("gpl", first_tokens(256)), "--plugin",
                               kOwnPluginPath, "--context", "1024", "--against", "f32", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const ordered_json score = ordered_json::parse(ran.out), &against = score["against"];
  EXPECT_EQ(score["tokens"], 255);
  const double kl = against["mean_kl"], f32 = against["perplexity"], low = score["perplexity"];
  std::printf("perplexity: f32 %.4f, low bits %.4f; KL divergence %.5f\n", f32, low, kl);
  EXPECT_GT(kl, 0);
  EXPECT_LT(kl, 0.007);
  EXPECT_LT(against["largest_kl"].get<double>(), 0.3);
  EXPECT_GT(against["same_choice"].get<double>(), 0.93);
  EXPECT_LT(low / f32, 1.02);  // of so few tokens
}

TEST(Perplexity, RefusesWhatCannotBeScored) {
  const TemporaryFolder folder;
  const std::string one_token = folder.write("short", "a");
  EXPECT_NE(perplexity(one_token, {}).err.find("want at least 2"), std::string::npos);
  const Ran wide = perplexity(kText, {"--window", "1025"});
  EXPECT_NE(wide.err.find("want 2 to 1024"), std::string::npos) << wide.err;
  EXPECT_EQ(perplexity("/nowhere/text", {}).code, 3);
  const Ran in_folder = perplexity(folder.path(), {});
  EXPECT_NE(in_folder.err.find(folder.path() + ": is a folder"), std::string::npos) << in_folder.err;
}

}  // namespace
}  // namespace fusebox::apps
