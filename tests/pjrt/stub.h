// The stub plugin (stub_plugin.cpp), for the tests of this folder.
#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "fusebox/pjrt/pjrt.h"

namespace fusebox::pjrt {

// A folder of its own for one test, removed with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "fusebox-pjrt-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// A copy of the stub, so that it is a library of its own, which is told `words` while this object lives.
class Stub {
 public:
  explicit Stub(const std::string& words) {
    setenv("FUSEBOX_STUB", words.c_str(), 1);
    std::filesystem::copy_file(FUSEBOX_STUB_PLUGIN, path());
  }
  ~Stub() { unsetenv("FUSEBOX_STUB"); }

  std::string path() const { return folder_.file("stub_plugin.so"); }
  const Plugin& load() const { return Plugin::load(path()); }
  Client client() const { return Client::create(load()); }

 private:
  ScratchFolder folder_;
};

// What `action` throws.
template <typename Action>
std::optional<Error> error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace fusebox::pjrt

// The statement throws an Error of this kind whose text contains `words`.
#define EXPECT_ERROR(statement, kind_wanted, words)                                               \
  do {                                                                                            \
    std::optional<fusebox::Error> thrown_ = fusebox::pjrt::error_of([&] { (void)(statement); });  \
    ASSERT_TRUE(thrown_) << "nothing was thrown";                                                 \
    EXPECT_EQ(error_kind_name(thrown_->kind()), error_kind_name(kind_wanted)) << thrown_->what(); \
    EXPECT_NE(std::string(thrown_->what()).find(words), std::string::npos) << thrown_->what();    \
  } while (false)
