#include "fusebox/checkpoint/stored_tensor.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "fusebox/base/error.h"
#include "fusebox/base/nearest_names.h"
#include "fusebox/base/small_float.h"

namespace fusebox {
namespace {

constexpr size_t kChunk = 2048;  // weights converted at once, through a buffer that stays in the L1 cache

// A tensor of packed f4 or f6 elements, or of whole bytes, as byte storage in memory wants it.
void copy_elements(DType dtype, std::span<const std::byte> in, std::span<std::byte> out) {
  const size_t bits = static_cast<size_t>(info(dtype).bits);
  if (in.size() == out.size()) {
    if (!out.empty()) std::memcpy(out.data(), in.data(), out.size());
    return;
  }
  for (size_t i = 0; i < out.size(); ++i) {
    unsigned value = 0;
    for (size_t b = 0; b < bits; ++b) {
      const size_t at = i * bits + b;
      value |= (static_cast<unsigned>(in[at / 8]) >> (at % 8) & 1u) << b;
    }
    out[i] = static_cast<std::byte>(value);
  }
}

// From f64 every narrower type is rounded once, not by way of f32.
void narrow_doubles(std::span<const std::byte> in, DType to, std::span<std::byte> out) {
  const size_t width = byte_size(to);
  for (size_t i = 0; i < out.size() / width; ++i) {
    double value;
    std::memcpy(&value, in.data() + 8 * i, sizeof value);
    const uint32_t bits = encode_float(to, value);
    std::memcpy(out.data() + width * i, &bits, width);
  }
}

void expand_format(BlockFormat format, std::span<const std::byte> in, DType to, std::span<std::byte> out) {
  if (to == DType::f32 && reinterpret_cast<uintptr_t>(out.data()) % alignof(float) == 0)
    return expand(format, in, {reinterpret_cast<float*>(out.data()), out.size() / sizeof(float)});
  const BlockFormatInfo& row = info(format);
  const size_t blocks_per_chunk = kChunk / static_cast<size_t>(row.weights);
  const size_t in_step = blocks_per_chunk * static_cast<size_t>(row.bytes), out_step = kChunk * byte_size(to);
  float values[kChunk];
  while (!in.empty()) {
    const auto part = in.first(std::min(in_step, in.size()));
    const size_t count = part.size() / static_cast<size_t>(row.bytes) * static_cast<size_t>(row.weights);
    expand(format, part, {values, count});
    encode_floats(to, {values, count}, out.first(count * byte_size(to)));
    in = in.subspan(part.size());
    out = out.subspan(std::min(out_step, out.size()));
  }
}

void convert_floats(DType from, std::span<const std::byte> in, DType to, std::span<std::byte> out) {
  float values[kChunk];
  while (!in.empty()) {
    const size_t count = std::min(kChunk, in.size() / byte_size(from));
    decode_floats(from, in.first(count * byte_size(from)), {values, count});
    encode_floats(to, {values, count}, out.first(count * byte_size(to)));
    in = in.subspan(count * byte_size(from));
    out = out.subspan(count * byte_size(to));
  }
}

bool can_expand(const WeightInfo& weight, DType to) {
  if (weight.format ? to == DType::u8 : to == weight.shape.dtype) return true;
  if (to != DType::f32 && to != DType::f16 && to != DType::bf16) return false;
  return weight.format || (is_float(weight.shape.dtype) && !info(weight.shape.dtype).packed());
}

void expand_tensor(const WeightInfo& weight, std::span<const std::byte> in, DType to,
                   std::span<std::byte> out) {
  if (weight.format && to == DType::u8) return copy_elements(to, in, out);
  if (weight.format) return expand_format(*weight.format, in, to, out);
  if (to == weight.shape.dtype) return copy_elements(to, in, out);
  if (weight.shape.dtype == DType::f64) return narrow_doubles(in, to, out);
  convert_floats(weight.shape.dtype, in, to, out);
}

std::string_view stored_as(const WeightInfo& weight) {
  return weight.format ? info(*weight.format).name : name(weight.shape.dtype);
}

}  // namespace

size_t MappedWeights::add_file(MappedFile file) {
  files_.push_back(std::move(file));
  return files_.size() - 1;
}

void MappedWeights::add_tensors(std::vector<StoredTensor> tensors) {
  tensors_ = std::move(tensors);
  by_name_.reserve(tensors_.size());
  for (size_t i = 0; i < tensors_.size(); ++i)
    if (!by_name_.emplace(tensors_[i].info.name, i).second)
      throw Error(ErrorKind::kInvalidFile,
                  fmt::format("two tensors are named {}", quoted(tensors_[i].info.name)))
          .file(files_[tensors_[i].file].path());

  std::vector<const StoredTensor*> in_order;
  for (const StoredTensor& tensor : tensors_)
    if (tensor.size > 0) in_order.push_back(&tensor);
  std::sort(in_order.begin(), in_order.end(), [](const StoredTensor* a, const StoredTensor* b) {
    return std::pair(a->file, a->begin) < std::pair(b->file, b->begin);
  });
  for (size_t i = 1; i < in_order.size(); ++i) {
    const StoredTensor &a = *in_order[i - 1], &b = *in_order[i];
    if (a.file == b.file && a.begin + a.size > b.begin)
      throw Error(
          ErrorKind::kInvalidFile,
          fmt::format("tensors {} (bytes {} to {}) and {} (bytes {} to {}) overlap", quoted(a.info.name),
                      a.begin, a.begin + a.size, quoted(b.info.name), b.begin, b.begin + b.size))
          .file(files_[b.file].path())
          .offset(b.begin);
  }
}

const StoredTensor* MappedWeights::lookup(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  const StoredTensor& tensor = tensors_[found->second];
  if (!tensor.unreadable.empty())
    throw Error(ErrorKind::kUnsupported, fmt::format("tensor {} is stored as {}, which fusebox cannot expand",
                                                     quoted(name), tensor.unreadable))
        .file(files_[tensor.file].path())
        .offset(tensor.begin);
  return &tensor;
}

std::vector<WeightInfo> MappedWeights::weights() const {
  std::vector<WeightInfo> all;
  all.reserve(tensors_.size());
  for (const StoredTensor& tensor : tensors_)
    if (tensor.unreadable.empty()) all.push_back(tensor.info);
  return all;
}

std::optional<WeightInfo> MappedWeights::find(std::string_view name) const {
  const StoredTensor* tensor = lookup(name);
  return tensor ? std::optional(tensor->info) : std::nullopt;
}

void MappedWeights::read(std::string_view name, DType dtype, std::span<std::byte> out) const {
  const StoredTensor* tensor = lookup(name);
  if (!tensor) {
    std::vector<std::string_view> names;
    for (const StoredTensor& other : tensors_) names.push_back(other.info.name);
    throw Error(ErrorKind::kNotFound, fmt::format("no tensor {}{}", quoted(name), did_you_mean(name, names)))
        .file(description_);
  }
  const MappedFile& file = files_[tensor->file];
  if (!can_expand(tensor->info, dtype))
    throw Error(ErrorKind::kDTypeMismatch,
                fmt::format("tensor {} is stored as {} and cannot be read as {}", quoted(name),
                            stored_as(tensor->info), fusebox::name(dtype)))
        .file(file.path());
  const size_t want = tensor->info.format && dtype == DType::u8
                          ? tensor->size
                          : static_cast<size_t>(tensor->info.shape.elements()) * byte_size(dtype);
  if (out.size() != want)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("tensor {} as {} takes {} bytes, got room for {}", quoted(name),
                            fusebox::name(dtype), want, out.size()))
        .file(file.path());
  const auto bytes = file.bytes().subspan(tensor->begin, tensor->size);
  file.guarded_read([&] { expand_tensor(tensor->info, bytes, dtype, out); });
}

std::span<const std::byte> MappedWeights::view(std::string_view name) const {
  const StoredTensor* tensor = lookup(name);
  if (!tensor) return {};
  return files_[tensor->file].bytes().subspan(tensor->begin, tensor->size);
}

void MappedWeights::release(std::string_view name) const {
  const StoredTensor* tensor = lookup(name);
  if (tensor) files_[tensor->file].release(view(name));
}

}  // namespace fusebox
