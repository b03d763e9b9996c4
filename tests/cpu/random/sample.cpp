#include "tests/cpu/random/sample.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "fusebox/base/small_float.h"
#include "tests/cpu/random/random.h"

namespace fusebox::cpu::test {
namespace {

constexpr double kSpecialElements = 0.1;

double special_number(Random& random) {
  const double infinity = std::numeric_limits<double>::infinity();
  return random.pick({std::numeric_limits<double>::quiet_NaN(), infinity, -infinity, -0.0});
}

double one_number(const Filling& filling, bool whole, Random& random) {
  if (filling.special && random.chance(kSpecialElements)) return special_number(random);
  double step = filling.step;
  if (whole) step = std::max(1.0, step);
  if (step == 0) return filling.low + (filling.high - filling.low) * random.unit();
  const double steps = std::floor((filling.high - filling.low) / step);
  return std::min(filling.high, filling.low + step * std::floor(random.unit() * (steps + 1)));
}

}  // namespace

void append_number(std::vector<std::byte>& bytes, DType dtype, double number) {
  uint64_t bits = 0;
  if (dtype == f64)
    std::memcpy(&bits, &number, sizeof bits);
  else if (is_float(dtype))
    bits = encode_float(dtype, number);
  else if (number < 0)
    bits = static_cast<uint64_t>(number <= -0x1p63 ? std::numeric_limits<int64_t>::min()
                                                   : static_cast<int64_t>(number));
  else
    bits = dtype == i64 && number >= 0x1p63 ? uint64_t{std::numeric_limits<int64_t>::max()}
           : number >= 0x1p64               ? ~uint64_t{0}
                                            : static_cast<uint64_t>(number);
  const size_t at = bytes.size();
  bytes.resize(at + byte_size(dtype));
  std::memcpy(bytes.data() + at, &bits, byte_size(dtype));
}

double number_at(const Tensor& tensor, size_t element) {
  const DType dtype = tensor.shape.dtype;
  const std::byte* at = tensor.bytes.data() + element * byte_size(dtype);
  uint64_t bits = 0;
  std::memcpy(&bits, at, byte_size(dtype));
  if (dtype == f64) {
    double number = 0;
    std::memcpy(&number, &bits, sizeof number);
    return number;
  }
  if (is_float(dtype)) return static_cast<double>(decode_float(dtype, static_cast<uint32_t>(bits)));
  if (!is_signed_integer(dtype)) return static_cast<double>(bits);
  const int unused = 64 - info(dtype).bits;
  return static_cast<double>(static_cast<int64_t>(bits << unused) >> unused);
}

Bounds bounds_of_filling(DType dtype, const Filling& filling) {
  if (dtype == i1) return all_of(i1);
  Bounds bounds;
  // Rounding to the type may leave the interval by half a unit.
  const double slack = is_float(dtype) ? rounding(dtype) : 0;
  bounds.low = filling.low - std::fabs(filling.low) * slack;
  bounds.high = filling.high + std::fabs(filling.high) * slack;
  bounds.special = filling.special;
  if (filling.special) bounds.low = std::min(bounds.low, 0.0), bounds.high = std::max(bounds.high, 0.0);
  return bounds;
}

Tensor fill(const Shape& shape, const Filling& filling, uint64_t seed, size_t number) {
  Random random(seed * 1000003 + number);
  Tensor tensor{shape, {}};
  const bool whole = !is_float(shape.dtype);
  for (int64_t i = shape.elements(); i > 0; --i) {
    const double value =
        shape.dtype == i1 ? static_cast<double>(random.below(2)) : one_number(filling, whole, random);
    append_number(tensor.bytes, shape.dtype, value);
  }
  return tensor;
}

}  // namespace fusebox::cpu::test
