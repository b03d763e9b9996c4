// fusebox bench --roofline of the real model.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

TEST(Roofline, OfARealModelCountsEveryWeightOnce) {
  if (kOwnPluginPath.empty()) GTEST_SKIP() << "this build has no compiler";
  const Ran ran = run_program({"bench", kModelPath, "--roofline", "--depth", "100", "--context", "1024",
                               "--plugin", kOwnPluginPath, "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const ordered_json all = ordered_json::parse(ran.out), &programs = all["programs"];
  ASSERT_EQ(programs.size(), 3u);
  EXPECT_EQ(programs[0]["program"], "decode");
  EXPECT_EQ(programs[2]["program"], "prefill_512");
  double weights = 0, attention = 0;
  for (const ordered_json& row : programs[0]["kernels"]) {
    EXPECT_GT(row["ms"].get<double>(), 0) << row;
    const auto kernel = row["kernel"].get<std::string>();
    if (row["unit"] == "int8") weights += row["bytes"].get<double>();
    if (kernel.starts_with("attention_") && !kernel.starts_with("attention_merge"))
      attention += row["operations"].get<double>();
  }
  // 106.2 M weights of 5 bits in the layers, 28.3 M of 8.5 bits in the head; and little else.
  EXPECT_NEAR(weights, 106.2e6 * 5 / 8 + 28.3e6 * 8.5 / 8, 0.02 * weights);
  EXPECT_NEAR(attention, 30 * 4. * 9 * 64 * 101, 0.1 * attention);
  double in_kernels = programs[0]["between_ms"];
  for (const ordered_json& row : programs[0]["kernels"]) in_kernels += row["ms"].get<double>();
  EXPECT_NEAR(in_kernels, programs[0]["step_ms"].get<double>(), 0.1 * in_kernels);
}

TEST(Roofline, IsOurOwnPluginsOnly) {
  const Ran ran = run_program({"bench", kModelPath, "--roofline", "--plugin", kPluginPath});
  EXPECT_NE(ran.code, 0);
  EXPECT_NE(ran.err.find("fusebox's own plugin"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace fusebox::apps
