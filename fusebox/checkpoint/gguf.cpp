#include "fusebox/checkpoint/gguf.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "fusebox/base/error.h"
#include "fusebox/base/nearest_names.h"
#include "fusebox/checkpoint/gguf_parser.h"

namespace fusebox {
namespace {

// The header's length is known only when it was read. Most vocabularies end within the first piece.
constexpr size_t kFirstPiece = size_t{2} << 20, kLargestHeader = size_t{1} << 29;

}  // namespace

std::shared_ptr<const GgufFile> GgufFile::open(const std::string& path) {
  return open(MappedFile::open(path));
}

std::shared_ptr<const GgufFile> GgufFile::open(MappedFile file) {
  return std::shared_ptr<const GgufFile>(new GgufFile(std::move(file)));
}

GgufFile::GgufFile(MappedFile file) : MappedWeights(file.path()) {
  const MappedFile& map = files()[add_file(std::move(file))];
  const auto bytes = map.bytes();
  // The header is parsed from a copy: nobody can change or cut it under us, now or later.
  for (size_t size = kFirstPiece;; size *= 4) {
    const size_t copied = std::min(size, bytes.size());
    header_.resize(copied);
    map.guarded_read([&] {
      if (copied > 0) std::memcpy(header_.data(), bytes.data(), copied);
    });
    GgufParser parser(header_, bytes.size(), map.path());
    try {
      parser.parse();
    } catch (const GgufParser::NeedMore&) {
      if (size < kLargestHeader) continue;
      throw Error(ErrorKind::kInvalidFile, fmt::format("the header is larger than {} bytes", kLargestHeader))
          .file(map.path());
    }
    version_ = parser.version;
    metadata_ = std::move(parser.metadata);
    add_tensors(std::move(parser.tensors));
    break;
  }
  for (size_t i = 0; i < metadata_.size(); ++i)
    if (!by_key_.emplace(metadata_[i].key, i).second)
      throw Error(ErrorKind::kInvalidFile,
                  fmt::format("metadata key {} is there twice", quoted(metadata_[i].key)))
          .file(map.path());
}

const GgufValue* GgufFile::find_value(std::string_view key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &metadata_[found->second].value;
}

const GgufValue& GgufFile::at(std::string_view key) const {
  if (const GgufValue* value = find_value(key)) return *value;
  std::vector<std::string_view> keys;
  for (const GgufEntry& entry : metadata_) keys.push_back(entry.key);
  throw Error(ErrorKind::kNotFound, fmt::format("no metadata key {}{}", quoted(key), did_you_mean(key, keys)))
      .file(files()[0].path());
}

}  // namespace fusebox
