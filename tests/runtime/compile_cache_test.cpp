// The compile cache: what was compiled once is loaded; what does not fit is compiled again with one notice.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "fusebox/base/cache.h"
#include "fusebox/base/log.h"
#include "tests/base/temporary_folder.h"
#include "tests/runtime/cpu_device.h"

namespace fusebox {
namespace {

// A program of a number: another number, another program. Returns what it gives for 1, and fills `stages`.
float compiled_plus(int number, std::vector<std::string>* stages = nullptr) {
  const TracedProgram program = trace("plus", [&](TraceCx& cx) { return cx.input("x", {1}, f32) + number; });
  CompileOptions options;
  if (stages) options.on_stage = [=](const CompileStage& stage) { stages->emplace_back(stage.name); };
  const std::vector<float> one = {1};
  return session_without_weights(cpu().compile(program, options)).run({{"x", one}})[0].to_floats()[0];
}

std::set<std::string> entries() {
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator(FileCache::user().directory()))
    if (file.path().extension() == ".fusebox") names.insert(file.path().stem());
  return names;
}

class CompileCache : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(FileCache::user().writable()) << FileCache::user().directory();
    set_log_level(LogLevel::kInfo);
    set_log_sink([this](LogLevel, std::string_view message) { notices_.emplace_back(message); });
  }
  void TearDown() override { set_log_sink({}); }

  std::vector<std::string> notices_;
};

// Each test's own program.
int unused_number() {
  static int number = static_cast<int>(getpid() % 100000) * 100;  // exact in f32
  return ++number;
}

TEST_F(CompileCache, CompilesOnce) {
  const int number = unused_number();
  std::vector<std::string> first, second;
  EXPECT_EQ(compiled_plus(number, &first), static_cast<float>(number) + 1);
  EXPECT_EQ(compiled_plus(number, &second), static_cast<float>(number) + 1);
  EXPECT_EQ(first, (std::vector<std::string>{"print", "compile"}));
  EXPECT_EQ(second, (std::vector<std::string>{"print", "load from cache"}));
  EXPECT_TRUE(notices_.empty()) << notices_[0];
}

TEST_F(CompileCache, IsNotUsedIfNotWanted) {
  const auto before = entries();
  const TracedProgram program =
      trace("plus", [&](TraceCx& cx) { return cx.input("x", {1}, f32) + unused_number(); });
  cpu().compile(program, {.use_cache = false, .on_stage = {}});
  EXPECT_EQ(entries(), before);
}

// Puts something else in place of a program's entry, and expects it to be compiled again with one notice.
template <typename Spoil>
void expect_recompiled(const std::vector<std::string>& notices, std::string_view notice, Spoil&& spoil) {
  const int number = unused_number();
  const std::set<std::string> before = entries();
  compiled_plus(number);
  std::string name;
  for (const std::string& entry : entries())
    if (!before.contains(entry)) name = entry;
  ASSERT_NE(name, "");
  spoil(name);
  std::vector<std::string> stages;
  EXPECT_EQ(compiled_plus(number, &stages), static_cast<float>(number) + 1);
  EXPECT_EQ(stages, (std::vector<std::string>{"print", "compile"}));
  ASSERT_EQ(notices.size(), 1u);
  EXPECT_NE(notices[0].find(notice), std::string::npos) << notices[0];
  stages.clear();
  compiled_plus(number, &stages);
  EXPECT_EQ(stages.back(), "load from cache");  // it is whole again
}

Artifact read_entry(const std::string& name) { return Artifact::decode(*FileCache::user().find(name)); }

TEST_F(CompileCache, AForeignEntryIsCompiledAgain) {
  expect_recompiled(notices_, "processor: the file has abacus", [](const std::string& name) {
    Artifact artifact = read_entry(name);
    artifact.identity.parts["processor"] = "abacus";
    FileCache::user().store(name, artifact.encode());
  });
}

