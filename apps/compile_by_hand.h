// Compiling text as one who looks into the compiler does: past the cache, with passes left out, with a record
// of what happened.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/pjrt/executable.h"

namespace fusebox::apps {

struct CompilerFlags {
  std::vector<std::string> disabled_passes = {};
  bool time_passes = false;

  // --disable-pass --time-passes
  void add(CLI::App& app);
};

// A folder that is gone with this object, or one that was named and stays.
class RecordFolder {
 public:
  // Makes the folder; an empty name is a temporary one. Error kIo.
  explicit RecordFolder(const std::string& kept = {});
  ~RecordFolder();
  RecordFolder(const RecordFolder&) = delete;
  RecordFolder& operator=(const RecordFolder&) = delete;

  const std::string& path() const { return path_; }
  std::vector<std::string> files() const;  // their names, in the order of the compiler's stages
  std::string read(const std::string& name) const;

 private:
  std::string path_;
  bool temporary_;
};

// Compiles StableHLO text. With a record, the compiler leaves there what cpu/compiler/dump.h lists. Error
// kUnsupported if flags or record ask a plugin that is not fusebox's own; kPlugin what the compiler refuses.
pjrt::Executable compile_by_hand(const pjrt::Client& client, std::string_view text,
                                 const CompilerFlags& flags, const RecordFolder* record = nullptr);

// The stages of a compilation: a table of times, and of what was there before and after each.
std::string stages_text(const RecordFolder& record);

}  // namespace fusebox::apps
