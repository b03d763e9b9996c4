#include "fusebox/runtime/host_tensor.h"

#include <fmt/format.h>

#include <cstring>
#include <ostream>

#include "fusebox/base/error.h"
#include "fusebox/base/nearest_names.h"
#include "fusebox/base/small_float.h"

namespace fusebox {
namespace {

template <typename T>
HostTensor copied(Dims dims, DType dtype, std::span<const T> values) {
  HostTensor tensor{{std::move(dims), dtype}, {}};
  const auto bytes = std::as_bytes(values);
  if (tensor.shape.bytes() != static_cast<int64_t>(bytes.size()))
    throw Error(ErrorKind::kShapeMismatch,
                fmt::format("got {} values, want {}", values.size(), to_string(tensor.shape.dims)))
        .op("HostTensor");
  tensor.data.assign(bytes.begin(), bytes.end());
  return tensor;
}

template <typename T>
double value_at(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return static_cast<double>(value);
}

// A HostTensor is a plain struct: nothing else keeps its two halves together.
void check_size(const HostTensor& tensor) {
  if (static_cast<int64_t>(tensor.data.size()) != tensor.shape.bytes())
    throw Error(ErrorKind::kShapeMismatch,
                fmt::format("{} has {} bytes of data, want {}", to_string(tensor.shape), tensor.data.size(),
                            tensor.shape.bytes()))
        .op("HostTensor");
}

double element(const HostTensor& tensor, size_t index) {
  const DType dtype = tensor.shape.dtype;
  const std::byte* at = tensor.data.data() + index * byte_size(dtype);
  switch (dtype) {
    case DType::f64: return value_at<double>(at);
    case DType::i8: return value_at<int8_t>(at);
    case DType::i16: return value_at<int16_t>(at);
    case DType::i32: return value_at<int32_t>(at);
    case DType::i64: return value_at<int64_t>(at);
    case DType::u16: return value_at<uint16_t>(at);
    case DType::u32: return value_at<uint32_t>(at);
    case DType::u64: return value_at<uint64_t>(at);
    default: break;
  }
  if (is_float(dtype)) {
    float value = 0;
    decode_floats(dtype, {at, byte_size(dtype)}, {&value, 1});
    return value;
  }
  if (is_complex(dtype)) throw Error(ErrorKind::kUnsupported, "complex elements are not converted to floats");
  return value_at<uint8_t>(at);
}

// Writes one level of brackets; of more than `kShown` elements the middle ones are left out.
void print(std::ostream& out, const HostTensor& tensor, size_t axis, size_t first, size_t stride) {
  constexpr int64_t kShown = 16, kEdge = 4;
  if (axis == tensor.shape.dims.size()) {
    out << fmt::format("{:.6g}", element(tensor, first));
    return;
  }
  const int64_t size = tensor.shape.dims[axis];
  const size_t inner = size == 0 ? 0 : stride / static_cast<size_t>(size);
  const bool last = axis + 1 == tensor.shape.dims.size();
  out << '[';
  for (int64_t i = 0; i < size; ++i) {
    if (i > 0) out << (last ? ", " : ",\n" + std::string(axis + 1, ' '));
    if (size > kShown && i == kEdge) {
      out << "…";
      i = size - kEdge - 1;
      continue;
    }
    print(out, tensor, axis + 1, first + static_cast<size_t>(i) * inner, inner);
  }
  out << ']';
}

}  // namespace

HostTensor HostTensor::of(Dims dims, std::span<const float> values) {
  return copied(std::move(dims), f32, values);
}
HostTensor HostTensor::of(Dims dims, std::span<const int32_t> values) {
  return copied(std::move(dims), i32, values);
}

HostTensor HostTensor::of(const pjrt::Buffer& buffer) {
  HostTensor tensor{buffer.shape(), {}};
  tensor.data.resize(static_cast<size_t>(tensor.shape.bytes()));
  buffer.to_host(tensor.data).await();
  return tensor;
}

void HostTensor::check_type(DType wanted) const {
  if (shape.dtype != wanted)
    throw Error(ErrorKind::kDTypeMismatch,
                fmt::format("got {}, asked for {}", to_string(shape), name(wanted)))
        .op("HostTensor");
}

std::vector<float> HostTensor::to_floats() const {
  check_size(*this);
  std::vector<float> values(static_cast<size_t>(shape.elements()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(element(*this, i));
  return values;
}

std::ostream& operator<<(std::ostream& out, const HostTensor& tensor) {
  check_size(tensor);
  out << to_string(tensor.shape) << '\n';
  print(out, tensor, 0, 0, static_cast<size_t>(tensor.shape.elements()));
  return out;
}

const HostTensor& Outputs::operator[](std::string_view name) const {
  std::vector<std::string_view> names;
  for (const auto& [known, tensor] : tensors_) {
    if (known == name) return tensor;
    names.push_back(known);
  }
  throw Error(ErrorKind::kNotFound, fmt::format("no output named '{}'{}", name, did_you_mean(name, names)));
}

const HostTensor& Outputs::operator[](size_t index) const {
  if (index < tensors_.size()) return tensors_[index].second;
  throw Error(ErrorKind::kInvalidArgument, fmt::format("no output {}: there are {}", index, tensors_.size()));
}

std::ostream& operator<<(std::ostream& out, const Outputs& outputs) {
  for (const auto& [name, tensor] : outputs.all()) out << name << ": " << tensor << '\n';
  return out;
}

}  // namespace fusebox
