// Loading plugins: good ones, foreign files, other versions.
#include "fusebox/pjrt/plugin.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "fusebox/pjrt/plugin_file.h"
#include "tests/pjrt/stub.h"
#include "tests/pjrt/xla.h"

namespace fusebox::pjrt {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string write_file(const ScratchFolder& folder, const std::string& bytes) {
  std::string path = folder.file("plugin.so");
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

TEST(PluginLoad, TellsVersionAndAttributes) {
  Stub stub("minor=54");
  const Plugin& plugin = stub.load();
  EXPECT_EQ(plugin.version(), (Version{0, 54}));
  EXPECT_EQ(plugin.int64s("stablehlo_current_version"), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(plugin.int64s("xla_version"), (std::vector<int64_t>{7}));
  EXPECT_EQ(std::get<std::string>(plugin.attribute("maker")->value), "stub");
  EXPECT_EQ(plugin.attribute("of a type to come"), nullptr);
  EXPECT_EQ(&stub.load(), &plugin);
}

TEST(PluginLoad, TakesXla) {
  const Plugin& plugin = xla_plugin();
  EXPECT_GE(plugin.version().minor, 112);
  EXPECT_EQ(plugin.int64s("stablehlo_current_version").size(), 3u);
  EXPECT_NE(plugin.attribute("xla_version"), nullptr);
}

TEST(PluginLoad, FollowsLinksToOneObject) {
  Stub stub("");
  ScratchFolder folder;
  std::filesystem::create_symlink(stub.path(), folder.file("link.so"));
  EXPECT_EQ(&Plugin::load(folder.file("link.so")), &stub.load());
}

TEST(PluginLoadChild, FindsABareNameWhereTheLoaderDoes) {
  const char* file = std::getenv("FUSEBOX_TEST_STUB");
  if (!file) GTEST_SKIP() << "run by the test below";
  const Plugin& plugin = Plugin::load("bare_name.so");
  EXPECT_EQ(plugin.path(), std::filesystem::canonical(file));
  EXPECT_EQ(&Plugin::load("bare_name.so"), &plugin);
  EXPECT_EQ(&Plugin::load(file), &plugin);
}

// What was loaded is named by its file: what is stamped of it is of that file.
TEST(PluginLoad, OfABareNameTellsItsFile) {
  Stub stub("");
  ScratchFolder folder;  // the stub's own name may be found elsewhere, on the test program's search path
  const std::string file = folder.file("bare_name.so");
  std::filesystem::copy_file(stub.path(), file);
  const std::string command = "LD_LIBRARY_PATH='" + std::filesystem::path(file).parent_path().string() +
                              "' FUSEBOX_TEST_STUB='" + file + "' '" +
                              std::filesystem::read_symlink("/proc/self/exe").string() +
                              "' --gtest_brief=1 --gtest_filter=PluginLoadChild.*";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

TEST(PluginLoad, MissingFileSaysHowToNameOne) {
  EXPECT_ERROR(Plugin::load("/nowhere/plugin.so"), ErrorKind::kNotFound,
               "/nowhere/plugin.so: no such plugin");
  EXPECT_ERROR(Plugin::load("/nowhere/plugin.so"), ErrorKind::kNotFound, "FUSEBOX_PLUGIN");
  EXPECT_ERROR(Plugin::load(""), ErrorKind::kNotFound, "--plugin PATH");
  EXPECT_ERROR(Plugin::load("no-such-library-anywhere.so"), ErrorKind::kNotFound, "FUSEBOX_PLUGIN");
}

TEST(PluginLoad, RefusesForeignFiles) {
  ScratchFolder folder;
  EXPECT_ERROR(Plugin::load(folder.file("")), ErrorKind::kInvalidFile, "not a file");
  EXPECT_ERROR(Plugin::load(write_file(folder, "")), ErrorKind::kInvalidFile, "no ELF shared library");
  EXPECT_ERROR(Plugin::load(write_file(folder, "def main(): pass\n")), ErrorKind::kInvalidFile,
               "no ELF shared library");
  EXPECT_ERROR(Plugin::load(FUSEBOX_ASSETS_DIR "/SmolLM2-135M-Instruct.Q4_1.gguf"), ErrorKind::kInvalidFile,
               "no ELF shared library");
  EXPECT_ERROR(Plugin::load("libm.so.6"), ErrorKind::kInvalidFile, "GetPjrtApi");
  std::string library = read_file(FUSEBOX_STUB_PLUGIN);
  library[18] = static_cast<char>(0xF3);  // e_machine: RISC-V
  EXPECT_ERROR(Plugin::load(write_file(folder, library)), ErrorKind::kInvalidFile, "another machine");
}

TEST(PluginLoad, RefusesAFileCutShort) {
  std::string library = read_file(FUSEBOX_STUB_PLUGIN);
  for (size_t size : {size_t{20}, size_t{63}, size_t{64}, size_t{200}, size_t{4096}, size_t{8192}}) {
    ScratchFolder folder;
    std::string path = write_file(folder, library.substr(0, size));
    EXPECT_ERROR(Plugin::load(path), ErrorKind::kInvalidFile, path);
  }
}

TEST(PluginLoad, RefusesProgramHeadersThatLie) {
  std::string library = read_file(FUSEBOX_STUB_PLUGIN);
  ScratchFolder folder;
  std::string far = library;
  far.replace(32, 8, std::string(8, '\xFF'));  // e_phoff
  EXPECT_ERROR(Plugin::load(write_file(folder, far)), ErrorKind::kInvalidFile, "program headers");
}

// The check alone: what passes it is the system's loader's to judge, which is not ours to test.
TEST(PluginFile, AnyHeaderIsReadWithoutHarm) {
  std::string library = read_file(FUSEBOX_STUB_PLUGIN);
  std::mt19937 random(1);
  ScratchFolder folder;
  for (int i = 0; i < 300; ++i) {
    std::string changed = library.substr(0, random() % library.size());
    for (int n = 0; n < 8 && !changed.empty(); ++n) {
      changed[random() % std::min<size_t>(changed.size(), 512)] = static_cast<char>(random());
    }
    std::string path = write_file(folder, changed);
    std::optional<Error> error = error_of([&] { find_plugin_file(path); });
    EXPECT_TRUE(!error || error->kind() == ErrorKind::kInvalidFile) << error->what();
  }
}

TEST(PluginLoad, RefusesOtherVersions) {
  EXPECT_ERROR(Stub("major=1").load(), ErrorKind::kIncompatible,
               "speaks PJRT 1.114, want 0.29 or a later 0.x");
  EXPECT_ERROR(Stub("major=1").load(), ErrorKind::kIncompatible, "use a newer fusebox");
  EXPECT_ERROR(Stub("minor=28").load(), ErrorKind::kIncompatible, "speaks PJRT 0.28");
  EXPECT_ERROR(Stub("minor=-1").load(), ErrorKind::kIncompatible, "use a newer plugin");
  EXPECT_ERROR(Stub("size=16").load(), ErrorKind::kIncompatible, "has 16 bytes, want at least 40");
}

TEST(PluginLoad, RefusesTablesWithoutTheNecessary) {
  EXPECT_ERROR(Stub("size=400").load(), ErrorKind::kIncompatible,
               "lacks PJRT_LoadedExecutable_Destroy, PJRT_LoadedExecutable_GetExecutable");
  EXPECT_ERROR(Stub("without=PJRT_Client_Compile").load(), ErrorKind::kIncompatible,
               "lacks PJRT_Client_Compile");
  EXPECT_ERROR(Stub("without=PJRT_Error_Message").load(), ErrorKind::kIncompatible, "PJRT_Error_Message");
  EXPECT_ERROR(Stub("no_table").load(), ErrorKind::kInvalidFile, "returned nothing");
}

TEST(PluginLoad, TellsWhyInitialisationFailed) {
  Stub stub("initialize_fails");
  std::optional<Error> error = error_of([&] { stub.load(); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kPlugin);
  EXPECT_EQ(error->plugin_code(), PJRT_Error_Code_UNAVAILABLE);
  EXPECT_EQ(error->op(), "PJRT_Plugin_Initialize");
  EXPECT_EQ(error->message(), "no driver");
}

TEST(PluginHas, GoesByVersionSizeAndSlot) {
  const Plugin& old = Stub("minor=54").load();
  EXPECT_TRUE(old.has(Entry::Executable_GetCompiledMemoryStats));  // since 0.40
  EXPECT_FALSE(old.has(Entry::Device_GetAttributes));              // since 0.92, although the slot is there
  const Plugin& small = Stub("size=800").load();
  EXPECT_FALSE(small.has(Entry::Executable_GetCompiledMemoryStats));  // at byte 808
  EXPECT_TRUE(small.has(Entry::Executable_Fingerprint));              // at byte 792
  EXPECT_FALSE(Stub("without=PJRT_Executable_Serialize").load().has(Entry::Executable_Serialize));
}

TEST(PluginAdopt, ChecksATableInTheProcess) {
  Stub stub("minor=54");
  const Plugin& adopted = Plugin::adopt(stub.load().table(), "the stub");
  EXPECT_EQ(adopted.path(), "the stub");
  EXPECT_EQ(adopted.version().minor, 54);
}

}  // namespace
}  // namespace fusebox::pjrt
