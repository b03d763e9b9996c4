// fusebox/checkpoint: names → weights, from safetensors and GGUF files, and the JSON files beside them.
//
// This folder reads files and nothing else: it knows shapes, dtypes and block formats (fusebox/base), and
// nothing of tracing, models or devices. Everything read is checked before it is believed: offsets, sizes,
// counts and depths come from strangers.
//
// Checkpoint: the weights at a path, whatever their format.
//
//   auto checkpoint = Checkpoint::open("model.safetensors");      // one file
//   auto checkpoint = Checkpoint::open("SmolLM2-135M.Q4_1.gguf");
//   auto checkpoint = Checkpoint::open("SmolLM2-135M-Instruct");  // a Hugging Face folder, sharded or not
//   Tensor y = cx.module<Mlp>("mlp", checkpoint)(x);
//
// Names and row order are the file's own; a model family translates them (see fusebox/llm).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/weight_source.h"
#include "fusebox/checkpoint/gguf.h"
#include "fusebox/checkpoint/safetensors.h"

namespace fusebox {

// A handle: copies share the same mapped files. Thread-safe.
class Checkpoint : public WeightSource {
 public:
  // A folder's weights are model.safetensors.index.json, else model.safetensors, else its one .gguf or
  // .safetensors file. A file is told apart by its first bytes. Error kNotFound, kIo, kInvalidFile,
  // kUnsupported.
  static Checkpoint open(const std::string& path);

  std::vector<WeightInfo> weights() const override { return source_->weights(); }
  std::optional<WeightInfo> find(std::string_view name) const override { return source_->find(name); }
  void read(std::string_view name, DType dtype, std::span<std::byte> out) const override {
    source_->read(name, dtype, out);
  }
  std::span<const std::byte> view(std::string_view name) const override { return source_->view(name); }
  std::shared_ptr<const void> owner() const override { return source_; }
  void release(std::string_view name) const override { source_->release(name); }
  std::string description() const override { return source_->description(); }

  // The file itself, for what a format has beyond weights; null if the format is another one.
  std::shared_ptr<const GgufFile> gguf() const { return gguf_; }
  std::shared_ptr<const SafetensorsFile> safetensors() const { return safetensors_; }
  // The folder that holds the weights, where config.json and its like are looked for. "." for a bare name.
  const std::string& folder() const { return folder_; }

 private:
  Checkpoint() = default;
  void open_file(const std::string& path);

  std::shared_ptr<const GgufFile> gguf_;
  std::shared_ptr<const SafetensorsFile> safetensors_;
  std::shared_ptr<const WeightSource> source_;  // the one of the two that is there
  std::string folder_;
};

}  // namespace fusebox
