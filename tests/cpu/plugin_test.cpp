// The plugin as our own runtime uses it.
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cpu/blob.h"
#include "cpu/level.h"
#include "fusebox/base/error.h"
#include "tests/cpu/plugin_fixture.h"

namespace fusebox::cpu::test {
namespace {

using pjrt::Buffer;
using pjrt::Executable;
using pjrt::Execution;

TEST(CpuPlugin, TellsWhatItIs) {
  const pjrt::Client own = client();
  EXPECT_EQ(own.platform_name(), "fusebox_cpu");
  EXPECT_NE(own.platform_version().find(cpu_level()), std::string::npos);
  ASSERT_EQ(own.devices().size(), 1u);
  EXPECT_EQ(own.devices()[0].kind(), "cpu");
  EXPECT_EQ(own.devices()[0].memory_kind(), "device");
  ASSERT_NE(own.plugin().attribute("compiler"), nullptr);
  EXPECT_NE(std::get<std::string>(own.plugin().attribute("compiler")->value).find("bytes of"),
            std::string::npos);
  EXPECT_GT(own.devices()[0].memory_stats()->bytes_limit.value(), 1 << 20);
}

TEST(CpuPlugin, TakesOptionsAsNumbersAndStrings) {
  EXPECT_EQ(client({{"platform_name", std::string("cpu")}}).platform_name(), "cpu");
  EXPECT_EQ(client({{"cpu_device_count", int64_t{3}}}).devices().size(), 3u);
  EXPECT_EQ(client({{"cpu_device_count", std::string("2")}, {"unknown", true}}).devices().size(), 2u);
  EXPECT_THROW(client({{"threads", std::string("many")}}), Error);
  EXPECT_THROW(client({{"cpu_device_count", int64_t{0}}}), Error);
}

TEST(CpuPlugin, Adds) {
  const pjrt::Client own = client();
  const Executable add = compile(own, "add 1000");
  EXPECT_EQ(add.name(), "add");
  EXPECT_EQ(add.output_shapes(), (std::vector<Shape>{{{1000}, f32}}));
  const Buffer a = buffer<float>(own, made<float>(1000, [](size_t i) { return i; }));
  const Buffer b = buffer<float>(own, made<float>(1000, [](size_t i) { return 1000 * i; }));
  const Buffer* arguments[] = {&a, &b};
  Execution run = add.execute(arguments);
  run.done.await();
  EXPECT_EQ(values<float>(run.outputs[0]), made<float>(1000, [](size_t i) { return 1001 * i; }));
}

TEST(CpuPlugin, SaysWhichArgumentIsWrong) {
  const pjrt::Client own = client();
  const Executable add = compile(own, "add 4");
  const Buffer a = buffer<float>(own, {1, 2, 3, 4}), b = buffer<float>(own, {1, 2, 3});
  const Buffer* arguments[] = {&a, &b};
  try {
    add.execute(arguments);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("argument 1: got f32[3], want f32[4]"), std::string::npos) << error.what();
  }
  EXPECT_THROW(add.execute(std::span(arguments).first(1)), Error);
}

TEST(CpuPlugin, GivesTheCompilersErrors) {
  const pjrt::Client own = client();
  try {
    compile(own, "nonsense");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.plugin_code(), PJRT_Error_Code_INVALID_ARGUMENT);
    EXPECT_NE(error.message().find("no program is called nonsense"), std::string::npos);
  }
  EXPECT_THROW(compile(own, "ML\xefR bytecode"), Error);
  EXPECT_THROW(compile(own, "", {}), Error);
  EXPECT_THROW(compile(own, "add 4", {.num_partitions = 2}), Error);
  EXPECT_THROW(Executable::compile(own, "add 4", {}, "hlo"), Error);
}

TEST(CpuPlugin, PassesOptionsToTheCompiler) {
  const Executable add =
      compile(client(), "add 4",
              {.overrides = {
                   {"xla_cpu_fast", true}, {"disable_pass", std::string("fusion")}, {"level", int64_t{-3}}}});
  EXPECT_EQ(add.name(), "add?disable_pass=fusion\nlevel=-3\n");
}

TEST(CpuPlugin, SerializesPrograms) {
  const pjrt::Client own = client();
  const Executable add = compile(own, "add 4");
  const std::vector<std::byte> bytes = add.serialize();
  const Executable again = Executable::deserialize(own, bytes);
  EXPECT_EQ(again.fingerprint(), add.fingerprint());
  EXPECT_EQ(again.memory_stats()->arguments, 32);
  const Buffer a = buffer<float>(own, {1, 2, 3, 4});
  const Buffer* arguments[] = {&a, &a};
  EXPECT_EQ(values<float>(again.execute(arguments).outputs[0]), (std::vector<float>{2, 4, 6, 8}));
  for (size_t size = 0; size < bytes.size(); size += 7)
    EXPECT_THROW(Executable::deserialize(own, std::span(bytes).first(size)), Error);
}

