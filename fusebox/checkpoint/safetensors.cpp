#include "fusebox/checkpoint/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <unordered_map>

#include "fusebox/base/error.h"
#include "fusebox/checkpoint/config.h"
#include "fusebox/checkpoint/safetensors_header.h"

namespace fusebox {
namespace {

Error invalid(const std::string& path, std::string what) {
  return Error(ErrorKind::kInvalidFile, std::move(what)).file(path);
}

// The header's text, copied out of the map: nobody can change or cut it while it is parsed.
std::string copy_header(const MappedFile& file) {
  const auto bytes = file.bytes();
  if (bytes.size() < kSafetensorsPrefix)
    throw invalid(file.path(), fmt::format("{} bytes, too few for a safetensors file", bytes.size()))
        .offset(bytes.size());
  uint64_t size = 0;
  file.guarded_read([&] { std::memcpy(&size, bytes.data(), sizeof size); });
  if (size > std::min(kMaxSafetensorsHeader, bytes.size() - kSafetensorsPrefix))
    throw invalid(file.path(),
                  fmt::format("not a safetensors file, or cut short: a header of {} bytes does not fit in "
                              "the file's {} (or the format's limit, {})",
                              size, bytes.size(), kMaxSafetensorsHeader))
        .offset(0);
  std::string text(size, '\0');
  file.guarded_read([&] {
    if (size > 0) std::memcpy(text.data(), bytes.data() + kSafetensorsPrefix, size);
  });
  return text;
}

// The format wants every byte of the data to belong to a tensor. Overlaps are found elsewhere.
void check_no_holes(const std::vector<StoredTensor>& tensors, const MappedFile& file, uint64_t data) {
  uint64_t covered = 0;
  for (const StoredTensor& tensor : tensors) covered += tensor.size;
  const uint64_t data_size = file.bytes().size() - data;
  if (covered < data_size)
    throw invalid(file.path(), fmt::format("{} bytes of data, of which {} belong to no tensor", data_size,
                                           data_size - covered))
        .offset(data);
}

}  // namespace

std::shared_ptr<const SafetensorsFile> SafetensorsFile::open(const std::string& path) {
  if (!path.ends_with(".json")) return open(MappedFile::open(path));
  const auto weights = std::shared_ptr<SafetensorsFile>(new SafetensorsFile(path));
  weights->open_shards(path);
  return weights;
}

std::shared_ptr<const SafetensorsFile> SafetensorsFile::open(MappedFile file) {
  const auto weights = std::shared_ptr<SafetensorsFile>(new SafetensorsFile(file.path()));
  weights->add_tensors(weights->read_header(std::move(file)));
  return weights;
}

std::vector<StoredTensor> SafetensorsFile::read_header(MappedFile file) {
  const size_t index = add_file(std::move(file));
  const MappedFile& map = files()[index];
  const std::string text = copy_header(map);
  SafetensorsHeader header = parse_safetensors_header(text, map.bytes().size(), map.path());
  check_no_holes(header.tensors, map, kSafetensorsPrefix + text.size());
  for (StoredTensor& tensor : header.tensors) tensor.file = index;
  if (index == 0) metadata_ = std::move(header.metadata);
  return std::move(header.tensors);
}

void SafetensorsFile::open_shards(const std::string& index_path) {
  const auto index = read_json(index_path);
  const auto map = index.is_object() ? index.find("weight_map") : index.end();
  if (map == index.end() || !map->is_object())
    throw invalid(index_path, "no object 'weight_map', want an index of shards");
  const auto folder = std::filesystem::path(index_path).parent_path();
  std::unordered_map<std::string, size_t> shards;  // name → the index of its file
  std::vector<StoredTensor> tensors;
  for (const auto& [name, value] : map->items()) {
    const auto* shard = value.get_ptr<const std::string*>();
    // A shard lies beside its index; a path could lead anywhere.
    if (!shard || shard->empty() || *shard == ".." || shard->find('/') != shard->npos ||
        shard->find('\0') != shard->npos)
      throw invalid(index_path,
                    fmt::format("weight_map: {} is not in a file beside this one", fusebox::quoted(name)));
    if (shards.contains(*shard)) continue;
    shards.emplace(*shard, files().size());
    std::vector<StoredTensor> part = read_header(MappedFile::open(folder / *shard));
    std::move(part.begin(), part.end(), std::back_inserter(tensors));
  }
  add_tensors(std::move(tensors));
  std::unordered_map<std::string_view, size_t> file_of;
  for (const StoredTensor& tensor : this->tensors()) file_of.emplace(tensor.info.name, tensor.file);
  for (const auto& [name, value] : map->items()) {
    const auto& shard = value.get_ref<const std::string&>();
    const auto found = file_of.find(name);
    if (found == file_of.end() || found->second != shards.at(shard))
      throw invalid(index_path, fmt::format("weight_map: {} is not in {}", fusebox::quoted(name),
                                            fusebox::quoted(shard)));
  }
}

}  // namespace fusebox
