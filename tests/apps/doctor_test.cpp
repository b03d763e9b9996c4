// fusebox doctor, where all is well and where it is not.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

TEST(Doctor, FindsThePluginAndTestsIt) {
  const TemporaryFolder cache;
  const Ran ran =
      run_program({"doctor", "--json", "--plugin", kPluginPath}, {}, {"FUSEBOX_CACHE=" + cache.path()});
  const ordered_json report = ordered_json::parse(ran.out);
  EXPECT_EQ(report["plugin"]["platform"], "cpu");
  EXPECT_GE(report["devices"].size(), 1);
  EXPECT_TRUE(report["self_test"]["ok"]);
  EXPECT_LT(report["self_test"]["largest_error"], 1e-5);
  EXPECT_TRUE(report["cache"]["writable"]);
  EXPECT_GT(report["cpu"]["usable"], 0);
  EXPECT_EQ(ran.code, report["problems"].empty() ? 0 : 1) << ran.out;
}

TEST(Doctor, SaysWhatToDoAboutAMissingPluginAndCache) {
  const Ran ran = run_program({"doctor", "--plugin", "/nowhere/plugin.so"}, {},
                              {"FUSEBOX_CACHE=/proc/no-folder-can-be-here"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.out.find("/nowhere/plugin.so"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("problem: the cache /proc/no-folder-can-be-here cannot be written to"),
            std::string::npos)
      << ran.out;
  EXPECT_NE(ran.out.find("FUSEBOX_CACHE"), std::string::npos);
  EXPECT_EQ(ran.out.find("all is well"), std::string::npos);
}

}  // namespace
}  // namespace fusebox::apps
