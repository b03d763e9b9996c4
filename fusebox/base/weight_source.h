// WeightSource: names → shape, dtype, bytes. What a checkpoint is to everything that only wants weights.
//
// Implementations live in fusebox/checkpoint (safetensors, GGUF) and in model families (a renamed or permuted
// view). Const and thread-safe: any thread may ask at any time. Data stays valid while the source lives.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/block_format.h"
#include "fusebox/base/shape.h"

namespace fusebox {

// What a source knows of one tensor. `format` is set for block-quantised weights (GGUF's Q4_1, …); `shape`
// is then the logical shape, its dtype f32, and the bytes are the file's blocks, row after row.
struct WeightInfo {
  std::string name;
  Shape shape;
  std::optional<BlockFormat> format;
};

class WeightSource {
 public:
  virtual ~WeightSource() = default;

  // All tensors, in the file's order.
  virtual std::vector<WeightInfo> weights() const = 0;

  // The tensor of that name; nothing if there is none.
  virtual std::optional<WeightInfo> find(std::string_view name) const = 0;

  // Writes the tensor, expanded to `dtype` (f32, f16, bf16, or the tensor's own dtype), row-major, into
  // `out`, whose size must be shape.elements() * byte_size(dtype); or, for dtype u8, a block-quantised
  // tensor's blocks as they are. Error kNotFound, kDTypeMismatch, kIo.
  virtual void read(std::string_view name, DType dtype, std::span<std::byte> out) const = 0;

  // The tensor's bytes where they lie (mapped), if they can be handed out unchanged; empty otherwise.
  virtual std::span<const std::byte> view(std::string_view name) const = 0;

  // Keeps views valid when the source is gone; null if nothing does, so that they have to be copied.
  virtual std::shared_ptr<const void> owner() const { return nullptr; }

  // The tensor's bytes will not be needed soon: a mapped file's pages stop counting as this process's memory.
  // They come back by themselves when they are read after all.
  virtual void release(std::string_view) const {}

  // For messages: the path of the file or folder.
  virtual std::string description() const = 0;
};

}  // namespace fusebox
