// fusebox cache: what is kept, how much, and away with it.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "fusebox/base/cache.h"
#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

class Cache : public testing::Test {
 protected:
  Ran cache(std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), "cache");
    return run_program(arguments, {}, {"FUSEBOX_CACHE=" + path_});
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_ / "cache";
};

TEST_F(Cache, ListsWhatCommandsKeep) {
  const std::string program =
      "func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\nreturn %x : tensor<2xf32>\n}";
  ASSERT_EQ(run_program({"tokenize", kModelPath}, "{\"text\": \"x\"}\n", {"FUSEBOX_CACHE=" + path_}).code, 0);
  FileCache(path_, 1 << 30).store("else", std::as_bytes(std::span(program)));
  FileCache(path_, 1 << 30)
      .store("program-0123456789abcdef0123456789abcdef", std::as_bytes(std::span(program)));
  const Ran ran = cache({"--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const ordered_json all = ordered_json::parse(ran.out);
  EXPECT_EQ(all["folder"], path_);
  ASSERT_EQ(all["entries"].size(), 3u) << ran.out;
  std::map<std::string, ordered_json> by_kind;
  uint64_t bytes = 0;
  for (const ordered_json& entry : all["entries"]) {
    by_kind[entry["kind"]] = entry;
    bytes += entry["bytes"].get<uint64_t>();
    EXPECT_LT(entry["age_s"], 600) << entry;
  }
  EXPECT_EQ(all["bytes"], bytes);
  EXPECT_TRUE(by_kind.at("vocabulary")["name"].get<std::string>().starts_with("tokenizer-gguf-"));
  EXPECT_EQ(by_kind.at("other")["name"], "else");
  EXPECT_NE(by_kind.at("program")["problem"].get<std::string>().find("not an artifact"), std::string::npos);
  const Ran text = cache({"list"});
  EXPECT_EQ(text.code, 0);
  EXPECT_NE(text.out.find("vocabulary  tokenizer-gguf-1-"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("3 entries, "), std::string::npos) << text.out;
}

TEST_F(Cache, LookingIsNoUse) {
  FileCache(path_, 1 << 30).store("old", {});
  const auto then = std::filesystem::file_time_type::clock::now() - std::chrono::hours(50);
  std::filesystem::last_write_time(path_ + "/old.fusebox", then);
  EXPECT_NE(cache().out.find("2 days ago"), std::string::npos);
  EXPECT_NE(cache().out.find("2 days ago"), std::string::npos);
}

TEST_F(Cache, TellsItsSizeAndIsCleared) {
  const std::string kilobyte(1000, 'k');
  FileCache(path_, 1 << 30).store("a", std::as_bytes(std::span(kilobyte)));
  FileCache(path_, 1 << 30).store("b", std::as_bytes(std::span(kilobyte)));
  folder_.write("cache/not-ours", "x");
  EXPECT_TRUE(cache({"size"}).out.starts_with("2 entries, 2.0 kB of at most 2.1 GB, in " + path_))
      << cache({"size"}).out;
  EXPECT_EQ(ordered_json::parse(cache({"size", "--json"}).out)["bytes"], 2 * 1024);
  const Ran ran = cache({"clear"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "removed 2 entries, 2.0 kB, from " + path_ + "\n");
  EXPECT_TRUE(cache().out.starts_with("0 entries")) << cache().out;
  EXPECT_TRUE(std::filesystem::exists(path_ + "/not-ours"));
}

TEST_F(Cache, RefusesWhatItMayNotTouch) {
  FileCache(path_, 1 << 30).store("a", {});
  chmod(path_.c_str(), 0777);
  const Ran listed = cache();
  EXPECT_EQ(listed.code, 0);
  EXPECT_TRUE(listed.out.starts_with("0 entries")) << listed.out;
  EXPECT_NE(listed.err.find("others may write to it"), std::string::npos) << listed.err;
  EXPECT_EQ(cache({"clear"}).code, 1);
  EXPECT_TRUE(std::filesystem::exists(path_ + "/a.fusebox"));
  EXPECT_EQ(cache({"burn"}).code, 2);
}

}  // namespace
}  // namespace fusebox::apps
