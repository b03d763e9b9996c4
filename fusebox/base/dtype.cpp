#include "fusebox/base/dtype.h"

#include <array>

namespace fusebox {
namespace {

constexpr std::array kRows = {
#define FUSEBOX_ROW(name, text, pjrt, bits, kind, exponent, mantissa) \
  DTypeInfo{DType::name, text, pjrt, bits, DTypeClass::kind, exponent, mantissa},
    FUSEBOX_DTYPES(FUSEBOX_ROW)
#undef FUSEBOX_ROW
};

}  // namespace

const DTypeInfo& info(DType dtype) { return kRows[static_cast<size_t>(dtype)]; }

std::optional<DType> dtype_from_name(std::string_view name) {
  for (const DTypeInfo& row : kRows)
    if (row.name == name) return row.dtype;
  return std::nullopt;
}

std::optional<DType> dtype_from_pjrt(int pjrt_type) {
  for (const DTypeInfo& row : kRows)
    if (row.pjrt_type == pjrt_type) return row.dtype;
  return std::nullopt;
}

}  // namespace fusebox
