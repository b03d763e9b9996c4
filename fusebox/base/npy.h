// NumPy's .npy files: one dense tensor each, to and from.
//
//   const NpyArray x = read_npy("x.npy");          // x.shape: f32[2, 4]
//   write_npy("y.npy", shape, bytes);
//
// Versions 1 to 3 of the format, little-endian, of bool, int8 to int64, uint8 to uint64, float16 to float64
// and complex64 and complex128. Arrays in Fortran's order are put into row-major order. The bytes are not
// trusted.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/shape.h"

namespace fusebox {

// A plain value: shape.bytes() bytes, row-major.
struct NpyArray {
  Shape shape;
  std::vector<std::byte> data;
};

// Errors: kNotFound, kIo; kInvalidFile with the byte for what is no .npy file, is cut short or has more than
// it says; kUnsupported for element types and byte orders that are not read.
NpyArray read_npy(const std::string& path);
// `path` is for the messages.
NpyArray decode_npy(std::vector<std::byte> bytes, std::string_view path);

// Errors: kUnsupported for a type that has no name in these files (has_npy_name), kIo. A file that cannot be
// written whole is removed.
void write_npy(const std::string& path, const Shape& shape, std::span<const std::byte> data);
std::vector<std::byte> encode_npy(const Shape& shape, std::span<const std::byte> data);

bool has_npy_name(DType dtype);

}  // namespace fusebox
