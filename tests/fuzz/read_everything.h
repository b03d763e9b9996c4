// What a user does with a checkpoint, for fuzz targets: list, find, view, expand.
#pragma once

#include <cstddef>
#include <vector>

#include "fusebox/base/weight_source.h"

namespace fusebox {

inline void read_everything(const WeightSource& source) {
  volatile std::byte sink{};
  for (const WeightInfo& weight : source.weights()) {
    const auto found = source.find(weight.name);
    if (!found || !(found->shape == weight.shape)) __builtin_trap();
    for (const std::byte byte : source.view(weight.name)) sink = byte;
    const bool is_weight =
        weight.format || (is_float(weight.shape.dtype) && !info(weight.shape.dtype).packed());
    for (const DType dtype : {weight.shape.dtype, DType::bf16}) {
      if (!is_weight && dtype != weight.shape.dtype) continue;
      std::vector<std::byte> out(static_cast<size_t>(weight.shape.elements()) * byte_size(dtype));
      source.read(weight.name, dtype, out);
    }
  }
  (void)sink;
}

}  // namespace fusebox
