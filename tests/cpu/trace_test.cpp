// Traces: every share of every kernel, on its thread, at its time, in a file that is whole.
#include "cpu/execute/trace.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "cpu/execute/program.h"
#include "cpu/level.h"
#include "fusebox/base/error.h"
#include "tests/base/temporary_folder.h"
#include "tests/cpu/plugin_fixture.h"
#include "tests/cpu/programs.h"

namespace fusebox::cpu {
namespace {

using nlohmann::json;

Blob make(const std::string& text) { return test::make_program(text, std::string(cpu_level())); }

void run(const Program& program, size_t size, int threads, Trace* trace) {
  std::vector<int32_t> argument(size), result(size), second(size);  // the programs have up to two results
  std::byte* arguments[] = {reinterpret_cast<std::byte*>(argument.data())};
  std::byte* results[] = {reinterpret_cast<std::byte*>(result.data()),
                          reinterpret_cast<std::byte*>(second.data())};
  program.run(std::span(arguments).first(program.blob().parameters.size()), results, threads, trace);
}

// The events of a kind ("X", "M") in a file.
std::vector<json> events(const std::string& path, const std::string& phase = "X") {
  const json all = json::parse(std::ifstream(path));
  EXPECT_EQ(all.at("otherData").at("dropped"), "0");
  std::vector<json> found;
  for (const json& event : all.at("traceEvents"))
    if (event.at("ph") == phase) found.push_back(event);
  return found;
}

size_t count(const std::vector<json>& events, const char* category) {
  size_t found = 0;
  for (const json& event : events) found += event.at("cat") == category ? 1 : 0;
  return found;
}

TEST(Trace, HasEveryKernelWithinItsExecution) {
  const TemporaryFolder folder;
  const Blob blob = make("shift 1000 5");
  const size_t steps = blob.steps.size();
  ASSERT_GE(steps, 5u);
  const Program program(blob);
  {
    Trace trace(folder / "t.json");
    for (int i = 0; i < 3; ++i) run(program, 1000, 1, &trace);
    run(program, 1000, 1, nullptr);  // not watched
  }
  const std::vector<json> all = events(folder / "t.json");
  ASSERT_EQ(count(all, "program"), 3u);
  EXPECT_EQ(count(all, "kernel"), 3 * steps);
  for (const json& execution : all) {
    if (execution["cat"] != "program") continue;
    EXPECT_EQ(execution["name"], program.blob().name);
    EXPECT_EQ(execution["pid"], getpid());
    const double begin = execution["ts"], end = begin + execution["dur"].get<double>();
    size_t inside = 0;
    for (const json& kernel : all) {
      const double from = kernel["ts"], to = from + kernel["dur"].get<double>();
      inside += kernel["cat"] == "kernel" && from >= begin - 0.001 && to <= end + 0.001 ? 1 : 0;
    }
    EXPECT_EQ(inside, steps);
  }
  std::set<std::string> names;
  for (const KernelInfo& kernel : program.blob().kernels) names.insert(kernel.name);
  for (const json& event : all)
    EXPECT_TRUE(event["cat"] == "program" || names.contains(event["name"])) << event;
}

TEST(Trace, TellsThreadsApart) {
  const TemporaryFolder folder;
  const Program program(make("shift 1000 5"));
  {
    Trace trace(folder / "t.json");
    run(program, 1000, 3, &trace);
    std::thread([&] { run(program, 1000, 2, &trace); }).join();
  }
  std::map<int, int> kernels;
  for (const json& event : events(folder / "t.json"))
    kernels[event["tid"]] += event["cat"] == "kernel" ? 1 : 0;
  EXPECT_GE(kernels.size(), 4u);  // two callers, two workers
  std::set<std::string> names;
  for (const json& event : events(folder / "t.json", "M")) names.insert(event["args"]["name"]);
  EXPECT_TRUE(names.contains("fusebox-1")) << names.size();
}

TEST(Trace, FollowsLoopsAndBranches) {
  const TemporaryFolder folder;
  const Program loop(make("count 100 7")), choice(make("choose"));
  {
    Trace trace(folder / "t.json");
    run(loop, 100, 2, &trace);
    run(choice, 1, 1, &trace);
  }
  std::map<std::string, int> executions;
  const std::vector<json> all = events(folder / "t.json");
  for (const json& event : all)
    if (event["cat"] == "program") ++executions[event["name"]];
  EXPECT_EQ(executions, (std::map<std::string, int>{{loop.blob().name, 1}, {choice.blob().name, 1}}));
  EXPECT_GT(count(all, "kernel"), 7u);
}

TEST(Trace, GrowsWithWhatHappens) {
  const TemporaryFolder folder;
  {
    Trace trace(folder / "t.json");
    const Program program(make("add 4"));
    const uint32_t names = trace.names_of(1'000'000, "many \"quoted\"\n\xff", program.blob().kernels);
    for (int i = 0; i < 70'000; ++i) trace.lane()->add(names, i, i + 1);
  }
  const std::vector<json> all = events(folder / "t.json");
  ASSERT_EQ(all.size(), 70'000u);
  EXPECT_EQ(all[0]["name"], "many \"quoted\"\n?");
  EXPECT_EQ(all[68123]["ts"], 68.123);
  EXPECT_EQ(all[68123]["dur"], 0.001);
}

TEST(Trace, IsNotWrittenByAForkedChild) {
  const TemporaryFolder folder;
  {
    auto trace = std::make_unique<Trace>(folder / "t.json");
    const pid_t child = fork();
    if (child == 0) {
      trace.reset();
      _exit(0);
    }
    waitpid(child, nullptr, 0);
    EXPECT_EQ(std::ifstream(folder / "t.json").peek(), EOF);
  }
  EXPECT_TRUE(events(folder / "t.json").empty());
}

TEST(Trace, IsAnOptionOfTheClient) {
  const TemporaryFolder folder;
  {
    const pjrt::Client client = test::client({{"trace_to", folder / "t.json"}, {"threads", int64_t{2}}});
    const pjrt::Executable add = test::compile(client, "add 100000");
    const pjrt::Buffer x = test::buffer<float>(client, std::vector<float>(100000, 1));
    const pjrt::Buffer* arguments[] = {&x, &x};
    for (int i = 0; i < 2; ++i) add.execute(arguments).done.await();
  }
  EXPECT_EQ(count(events(folder / "t.json"), "program"), 2u);
  EXPECT_THROW(test::client({{"trace_to", std::string("/nowhere/t.json")}}), Error);
  EXPECT_THROW(test::client({{"trace_to", int64_t{1}}}), Error);
}

}  // namespace
}  // namespace fusebox::cpu
