// Small checkpoint files made in memory, right ones and wrong ones, for tests of whatever reads them.
//
//   GgufBuilder gguf;
//   gguf.text("general.architecture", "llama").u32("llama.block_count", 1);
//   gguf.tensor("blk.0.attn_norm.weight", {4}, 0, raw_bytes<float>({1, 2, 3, 4}));   // 0: f32
//   folder.write("tiny.gguf", gguf.bytes());
//
//   SafetensorsBuilder file;
//   file.tensor("w", "F32", {2, 2}, raw_bytes<float>({1, 2, 3, 4}));
//   folder.write("tiny.safetensors", file.bytes());
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/mapped_file.h"

namespace fusebox {

// A mapped file that lives in memory only; `name` is what messages call it.
inline MappedFile map_bytes(std::string_view bytes, const std::string& name) {
  const int descriptor = memfd_create(name.c_str(), MFD_CLOEXEC);
  if (descriptor < 0) throw std::runtime_error("no file in memory");
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t written = write(descriptor, bytes.data() + done, bytes.size() - done);
    if (written <= 0) throw std::runtime_error("cannot write to a file in memory");
    done += static_cast<size_t>(written);
  }
  return MappedFile::adopt(descriptor, name);
}

template <typename T>
std::string raw_bytes(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

template <typename T>
std::string raw_bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

template <typename T>
std::string raw_number(T value) {
  return raw_bytes<T>({value});
}

// GGUF: values in the order they are added. `type` of a tensor is GGUF's number; `dims` are row-major and are
// reversed for the file. The public counts can be set to lie.
class GgufBuilder {
 public:
  uint32_t version = 3;
  uint64_t extra_tensors = 0, extra_entries = 0;  // claimed beyond what is there
  uint64_t alignment = 32;

  // A value as the format's bytes, after its type's number.
  GgufBuilder& raw(std::string_view key, uint32_t type, std::string_view value) {
    metadata_ += string(key) + raw_number(type) + std::string(value);
    ++entries_;
    return *this;
  }
  GgufBuilder& text(std::string_view key, std::string_view value) { return raw(key, 8, string(value)); }
  GgufBuilder& u32(std::string_view key, uint32_t value) { return raw(key, 4, raw_number(value)); }
  GgufBuilder& f32(std::string_view key, float value) { return raw(key, 6, raw_number(value)); }
  GgufBuilder& boolean(std::string_view key, bool value) { return raw(key, 7, raw_number<uint8_t>(value)); }
  GgufBuilder& texts(std::string_view key, const std::vector<std::string>& values) {
    std::string all;
    for (const std::string& value : values) all += string(value);
    return array(key, 8, values.size(), all);
  }
  template <typename T>
  GgufBuilder& numbers(std::string_view key, uint32_t type, const std::vector<T>& values) {
    return array(key, type, values.size(), raw_bytes(values));
  }
  GgufBuilder& array(std::string_view key, uint32_t type, uint64_t count, std::string_view elements) {
    return raw(key, 9, raw_number(type) + raw_number(count) + std::string(elements));
  }

  GgufBuilder& tensor(std::string_view name, std::vector<uint64_t> dims, uint32_t type,
                      std::string_view data) {
    data_.resize((data_.size() + alignment - 1) / alignment * alignment);
    tensor_at(name, dims, type, data_.size());
    data_ += data;
    return *this;
  }
  // A tensor whose data is wherever `offset` says.
  GgufBuilder& tensor_at(std::string_view name, std::vector<uint64_t> dims, uint32_t type, uint64_t offset) {
    tensors_ += string(name) + raw_number(static_cast<uint32_t>(dims.size()));
    for (size_t i = dims.size(); i > 0; --i) tensors_ += raw_number(dims[i - 1]);
    tensors_ += raw_number(type) + raw_number(offset);
    ++tensor_count_;
    return *this;
  }

  std::string bytes() const {
    std::string file = "GGUF" + raw_number(version) + raw_number(tensor_count_ + extra_tensors) +
                       raw_number(entries_ + extra_entries) + metadata_ + tensors_;
    file.resize((file.size() + alignment - 1) / alignment * alignment);
    return file + data_;
  }

  static std::string string(std::string_view text) {
    return raw_number<uint64_t>(text.size()) + std::string(text);
  }

 private:
  std::string metadata_, tensors_, data_;
  uint64_t entries_ = 0, tensor_count_ = 0;
};

class SafetensorsBuilder {
 public:
  SafetensorsBuilder& tensor(std::string_view name, std::string_view dtype, const std::vector<int64_t>& dims,
                             std::string_view data) {
    const size_t begin = data_.size();
    data_ += data;
    return entry(fmt::format(R"("{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", name, dtype,
                             fmt::join(dims, ","), begin, data_.size()));
  }
  SafetensorsBuilder& metadata(std::string_view key, std::string_view value) {
    return entry(fmt::format(R"("__metadata__":{{"{}":"{}"}})", key, value));
  }

  std::string bytes() const { return file("{" + header_ + "}", data_); }

  // Any header and data.
  static std::string file(std::string_view header, std::string_view data) {
    return raw_number<uint64_t>(header.size()) + std::string(header) + std::string(data);
  }

 private:
  SafetensorsBuilder& entry(const std::string& text) {
    header_ += (header_.empty() ? "" : ",") + text;
    return *this;
  }

  std::string header_, data_;
};

}  // namespace fusebox