TEST_F(CompileCache, AnEntryOfAnotherKindIsCompiledAgain) {
  expect_recompiled(notices_, "not an artifact", [](const std::string& name) {
    const std::string junk = "junk";
    FileCache::user().store(name, std::as_bytes(std::span(junk)));
  });
}

TEST_F(CompileCache, AnEntryThatThePluginRefusesIsCompiledAgain) {
  expect_recompiled(notices_, "compiled again", [](const std::string& name) {
    Artifact artifact = read_entry(name);
    artifact.sections["executable"].resize(10);
    FileCache::user().store(name, artifact.encode());
  });
}

TEST_F(CompileCache, ADamagedEntryIsCompiledAgain) {
  expect_recompiled(notices_, "damaged", [](const std::string& name) {
    std::fstream file(FileCache::user().directory() + "/" + name + ".fusebox",
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file.put('\x7f').put('\x7f');
  });
}

TEST_F(CompileCache, AnEntryCutShortIsCompiledAgain) {
  expect_recompiled(notices_, "damaged", [](const std::string& name) {
    std::filesystem::resize_file(FileCache::user().directory() + "/" + name + ".fusebox", 200);
  });
}

// What a process that was killed half-way leaves behind.
TEST_F(CompileCache, AHalfWrittenFileIsNoEntry) {
  const std::string half = FileCache::user().directory() + "/.fusebox-tmp-1-0-0";
  std::ofstream(half) << "FUSEBOX";
  const int number = unused_number();
  EXPECT_EQ(compiled_plus(number), static_cast<float>(number) + 1);
  EXPECT_TRUE(notices_.empty());
  std::filesystem::remove(half);
}

// Runs one test of this program in a process of its own, with its own cache.
pid_t start_child(const std::string& test, const std::string& cache) {
  std::vector<std::string> arguments = {"/proc/self/exe", "--gtest_filter=" + test, "--gtest_brief=1"};
  std::vector<std::string> variables = {"FUSEBOX_CACHE=" + cache, "FUSEBOX_TEST_CHILD=1"};
  const auto pointers = [](std::vector<std::string>& strings) {
    std::vector<char*> all;
    for (std::string& string : strings) all.push_back(string.data());
    all.push_back(nullptr);
    return all;
  };
  pid_t child = 0;
  EXPECT_EQ(posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, pointers(arguments).data(),
                        pointers(variables).data()),
            0);
  return child;
}

int exit_code(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(CompileCacheChild, CompilesAndRuns) {
  if (!std::getenv("FUSEBOX_TEST_CHILD")) GTEST_SKIP() << "run by the tests below";
  EXPECT_EQ(compiled_plus(5), 6.0f);
}

TEST(CompileCacheChild, SaysOnceThatNothingIsKept) {
  if (!std::getenv("FUSEBOX_TEST_CHILD")) GTEST_SKIP() << "run by the tests below";
  int notices = 0;
  set_log_sink([&](LogLevel, std::string_view) { ++notices; });
  EXPECT_EQ(compiled_plus(5), 6.0f);
  EXPECT_EQ(compiled_plus(6), 7.0f);
  set_log_sink({});
  EXPECT_EQ(notices, 1);
}

TEST(CompileCacheProcesses, TwoAtOnceShareIt) {
  const TemporaryFolder cache;
  const std::string test = "CompileCacheChild.CompilesAndRuns";
  const pid_t one = start_child(test, cache.path()), other = start_child(test, cache.path());
  EXPECT_EQ(exit_code(one), 0);
  EXPECT_EQ(exit_code(other), 0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(cache.path()), {}), 1);
}

TEST(CompileCacheProcesses, DoWithoutAPlaceToWriteTo) {
  EXPECT_EQ(exit_code(start_child("CompileCacheChild.SaysOnceThatNothingIsKept", "/proc/fusebox")), 0);
}

}  // namespace
}  // namespace fusebox
