// HostTensor: a tensor on the host, row-major. What goes into a Session and comes out of it.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fusebox/base/shape.h"
#include "fusebox/pjrt/buffer.h"

namespace fusebox {

// A plain value: shape and bytes (shape.bytes() of them).
struct HostTensor {
  Shape shape;
  std::vector<std::byte> data;

  static HostTensor of(Dims dims, std::span<const float> values);
  static HostTensor of(Dims dims, std::span<const int32_t> values);

  // A buffer's contents; waits for them. Error kPlugin if what makes them failed.
  static HostTensor of(const pjrt::Buffer& buffer);

  // The elements as T; Error kDTypeMismatch if T is not the type of shape.dtype.
  template <typename T>
  std::span<const T> as() const {
    check_type(dtype_of<T>());
    return {reinterpret_cast<const T*>(data.data()), data.size() / sizeof(T)};
  }
  // The elements of any float or integer type, converted. Error kUnsupported for complex ones, kShapeMismatch
  // if `data` is not what `shape` takes.
  std::vector<float> to_floats() const;

 private:
  template <typename T>
  static constexpr DType dtype_of() {
    if constexpr (std::is_same_v<T, float>)
      return DType::f32;
    else if constexpr (std::is_same_v<T, double>)
      return DType::f64;
    else if constexpr (std::is_same_v<T, int8_t>)
      return DType::i8;
    else if constexpr (std::is_same_v<T, uint8_t>)
      return DType::u8;
    else if constexpr (std::is_same_v<T, int16_t>)
      return DType::i16;
    else if constexpr (std::is_same_v<T, uint16_t>)
      return DType::u16;
    else if constexpr (std::is_same_v<T, int32_t>)
      return DType::i32;
    else if constexpr (std::is_same_v<T, uint32_t>)
      return DType::u32;
    else if constexpr (std::is_same_v<T, int64_t>)
      return DType::i64;
    else if constexpr (std::is_same_v<T, uint64_t>)
      return DType::u64;
    else
      static_assert(!sizeof(T), "no element type is read as this C++ type: take float, double or an intN_t");
  }
  void check_type(DType wanted) const;
};

// "f32[2, 2]\n[[1, 2],\n [3, 4]]"; long tensors are cut in the middle.
std::ostream& operator<<(std::ostream& out, const HostTensor& tensor);

// A program's results by name, in the order of its signature.
class Outputs {
 public:
  explicit Outputs(std::vector<std::pair<std::string, HostTensor>> tensors) : tensors_(std::move(tensors)) {}

  // Error kNotFound with the names there are.
  const HostTensor& operator[](std::string_view name) const;
  // Error kInvalidArgument with how many there are.
  const HostTensor& operator[](size_t index) const;
  size_t size() const { return tensors_.size(); }
  const std::vector<std::pair<std::string, HostTensor>>& all() const { return tensors_; }

 private:
  std::vector<std::pair<std::string, HostTensor>> tensors_;
};

std::ostream& operator<<(std::ostream& out, const Outputs& outputs);

}  // namespace fusebox
