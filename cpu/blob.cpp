#include "cpu/blob.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "cpu/check_blob.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

// The bytes: a header of four little-endian words (magic, version, size and checksum of the rest), then the
// fields in the order of the structs; lists and strings behind their count.
constexpr uint64_t kMagic = 0x0042'4f4c'4258'4246;  // "FBXBLOB\0"
constexpr uint64_t kVersion = 1;                    // raise it whenever the bytes or what they mean change
constexpr size_t kHeaderWords = 4;
constexpr int kMaxDepth = 128;  // of blocks in steps

static_assert(std::numeric_limits<unsigned char>::digits == 8 && sizeof(size_t) == 8);

class Writer {
 public:
  void word(uint64_t value) { raw(&value, sizeof value); }
  void number(int64_t value) { word(static_cast<uint64_t>(value)); }
  void byte(uint8_t value) { raw(&value, 1); }
  void text(const std::string& value) {
    word(value.size());
    raw(value.data(), value.size());
  }
  void bytes(const std::vector<std::byte>& value) {
    word(value.size());
    raw(value.data(), value.size());
  }
  template <typename T, typename Write>
  void list(const std::vector<T>& values, Write write) {
    word(values.size());
    for (const T& value : values) write(value);
  }
  std::vector<std::byte> take() { return std::move(out_); }

 private:
  void raw(const void* data, size_t size) {
    auto* first = static_cast<const std::byte*>(data);
    out_.insert(out_.end(), first, first + size);
  }
  std::vector<std::byte> out_;
};

void write(Writer& out, const Shape& shape) {
  out.byte(static_cast<uint8_t>(info(shape.dtype).pjrt_type));
  out.list(shape.dims, [&](int64_t dim) { out.number(dim); });
}

void write(Writer& out, const std::vector<Step>& steps) {
  out.list(steps, [&](const Step& step) {
    out.byte(static_cast<uint8_t>(step.kind));
    out.byte(step.meet ? 1 : 0);
    out.word(step.kernel);
    out.number(step.items);
    out.number(step.grain);
    out.list(step.buffers, [&](uint32_t buffer) { out.word(buffer); });
    out.list(step.blocks, [&](const std::vector<Step>& block) { write(out, block); });
  });
}

[[noreturn]] void refuse(std::string message, size_t offset) {
  throw Error(ErrorKind::kInvalidFile, std::move(message)).op("blob").offset(offset);
}

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, size_t offset) : bytes_(bytes), at_(offset) {}

  uint64_t word() {
    uint64_t value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  int64_t number() { return static_cast<int64_t>(word()); }
  uint8_t byte() { return static_cast<uint8_t>(take(1)[0]); }
  bool flag() {
    const uint8_t value = byte();
    if (value > 1) refuse(fmt::format("got {} for a flag", value), at_ - 1);
    return value == 1;
  }
  uint32_t index() {
    const uint64_t value = word();
    if (value > std::numeric_limits<uint32_t>::max()) refuse(fmt::format("{} is no index", value), at_ - 8);
    return static_cast<uint32_t>(value);
  }
  std::string text() {
    const auto part = take(count(1));
    return std::string(reinterpret_cast<const char*>(part.data()), part.size());
  }
  std::vector<std::byte> bytes() {
    const auto part = take(count(1));
    return std::vector<std::byte>(part.begin(), part.end());
  }
  // A list whose elements take at least `least` bytes: its length is never believed beyond what is there.
  template <typename T, typename Read>
  std::vector<T> list(size_t least, Read read) {
    std::vector<T> values(count(least));
    for (T& value : values) value = read();
    return values;
  }
  void end() {
    if (at_ != bytes_.size()) refuse("there are bytes behind the end", at_);
  }
  size_t offset() const { return at_; }

 private:
  size_t count(size_t least) {
    const uint64_t value = word();
    if (value > (bytes_.size() - at_) / least)
      refuse(fmt::format("a list of {} does not fit into what is left", value), at_ - 8);
    return value;
  }
  std::span<const std::byte> take(size_t size) {
    if (size > bytes_.size() - at_) refuse("the bytes end too early", bytes_.size());
    at_ += size;
    return bytes_.subspan(at_ - size, size);
  }

  std::span<const std::byte> bytes_;
  size_t at_;
};

Shape read_shape(Reader& in) {
  const size_t at = in.offset();
  const uint8_t type = in.byte();
  const std::optional<DType> dtype = dtype_from_pjrt(type);
  if (!dtype) refuse(fmt::format("{} is no element type", type), at);
  return {in.list<int64_t>(8, [&] { return in.number(); }), *dtype};
}