TEST(CpuPlugin, RefusesProgramsForAnotherLevel) {
  const pjrt::Client own = client();
  setenv("FUSEBOX_TEST_COMPILER_LEVEL", "v9", 1);
  try {
    compile(own, "add 4");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.plugin_code(), PJRT_Error_Code_FAILED_PRECONDITION) << error.what();
  }
  unsetenv("FUSEBOX_TEST_COMPILER_LEVEL");
}

// What lies in a cache may come from another machine.
TEST(CpuPlugin, NeverLoadsABlobForAnotherLevel) {
  const pjrt::Client own = client();
  const std::vector<std::byte> bytes = compile(own, "add 4").serialize();
  // Magic, sizes of text, options and blob, a checksum; text, options, blob: cpu/plugin/executable.cpp.
  uint64_t header[5];
  ASSERT_GT(bytes.size(), sizeof header);
  std::memcpy(header, bytes.data(), sizeof header);
  const size_t before = bytes.size() - header[3];
  const auto with_level = [&](std::string level) {
    Blob blob = deserialize(std::span(bytes).subspan(before));
    blob.level = std::move(level);
    const std::vector<std::byte> stamped = serialize(blob);
    std::vector<std::byte> all(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(before));
    const uint64_t size = stamped.size();
    std::memcpy(all.data() + 3 * sizeof size, &size, sizeof size);
    all.insert(all.end(), stamped.begin(), stamped.end());
    return all;
  };
  EXPECT_NO_THROW(Executable::deserialize(own, with_level(std::string(cpu_level()))));
  size_t refused = 0;
  std::vector<std::string> levels = {"", "v9", "aarch64"};
  levels.insert(levels.end(), cpu_levels().begin(), cpu_levels().end());
  for (const std::string& level : levels) {
    if (runs_here(level)) continue;
    try {
      Executable::deserialize(own, with_level(level));
      ADD_FAILURE() << level;
    } catch (const Error& error) {
      EXPECT_TRUE(error.plugin_code().has_value()) << error.what();
      ++refused;
    }
  }
  EXPECT_GE(refused, 2u);
}

// In processes of their own, because the compiler is opened once.
class CompilerDeathTest : public testing::Test {
 protected:
  CompilerDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  // PJRT_Error_Code of an attempt to compile.
  static int code_of_compile(const pjrt::Plugin& plugin) {
    try {
      compile(pjrt::Client::create(plugin), "add 4");
      return PJRT_Error_Code_OK;
    } catch (const Error& error) {
      return error.plugin_code().value_or(99);
    }
  }
};

TEST_F(CompilerDeathTest, MissingIsAnErrorOfItsOwn) {
  const auto try_it = [](const char* compiler) {
    const pjrt::Plugin& own = plugin();
    setenv("FUSEBOX_CPU_COMPILER", compiler, 1);
    _exit(code_of_compile(own));
  };
  EXPECT_EXIT(try_it("/nowhere"), testing::ExitedWithCode(PJRT_Error_Code_NOT_FOUND), "");
  // A library that is no compiler.
  EXPECT_EXIT(try_it(FUSEBOX_CPU_PLUGIN), testing::ExitedWithCode(PJRT_Error_Code_FAILED_PRECONDITION), "");
}

TEST_F(CompilerDeathTest, IsFoundBesideThePlugin) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("fusebox-beside-" + std::to_string(getpid()));
  const auto try_it = [&] {
    std::filesystem::create_directories(folder);
    std::filesystem::copy(FUSEBOX_CPU_PLUGIN, folder / "plugin.so",
                          std::filesystem::copy_options::overwrite_existing);
    std::filesystem::create_symlink(FUSEBOX_TEST_COMPILER, folder / "libfusebox_cpu_compiler.so");
    unsetenv("FUSEBOX_CPU_COMPILER");
    const int code = code_of_compile(pjrt::Plugin::load((folder / "plugin.so").string()));
    std::filesystem::remove_all(folder);
    _exit(code);
  };
  EXPECT_EXIT(try_it(), testing::ExitedWithCode(PJRT_Error_Code_OK), "");
}

TEST(CpuPlugin, WalksLoopsAndBranches) {
  const pjrt::Client own = client();
  const Executable count = compile(own, "count 100 37");
  EXPECT_EQ(values<int32_t>(count.execute({}).outputs[0]), std::vector<int32_t>(100, 37));
  const Executable choose = compile(own, "choose");
  for (const auto& [which, first] :
       std::vector<std::pair<int, int>>{{0, 10}, {1, 20}, {2, 30}, {3, 30}, {-1, 30}}) {
    const Buffer index = scalar(own, which);
    const Buffer* arguments[] = {&index};
    const Execution run = choose.execute(arguments);
    EXPECT_EQ(values<int32_t>(run.outputs[0])[0], first) << which;
    EXPECT_EQ(values<int32_t>(run.outputs[1])[0], which < 1 ? 20 : 40) << which;
  }
}

}  // namespace
}  // namespace fusebox::cpu::test
