#include "fusebox/checkpoint/gguf_parser.h"

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include <fmt/format.h>

#include "fusebox/base/error.h"

namespace fusebox {
namespace {

// Beyond any real file, so that a lying one takes little memory before it is found out.
constexpr int kMaxArrayDepth = 4;
constexpr uint64_t kMaxEntries = 1'000'000, kMaxTensors = 1'000'000;
constexpr uint64_t kSmallestEntry = 8 + 4 + 1, kSmallestTensor = 8 + 4 + 4 + 8;

struct PlainType {
  uint32_t gguf_type;
  DType dtype;
};

constexpr PlainType kPlainTypes[] = {{0, DType::f32},  {1, DType::f16},  {24, DType::i8},  {25, DType::i16},
                                     {26, DType::i32}, {27, DType::i64}, {28, DType::f64}, {30, DType::bf16}};

// Block formats that GGUF knows and block_format.h does not, to say more than a number.
struct OtherType {
  uint32_t gguf_type;
  std::string_view name;
};

constexpr OtherType kOtherTypes[] = {{9, "Q8_1"},     {15, "Q8_K"},   {16, "IQ2_XXS"}, {17, "IQ2_XS"},
                                     {18, "IQ3_XXS"}, {19, "IQ1_S"},  {20, "IQ4_NL"},  {21, "IQ3_S"},
                                     {22, "IQ2_S"},   {23, "IQ4_XS"}, {29, "IQ1_M"},   {34, "TQ1_0"},
                                     {35, "TQ2_0"},   {39, "MXFP4"}};

// Sets dtype, format or `unreadable` from the file's number.
void set_type(uint32_t gguf_type, StoredTensor& tensor) {
  for (const PlainType& plain : kPlainTypes)
    if (plain.gguf_type == gguf_type) {
      tensor.info.shape.dtype = plain.dtype;
      return;
    }
  tensor.info.format = block_format_from_gguf(gguf_type);
  if (tensor.info.format) return;
  tensor.unreadable = fmt::format("GGUF type {}", gguf_type);
  for (const OtherType& other : kOtherTypes)
    if (other.gguf_type == gguf_type) tensor.unreadable = other.name;
}

}  // namespace

void GgufParser::fail(std::string_view what, uint64_t at) const {
  throw Error(ErrorKind::kInvalidFile, std::string(what)).file(path_).offset(at);
}

// Checks that `count` things of at least `bytes_each` can still follow, before anything is made for them.
void GgufParser::require(uint64_t count, uint64_t bytes_each) {
  const uint64_t left = head_.size() - at_;
  if (count <= left / bytes_each) return;
  if (count <= (file_size_ - at_) / bytes_each) throw NeedMore{};
  fail(fmt::format("the file ends too soon: {} × {} bytes do not fit in the {} that follow", count,
                   bytes_each, file_size_ - at_),
       at_);
}

std::span<const std::byte> GgufParser::take(uint64_t size) {
  require(size, 1);
  const auto bytes = head_.subspan(at_, size);
  at_ += size;
  return bytes;
}

template <typename T>
T GgufParser::number() {
  T value;
  std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
  return value;
}

std::string_view GgufParser::text() {
  const auto size = number<uint64_t>();
  const auto bytes = take(size);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void GgufParser::parse() {
  parse_magic_and_version();
  const auto tensor_count = number<uint64_t>(), entry_count = number<uint64_t>();
  if (entry_count > kMaxEntries || tensor_count > kMaxTensors)
    fail(fmt::format("{} tensors and {} metadata entries, want at most a million each", tensor_count,
                     entry_count),
         8);
  require(entry_count, kSmallestEntry);
  metadata.reserve(entry_count);
  for (uint64_t i = 0; i < entry_count; ++i) parse_entry();
  require(tensor_count, kSmallestTensor);
  tensors.reserve(tensor_count);
  for (uint64_t i = 0; i < tensor_count; ++i) tensors.push_back(parse_tensor());
  place_tensors();
}

void GgufParser::parse_magic_and_version() {
  if (file_size_ == 0) fail("the file is empty, want a GGUF file", 0);
  const auto magic = take(std::min<uint64_t>(4, file_size_));
  if (std::memcmp(magic.data(), "GGUF", magic.size()) != 0)
    fail("not a GGUF file: it does not start with 'GGUF'", 0);
  version = number<uint32_t>();
  const bool big_endian = version != 0 && (version & 0xffff) == 0;
  if (version == 2 || version == 3) return;
  throw Error(ErrorKind::kUnsupported, big_endian ? "a big-endian GGUF file, want little-endian"
                                                  : fmt::format("GGUF version {}, want 2 or 3", version))
      .file(path_)
      .offset(4);
}

GgufType GgufParser::parse_type() {
  const uint64_t at = at_;
  const auto type = number<uint32_t>();
  if (type > static_cast<uint32_t>(GgufType::kFloat64))
    fail(fmt::format("unknown metadata type {}", type), at);
  return static_cast<GgufType>(type);
}

void GgufParser::parse_entry() {
  const std::string_view key = text();
  const GgufType type = parse_type();
  metadata.push_back({key, parse_value(key, type)});
}

GgufValue GgufParser::parse_value(std::string_view key, GgufType type) {
  GgufValue value;
  value.type_ = type;
  value.key_ = key;
  value.path_ = &path_;
  if (type == GgufType::kArray) {
    parse_array(value);
  } else if (type == GgufType::kString) {
    value.bytes_ = take(number<uint64_t>());
  } else {
    value.bytes_ = take(gguf_type_size(type));
  }
  return value;
}

void GgufParser::parse_array(GgufValue& value) {
  value.element_type_ = parse_type();
  const auto count = number<uint64_t>();
  value.size_ = count;
  if (value.element_type_ == GgufType::kString) {
    require(count, 8);
    value.strings_.reserve(count);
    for (uint64_t i = 0; i < count; ++i) value.strings_.push_back(text());
  } else if (value.element_type_ == GgufType::kArray) {
    require(count, 12);
    for (uint64_t i = 0; i < count; ++i) skip_nested_array(2);
  } else {
    const uint64_t size = gguf_type_size(value.element_type_);
    require(count, size);
    value.bytes_ = take(count * size);
  }
}

void GgufParser::skip_nested_array(int depth) {
  if (depth > kMaxArrayDepth) fail(fmt::format("arrays nested deeper than {}", kMaxArrayDepth), at_);
  const GgufType type = parse_type();
  const auto count = number<uint64_t>();
  if (type == GgufType::kString) {
    for (uint64_t i = 0; i < count; ++i) text();
  } else if (type == GgufType::kArray) {
    for (uint64_t i = 0; i < count; ++i) skip_nested_array(depth + 1);
  } else {
    require(count, gguf_type_size(type));
    take(count * gguf_type_size(type));
  }
}

StoredTensor GgufParser::parse_tensor() {
  const uint64_t at = at_;
  StoredTensor tensor;
  tensor.info.name = text();
  const auto rank = number<uint32_t>();
  if (rank > kMaxTensorRank)
    fail(fmt::format("tensor {} has {} dimensions, want at most {}", quoted(tensor.info.name), rank,
                     kMaxTensorRank),
         at);
  Dims& dims = tensor.info.shape.dims;
  dims.resize(rank);
  uint64_t elements = 1;
  for (uint32_t i = 0; i < rank; ++i) {
    const auto size = number<uint64_t>();
    if (size > uint64_t{1} << 62 ||
        __builtin_mul_overflow(elements, std::max<uint64_t>(size, 1), &elements) ||
        elements > uint64_t{1} << 59)
      fail(fmt::format("tensor {} has too many elements", quoted(tensor.info.name)), at);
    dims[rank - 1 - i] = static_cast<int64_t>(size);
  }
  set_type(number<uint32_t>(), tensor);
  tensor.begin = number<uint64_t>();
  return tensor;
}

uint64_t GgufParser::alignment() const {
  constexpr uint64_t kDefault = 32, kLargest = 1 << 20;
  for (const GgufEntry& entry : metadata) {
    if (entry.key != "general.alignment") continue;
    const int64_t value = entry.value.as_int();
    if (value <= 0 || value > static_cast<int64_t>(kLargest) || (value & (value - 1)) != 0)
      throw Error(ErrorKind::kInvalidFile, fmt::format("general.alignment is {}, want a power of two", value))
          .file(path_);
    return static_cast<uint64_t>(value);
  }
  return kDefault;
}

// Turns offsets into the data into places in the file, with sizes, and checks both.
void GgufParser::place_tensors() {
  const uint64_t align = alignment();
  const uint64_t data = (at_ + align - 1) / align * align;
  for (StoredTensor& tensor : tensors) {
    const auto elements = static_cast<uint64_t>(tensor.info.shape.elements());
    uint64_t per_block = 1, block_bytes = tensor.unreadable.empty() ? byte_size(tensor.info.shape.dtype) : 0;
    if (tensor.info.format) {
      per_block = static_cast<uint64_t>(info(*tensor.info.format).weights);
      block_bytes = static_cast<uint64_t>(info(*tensor.info.format).bytes);
      const uint64_t row =
          tensor.info.shape.dims.empty() ? 1 : static_cast<uint64_t>(tensor.info.shape.dims.back());
      if (row % per_block != 0)
        fail(fmt::format("tensor {} has rows of {} weights, want a multiple of {} for {}",
                         quoted(tensor.info.name), row, per_block, info(*tensor.info.format).name),
             at_);
    }
    tensor.size = elements / per_block * block_bytes;
    const uint64_t offset = tensor.begin;
    if (offset % align != 0)
      fail(fmt::format("tensor {} starts at {}, want a multiple of {}", quoted(tensor.info.name), offset,
                       align),
           at_);
    if (data > file_size_ || offset > file_size_ - data || tensor.size > file_size_ - data - offset)
      fail(fmt::format("tensor {}: {} bytes from {} do not fit in the file's {}", quoted(tensor.info.name),
                       tensor.size, fmt::format("{} + {}", data, offset), file_size_),
           at_);
    tensor.begin = data + offset;
  }
}

}  // namespace fusebox
