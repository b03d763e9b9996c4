#include "fusebox/trace/limits.h"

#include <limits>

#include "fusebox/base/error.h"

namespace fusebox {
namespace {

// The greatest value of the float types that have no infinity.
double greatest_finite(DType dtype) {
  switch (dtype) {
    case DType::f4e2m1fn: return 6;
    case DType::f6e2m3fn: return 7.5;
    case DType::f6e3m2fn: return 28;
    case DType::f8e4m3fn: return 448;
    case DType::f8e4m3fnuz: return 240;
    case DType::f8e4m3b11fnuz: return 30;
    case DType::f8e5m2fnuz: return 57344;
    case DType::f8e8m0fnu: return 0x1p127;
    default: return std::numeric_limits<double>::infinity();
  }
}

}  // namespace

Scalar highest(DType dtype) {
  const DTypeInfo& row = info(dtype);
  switch (row.kind) {
    case DTypeClass::kBool: return {true};
    case DTypeClass::kSigned: return {std::numeric_limits<int64_t>::max() >> (64 - row.bits)};
    case DTypeClass::kUnsigned: return {std::numeric_limits<uint64_t>::max() >> (64 - row.bits)};
    case DTypeClass::kFloat: return {greatest_finite(dtype)};
    default:
      throw Error(ErrorKind::kDTypeMismatch, "got " + std::string(row.name) + ", want an ordered type");
  }
}

Scalar lowest(DType dtype) {
  const DTypeInfo& row = info(dtype);
  switch (row.kind) {
    case DTypeClass::kBool: return {false};
    case DTypeClass::kSigned: return {std::numeric_limits<int64_t>::min() >> (64 - row.bits)};
    case DTypeClass::kUnsigned: return {uint64_t{0}};
    case DTypeClass::kFloat: return {dtype == f8e8m0fnu ? 0x1p-127 : -greatest_finite(dtype)};
    default:
      throw Error(ErrorKind::kDTypeMismatch, "got " + std::string(row.name) + ", want an ordered type");
  }
}

}  // namespace fusebox
