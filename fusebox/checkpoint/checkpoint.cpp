#include "fusebox/checkpoint/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "fusebox/base/error.h"
#include "fusebox/base/quoted.h"

namespace fusebox {
namespace {

namespace fs = std::filesystem;

// The file that holds (or indexes) a folder's weights.
std::string weights_in_folder(const std::string& folder) {
  std::error_code ignored;
  for (const char* name : {"model.safetensors.index.json", "model.safetensors"})
    if (const fs::path path = fs::path(folder) / name; fs::exists(path, ignored)) return path.string();
  std::vector<std::string> candidates;
  std::error_code failed;
  for (fs::directory_iterator item(folder, failed), end; !failed && item != end; item.increment(failed)) {
    const fs::path& path = item->path();
    if (path.extension() == ".gguf" || path.extension() == ".safetensors")
      candidates.push_back(path.string());
  }
  if (failed) throw Error(ErrorKind::kIo, fmt::format("cannot list: {}", failed.message())).file(folder);
  if (candidates.size() == 1) return candidates[0];
  if (candidates.empty())
    throw Error(
        ErrorKind::kNotFound,
        "no weights in this folder, want model.safetensors, model.safetensors.index.json or a .gguf file")
        .file(folder);
  throw Error(
      ErrorKind::kNotFound,
      fmt::format("{} files of weights in this folder and none is model.safetensors", candidates.size()))
      .file(folder)
      .hint(fmt::format("name one of them, such as {}",
                        *std::min_element(candidates.begin(), candidates.end())));
}

bool starts_like_gguf(const MappedFile& file) {
  char magic[4] = {};
  if (file.bytes().size() < sizeof magic) return false;
  file.guarded_read([&] { std::memcpy(magic, file.bytes().data(), sizeof magic); });
  return std::memcmp(magic, "GGUF", sizeof magic) == 0;
}

}  // namespace

Checkpoint Checkpoint::open(const std::string& path) {
  Checkpoint checkpoint;
  std::error_code ignored;
  checkpoint.open_file(fs::is_directory(path, ignored) ? weights_in_folder(path) : path);
  return checkpoint;
}

void Checkpoint::open_file(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  folder_ = folder.empty() ? "." : folder.string();
  if (path.ends_with(".json")) {
    source_ = safetensors_ = SafetensorsFile::open(path);
    return;
  }
  MappedFile file = MappedFile::open(path);
  if (path.ends_with(".gguf") || starts_like_gguf(file))
    source_ = gguf_ = GgufFile::open(std::move(file));
  else
    source_ = safetensors_ = SafetensorsFile::open(std::move(file));
}

}  // namespace fusebox
