// Kernels against the machine's peaks, from traces and costs written by hand.
#include "apps/roofline.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include "fusebox/base/error.h"

namespace fusebox::apps {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

json span(const char* category, const char* name, int thread, double begin, double length) {
  return {{"ph", "X"}, {"cat", category}, {"name", name}, {"tid", thread}, {"ts", begin}, {"dur", length}};
}

// Two threads; the program "step" is run three times, its first time slowly, another one in between.
json trace() {
  json events = {{{"ph", "M"}, {"name", "process_name"}}};
  const auto run = [&](const char* program, double begin, double slower) {
    events.push_back(span("program", program, 1, begin, 100 * slower));
    for (const double at : {10., 50.}) {
      events.push_back(span("kernel", "dot_0", 1, begin + at, 20 * slower));
      events.push_back(span("kernel", "dot_0", 2, begin + at, 30 * slower));
    }
    events.push_back(span("kernel", "map_1", 1, begin + 90 * slower, 5));
  };
  run("step", 1000, 10);
  run("step", 3000, 1);
  run("other", 3200, 3);
  run("step", 4000, 1);
  return {{"traceEvents", events}};
}

TEST(KernelTimes, AreThoseOfTheSlowestThreadInTheLastExecutions) {
  const ProgramTimes times = kernel_times(trace(), "step", 2);
  EXPECT_EQ(times.executions, 2);
  EXPECT_DOUBLE_EQ(times.milliseconds, 0.1);
  ASSERT_EQ(times.kernels.size(), 2u);
  EXPECT_EQ(times.kernels.at("dot_0").times, 2);
  EXPECT_NEAR(times.kernels.at("dot_0").milliseconds, 0.060, 1e-9);
  EXPECT_EQ(times.kernels.at("map_1").times, 1);
  EXPECT_EQ(kernel_times(trace(), "nothing", 2).executions, 0);
}

TEST(Roofline, IsBoundByWhatTakesLonger) {
  const auto costs = read_costs(
      "1000000 4000000 0 0 int8 dot_0 1x2x3 Q4_1\n"
      "0 0 100 200 float map_1 4x4\n");
  EXPECT_EQ(costs.at("dot_0").sizes, "1x2x3 Q4_1");
  const MachinePeaks peaks = {.bytes_per_second = 1e11, .floats_per_second = 1e9, .int8s_per_second = 1e12};
  const ordered_json step =
      roofline_of("step", kernel_times(trace(), "step", 2), costs, {.read = 10, .met = 5}, peaks);
  ASSERT_EQ(step["kernels"].size(), 2u);
  const ordered_json &dot = step["kernels"][0], &map = step["kernels"][1];
  EXPECT_EQ(dot["kernel"], "dot_0");  // the slowest first
  EXPECT_EQ(dot["bound"], "memory");
  EXPECT_EQ(dot["bytes"], 2e6);
  EXPECT_NEAR(dot["least_ms"].get<double>(), 0.02, 1e-9);
  EXPECT_NEAR(dot["share"].get<double>(), 0.3333, 1e-9);
  EXPECT_EQ(map["bound"], "float");
  EXPECT_EQ(map["bytes"], 1000);
  EXPECT_EQ(map["operations"], 1000);
  EXPECT_NEAR(map["least_ms"].get<double>(), 0.001, 1e-9);
  EXPECT_NEAR(step["between_ms"].get<double>(), 0.035, 1e-9);
  EXPECT_NEAR(step["share"].get<double>(), 0.21, 1e-9);
}

TEST(Roofline, RefusesCostsThatAreNone) { EXPECT_THROW(read_costs("12 13 map_1\n"), Error); }

TEST(MachinePeaks, AreWhatAMachineCanDo) {
  const MachinePeaks one = measure_peaks(1);
  EXPECT_GT(one.bytes_per_second, 1e8);
  EXPECT_GT(one.floats_per_second, 1e8);
  EXPECT_GE(one.int8s_per_second, 0.5 * one.floats_per_second);
  EXPECT_LT(one.floats_per_second, 1e13);
}

}  // namespace
}  // namespace fusebox::apps
