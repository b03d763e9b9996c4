// SafetensorsFile: weights from one safetensors file, or from the shards that a model.safetensors.index.json
// lists.
//
//   auto weights = SafetensorsFile::open("model.safetensors");
//   weights->find("model.norm.weight")->shape;             // bf16[576]
//   weights->read("model.norm.weight", DType::f32, out);   // widened
//   weights->view("model.norm.weight");                    // the bytes where they lie
//
// The file: a uint64 (little-endian) header length, at most 100 MB; a JSON object name → {dtype, shape,
// data_offsets} with an optional "__metadata__" of strings; the data, which the tensors' ranges fill without
// overlaps or holes. BOOL is i1, a byte each. Tensors of types we do not know are listed, not readable.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fusebox/checkpoint/stored_tensor.h"

namespace fusebox {

// Immutable and thread-safe.
class SafetensorsFile : public MappedWeights {
 public:
  // `path` is a .safetensors file, or an index (its name ends in .json). Error kNotFound (a shard too), kIo,
  // kInvalidFile (with the byte where it went wrong).
  static std::shared_ptr<const SafetensorsFile> open(const std::string& path);
  static std::shared_ptr<const SafetensorsFile> open(MappedFile file);

  // The entries of "__metadata__" in their order; of a sharded checkpoint, the first shard's.
  const std::vector<std::pair<std::string, std::string>>& metadata() const { return metadata_; }

 private:
  explicit SafetensorsFile(std::string description) : MappedWeights(std::move(description)) {}
  std::vector<StoredTensor> read_header(MappedFile file);
  void open_shards(const std::string& index_path);

  std::vector<std::pair<std::string, std::string>> metadata_;
};

}  // namespace fusebox
