#include "fusebox/llm/model_stamp.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "fusebox/base/error.h"

namespace fusebox::llm {
namespace {

constexpr uint64_t kEnd = 1 << 20;  // bytes hashed at either end of a file

std::string file_stamp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorKind::kIo, "cannot read the file").file(path.string());
  const uint64_t size = std::filesystem::file_size(path);
  std::vector<char> bytes(std::min(size, 2 * kEnd));
  if (size <= bytes.size()) {
    file.read(bytes.data(), static_cast<std::streamsize>(size));
  } else {
    file.read(bytes.data(), kEnd);
    file.seekg(-static_cast<std::streamoff>(kEnd), std::ios::end);
    file.read(bytes.data() + kEnd, kEnd);
  }
  return fmt::format("{}:{:016x}", size, XXH3_64bits(bytes.data(), bytes.size()));
}

}  // namespace

std::string model_stamp(const std::string& path) {
  if (!std::filesystem::is_directory(path)) return file_stamp(path);
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    const std::string ending = entry.path().extension();
    if (ending == ".safetensors" || ending == ".json" || ending == ".gguf" || ending == ".jinja")
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string stamp;
  for (const auto& file : files) stamp += fmt::format("{}={};", file.filename().string(), file_stamp(file));
  return stamp;
}

}  // namespace fusebox::llm
