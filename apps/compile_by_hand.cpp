#include "apps/compile_by_hand.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "apps/plugins.h"
#include "fusebox/base/error.h"

namespace fusebox::apps {

namespace fs = std::filesystem;

void CompilerFlags::add(CLI::App& app) {
  app.add_option("--disable-pass", disabled_passes,
                 "leave this pass out (repeatable; a wrong name lists all)")
      ->allow_extra_args(false);
  app.add_flag("--time-passes", time_passes, "say how long each pass took");
}

RecordFolder::RecordFolder(const std::string& kept) : path_(kept), temporary_(kept.empty()) {
  std::error_code failed;
  if (temporary_) {
    path_ = (fs::temp_directory_path(failed) / "fusebox-XXXXXX").string();
    if (!mkdtemp(path_.data())) failed = std::error_code(errno, std::generic_category());
  } else {
    fs::create_directories(path_, failed);
    if (!failed && !fs::is_directory(path_)) failed = std::make_error_code(std::errc::not_a_directory);
  }
  if (failed)
    throw Error(ErrorKind::kIo, fmt::format("cannot make the folder: {}", failed.message())).file(path_);
}

RecordFolder::~RecordFolder() {
  std::error_code ignored;
  if (temporary_) fs::remove_all(path_, ignored);
}

std::vector<std::string> RecordFolder::files() const {
  std::vector<std::string> programs, found;
  std::error_code failed;
  for (const auto& file : fs::directory_iterator(path_, failed))
    if (file.path().extension() == ".mlir") programs.push_back(file.path().filename().string());
  std::sort(programs.begin(), programs.end());
  found = std::move(programs);
  for (const char* name : {"plan.txt", "kernels.ll", "kernels-optimised.ll", "kernels.s"})
    if (fs::exists(fs::path(path_) / name, failed)) found.emplace_back(name);
  return found;
}

std::string RecordFolder::read(const std::string& name) const {
  std::ifstream file(fs::path(path_) / name, std::ios::binary);
  if (!file) throw Error(ErrorKind::kIo, std::strerror(errno)).file(path_ + "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

pjrt::Executable compile_by_hand(const pjrt::Client& client, std::string_view text,
                                 const CompilerFlags& flags, const RecordFolder* record) {
  pjrt::CompileOptions options = pjrt::default_compile_options(client);
  if (!flags.disabled_passes.empty())
    options.overrides["disable_pass"] = fmt::format("{}", fmt::join(flags.disabled_passes, ","));
  if (record) options.overrides["dump_to"] = fs::absolute(record->path()).string();
  if ((record || !flags.disabled_passes.empty()) && !is_own(client.plugin()))
    throw Error(ErrorKind::kUnsupported, "only the compiler of fusebox's own plugin shows its passes")
        .file(client.plugin().path())
        .hint("name it: --plugin libpjrt_fusebox_cpu.so");
  return pjrt::Executable::compile(client, text, options);
}

std::string stages_text(const RecordFolder& record) {
  struct Stage {
    double milliseconds = 0;
    size_t count = 0;
    std::string unit, name;
  };
  std::istringstream lines(record.read("times.txt"));
  std::string text = fmt::format("{:<34}{:>10}{:>10}{:>10}\n", "stage", "ms", "before", "after");
  double all = 0;
  Stage before;
  for (Stage stage;
       lines >> stage.milliseconds >> stage.count >> stage.unit && std::getline(lines >> std::ws, stage.name);
       before = stage) {
    const bool changes = before.unit == stage.unit;
    text += fmt::format("{:<34}{:>10.3f}{:>10}{:>10} {}\n", stage.name, stage.milliseconds,
                        changes ? std::to_string(before.count) : "", stage.count, stage.unit);
    all += stage.milliseconds;
  }
  return text + fmt::format("{:<34}{:>10.3f}\n", "together", all);
}

}  // namespace fusebox::apps