std::vector<Step> read_steps(Reader& in, int depth) {
  if (depth > kMaxDepth) refuse("steps are nested too deep", in.offset());
  return in.list<Step>(42, [&] {
    Step step;
    const uint8_t kind = in.byte();
    if (kind > static_cast<uint8_t>(Step::Kind::kCase))
      refuse(fmt::format("{} is no step", kind), in.offset());
    step.kind = static_cast<Step::Kind>(kind);
    step.meet = in.flag();
    step.kernel = in.index();
    step.items = in.number();
    step.grain = in.number();
    step.buffers = in.list<uint32_t>(8, [&] { return in.index(); });
    step.blocks = in.list<std::vector<Step>>(8, [&] { return read_steps(in, depth + 1); });
    return step;
  });
}

BlobParameter read_parameter(Reader& in) {
  BlobParameter parameter;
  parameter.shape = read_shape(in);
  parameter.donor = in.flag();
  if (in.flag()) parameter.alias = in.number();
  return parameter;
}

BufferPlace read_place(Reader& in) {
  BufferPlace place;
  const uint8_t kind = in.byte();
  if (kind > static_cast<uint8_t>(BufferPlace::Kind::kTemporary))
    refuse(fmt::format("{} is no place for a buffer", kind), in.offset());
  place.kind = static_cast<BufferPlace::Kind>(kind);
  place.index = in.number();
  place.bytes = in.number();
  return place;
}

KernelInfo read_kernel(Reader& in) {
  KernelInfo kernel;
  kernel.name = in.text();
  kernel.offset = in.word();
  kernel.size = in.word();
  return kernel;
}

void check_header(std::span<const std::byte> bytes) {
  uint64_t header[kHeaderWords];
  if (bytes.size() < sizeof header) refuse("the bytes end too early", bytes.size());
  std::memcpy(header, bytes.data(), sizeof header);
  if (header[0] != kMagic) refuse("this is no compiled program", 0);
  if (header[1] != kVersion)
    refuse(fmt::format("got version {} of compiled programs, want {}", header[1], kVersion), 8);
  const auto rest = bytes.subspan(sizeof header);
  if (header[2] != rest.size())
    refuse(fmt::format("got {} bytes, want {}", rest.size(), header[2]), bytes.size());
  if (header[3] != XXH3_64bits(rest.data(), rest.size())) refuse("the checksum does not match", 24);
}

}  // namespace

std::vector<std::byte> serialize(const Blob& blob) {
  Writer out;
  for (size_t i = 0; i < kHeaderWords; ++i) out.word(0);
  out.text(blob.name);
  out.text(blob.level);
  out.list(blob.parameters, [&](const BlobParameter& parameter) {
    write(out, parameter.shape);
    out.byte(parameter.donor ? 1 : 0);
    out.byte(parameter.alias ? 1 : 0);
    if (parameter.alias) out.number(*parameter.alias);
  });
  out.list(blob.results, [&](const Shape& shape) { write(out, shape); });
  out.list(blob.buffers, [&](const BufferPlace& place) {
    out.byte(static_cast<uint8_t>(place.kind));
    out.number(place.index);
    out.number(place.bytes);
  });
  out.number(blob.arena_bytes);
  out.number(blob.scratch_bytes);
  out.bytes(blob.constants);
  out.bytes(blob.code);
  out.list(blob.kernels, [&](const KernelInfo& kernel) {
    out.text(kernel.name);
    out.word(kernel.offset);
    out.word(kernel.size);
  });
  write(out, blob.steps);

  std::vector<std::byte> bytes = out.take();
  const size_t start = kHeaderWords * sizeof(uint64_t), size = bytes.size() - start;
  const uint64_t header[kHeaderWords] = {kMagic, kVersion, size, XXH3_64bits(bytes.data() + start, size)};
  std::memcpy(bytes.data(), header, sizeof header);
  return bytes;
}

Blob deserialize(std::span<const std::byte> bytes) {
  check_header(bytes);
  Reader in(bytes, kHeaderWords * sizeof(uint64_t));
  Blob blob;
  blob.name = in.text();
  blob.level = in.text();
  blob.parameters = in.list<BlobParameter>(11, [&] { return read_parameter(in); });
  blob.results = in.list<Shape>(9, [&] { return read_shape(in); });
  blob.buffers = in.list<BufferPlace>(17, [&] { return read_place(in); });
  blob.arena_bytes = in.number();
  blob.scratch_bytes = in.number();
  blob.constants = in.bytes();
  blob.code = in.bytes();
  blob.kernels = in.list<KernelInfo>(24, [&] { return read_kernel(in); });
  blob.steps = read_steps(in, 0);
  in.end();
  check(blob);
  return blob;
}

}  // namespace fusebox::cpu
