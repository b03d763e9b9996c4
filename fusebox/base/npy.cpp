#include "fusebox/base/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "fusebox/base/error.h"
#include "fusebox/base/mapped_file.h"
#include "fusebox/base/quoted.h"

namespace fusebox {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kLongestHeader = 1 << 16;  // NumPy's own are below 128 bytes
constexpr size_t kMostDims = 64;
constexpr size_t kAlignment = 64;  // of the data in the file

struct Name {
  DType dtype;
  std::string_view text;  // without byte order
};
constexpr Name kNames[] = {{i1, "b1"},  {i8, "i1"},  {i16, "i2"}, {i32, "i4"},  {i64, "i8"},
                           {u8, "u1"},  {u16, "u2"}, {u32, "u4"}, {u64, "u8"},  {f16, "f2"},
                           {f32, "f4"}, {f64, "f8"}, {c64, "c8"}, {c128, "c16"}};

const Name* name_of(DType dtype) {
  const auto* found = std::ranges::find(kNames, dtype, &Name::dtype);
  return found == std::end(kNames) ? nullptr : found;
}

struct Header {
  std::optional<DType> dtype;
  std::optional<bool> fortran_order;
  std::optional<Dims> dims;
};

// The header is a dictionary as Python writes it: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }
class HeaderParser {
 public:
  HeaderParser(std::string_view text, size_t offset, std::string_view path)
      : text_(text), offset_(offset), path_(path) {}

  Header parse() {
    expect('{');
    while (!accept('}')) {
      read_item();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ != text_.size()) fail("more than a dictionary");
    if (!header_.dtype || !header_.fortran_order || !header_.dims)
      fail("want 'descr', 'fortran_order' and 'shape'");
    return std::move(header_);
  }

 private:
  [[noreturn]] void fail(std::string_view what, ErrorKind kind = ErrorKind::kInvalidFile) const {
    throw Error(kind, fmt::format("the header of the .npy file: {}", what)).file(path_).offset(offset_ + at_);
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }
  bool accept(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) fail(fmt::format("want '{}'", wanted));
  }
  bool accept_word(std::string_view word) {
    skip_space();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::string_view string() {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1) : std::string_view::npos;
    if (end == std::string_view::npos) fail("want a string");
    const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return value;
  }

  DType dtype() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[')
      fail("structured elements are not read", ErrorKind::kUnsupported);
    const std::string_view given = string();
    const auto* found =
        std::ranges::find(kNames, given.substr(std::min<size_t>(given.size(), 1)), &Name::text);
    const bool plain =
        found != std::end(kNames) && std::string_view("<|=>").find(given[0]) != std::string_view::npos;
    if (!plain || (given[0] == '>' && byte_size(found->dtype) > 1))
      fail(fmt::format(
               "elements of type {} are not read, want little-endian bool, int, uint, float or complex",
               quoted(given)),
           ErrorKind::kUnsupported);
    return found->dtype;
  }

  Dims shape() {
    Dims dims;
    expect('(');
    while (!accept(')')) {
      skip_space();
      int64_t size = 0;
      const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), size);
      if (error != std::errc() || size < 0 || dims.size() == kMostDims) fail("want a tuple of sizes");
      at_ = static_cast<size_t>(end - text_.data());
      accept('L');  // Python 2
      dims.push_back(size);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return dims;
  }

  void read_item() {
    const std::string_view key = string();
    expect(':');
    if (key == "descr")
      header_.dtype = dtype();
    else if (key == "shape")
      header_.dims = shape();
    else if (key != "fortran_order")
      fail(fmt::format("unknown key {}", quoted(key)));
    else if (accept_word("True"))
      header_.fortran_order = true;
    else if (accept_word("False"))
      header_.fortran_order = false;
    else
      fail("want True or False");
  }

  std::string_view text_;
  size_t offset_;
  std::string_view path_;
  size_t at_ = 0;
  Header header_;
};

// Elements whose first index moves fastest, as ones whose last does.
std::vector<std::byte> to_row_major(const Shape& shape, std::span<const std::byte> data) {
  const size_t width = byte_size(shape.dtype), count = data.size() / width;
  std::vector<std::byte> result(data.size());
  std::vector<size_t> index(shape.dims.size()), strides;
  size_t stride = 1;
  for (const int64_t size : shape.dims) {
    strides.push_back(stride);
    stride *= static_cast<size_t>(size);
  }
  size_t from = 0;
  for (size_t to = 0; to < count; ++to) {
    std::memcpy(result.data() + to * width, data.data() + from * width, width);
    for (size_t axis = index.size(); axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < static_cast<size_t>(shape.dims[axis])) break;
      from -= strides[axis] * index[axis];
      index[axis] = 0;
    }
  }
  return result;
}

}  // namespace

