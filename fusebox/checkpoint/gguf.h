// GgufFile: a GGUF file, version 2 or 3, little-endian. Its metadata (hyper-parameters, the tokenizer) is
// copied out of the map in one piece and indexed, its tensors stay mapped.
//
//   auto gguf = GgufFile::open("SmolLM2-135M-Instruct.Q4_1.gguf");
//   gguf->at("general.architecture").as_string();               // "llama"
//   gguf->find("blk.0.attn_q.weight")->shape;                   // f32[576, 576], row-major: rows first
//   gguf->read("blk.0.attn_q.weight", DType::bf16, out);        // expanded, rounded to nearest even
//   gguf->view("blk.0.attn_q.weight");                          // the Q4_1 blocks where they lie
//
// Row order is the file's: families whose converter permuted rows (llama's q and k) undo that themselves.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fusebox/checkpoint/gguf_value.h"
#include "fusebox/checkpoint/stored_tensor.h"

namespace fusebox {

struct GgufEntry {
  std::string_view key;
  GgufValue value;
};

// Immutable and thread-safe. Tensors of a type that block_format.h lacks are in tensors(), not in weights();
// asking for one by name is Error kUnsupported.
class GgufFile : public MappedWeights {
 public:
  // Error kNotFound, kIo, kInvalidFile (with the byte where it went wrong), kUnsupported (another version).
  static std::shared_ptr<const GgufFile> open(const std::string& path);
  static std::shared_ptr<const GgufFile> open(MappedFile file);

  uint32_t version() const { return version_; }

  // The metadata in the file's order.
  std::span<const GgufEntry> metadata() const { return metadata_; }

  // The value of a key: nullptr, or Error kNotFound with near keys, if there is none.
  const GgufValue* find_value(std::string_view key) const;
  const GgufValue& at(std::string_view key) const;

 private:
  friend class GgufParser;
  explicit GgufFile(MappedFile file);

  std::vector<std::byte> header_;  // what all the views look into
  uint32_t version_ = 0;
  std::vector<GgufEntry> metadata_;
  std::unordered_map<std::string_view, size_t> by_key_;
};

}  // namespace fusebox