bool has_npy_name(DType dtype) { return name_of(dtype) != nullptr; }

NpyArray decode_npy(std::vector<std::byte> bytes, std::string_view path) {
  const auto fail = [&](size_t offset, std::string message) {
    throw Error(ErrorKind::kInvalidFile, std::move(message)).file(path).offset(offset);
  };
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const size_t version = text.size() > 6 ? static_cast<unsigned char>(text[6]) : 0;
  if (!text.starts_with(kMagic) || version < 1 || version > 3)
    fail(0, "this is no .npy file of version 1 to 3");
  const size_t digits = version == 1 ? 2 : 4, begin = kMagic.size() + 2 + digits;
  uint32_t length = 0;
  if (text.size() >= begin) std::memcpy(&length, bytes.data() + kMagic.size() + 2, digits);
  if (text.size() < begin || length > text.size() - begin || length > kLongestHeader)
    fail(kMagic.size() + 2, fmt::format("the header claims {} bytes of {}", length, text.size()));
  Header header = HeaderParser(text.substr(begin, length), begin, path).parse();

  NpyArray array{{std::move(*header.dims), *header.dtype}, {}};
  const size_t have = text.size() - begin - length;
  int64_t want = 0;
  try {
    want = array.shape.bytes();
  } catch (Error& error) {
    throw error.file(path).offset(begin);
  }
  if (static_cast<uint64_t>(want) != have)
    fail(begin + length, fmt::format("{} takes {} bytes, {} are there{}", to_string(array.shape), want, have,
                                     static_cast<uint64_t>(want) > have ? ": the file is cut short" : ""));
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(begin + length));
  array.data = *header.fortran_order ? to_row_major(array.shape, bytes) : std::move(bytes);
  if (array.shape.dtype == i1)
    for (std::byte& value : array.data) value = std::byte{value != std::byte{0}};
  return array;
}

NpyArray read_npy(const std::string& path) {
  const MappedFile file = MappedFile::open(path);
  std::vector<std::byte> bytes(file.bytes().size());
  file.guarded_read([&] {
    if (!bytes.empty()) std::memcpy(bytes.data(), file.bytes().data(), bytes.size());
  });
  return decode_npy(std::move(bytes), path);
}

std::vector<std::byte> encode_npy(const Shape& shape, std::span<const std::byte> data) {
  const Name* name = name_of(shape.dtype);
  if (!name)
    throw Error(ErrorKind::kUnsupported, fmt::format(".npy files have no {}", fusebox::name(shape.dtype)));
  if (static_cast<uint64_t>(shape.bytes()) != data.size())
    throw Error(ErrorKind::kShapeMismatch,
                fmt::format("got {} bytes for {}, want {}", data.size(), to_string(shape), shape.bytes()));
  std::string sizes;
  for (const int64_t size : shape.dims) sizes += fmt::format("{}, ", size);
  if (shape.dims.size() > 1) sizes.resize(sizes.size() - 2);
  if (shape.dims.size() == 1) sizes.pop_back();  // a tuple of one keeps its comma
  std::string header = fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}",
                                   byte_size(shape.dtype) > 1 ? '<' : '|', name->text, sizes);
  const size_t before = kMagic.size() + 4;
  header.append(kAlignment - 1 - (before + header.size()) % kAlignment, ' ');
  header += '\n';
  std::string front(kMagic);
  front += {'\1', '\0', static_cast<char>(header.size() & 0xff), static_cast<char>(header.size() >> 8)};
  front += header;
  std::vector<std::byte> bytes(front.size() + data.size());
  std::memcpy(bytes.data(), front.data(), front.size());
  if (!data.empty()) std::memcpy(bytes.data() + front.size(), data.data(), data.size());
  return bytes;
}

void write_npy(const std::string& path, const Shape& shape, std::span<const std::byte> data) {
  const std::vector<std::byte> bytes = encode_npy(shape, data);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (file) {
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (file) return;
  }
  const std::string reason = std::strerror(errno);
  std::error_code ignored;
  if (std::filesystem::is_regular_file(path, ignored)) std::filesystem::remove(path, ignored);
  throw Error(ErrorKind::kIo, fmt::format("cannot write the file: {}", reason)).file(path);
}

}  // namespace fusebox
