// Cost: what one execution of a kernel has to do at the least, counted from its shapes: for rooflines, and
// to tell little programs from others.
#pragma once

#include <cstdint>
#include <string>

#include "cpu/compiler/plan/kernel_spec.h"

namespace fusebox::cpu {

struct KernelCost {
  // Bytes: what is written, and of each buffer that is read what is needed of it, once.
  // Operations: per element, one for each element-wise op (an exponential, too); of products, two for each
  // multiplication, which an addition follows.
  int64_t bytes = 0, operations = 0;
  int64_t in_products = 0;  // of the operations: those that come two by two in vectors, and nothing between
  // Attention reads the filled rows of its caches only: what each of them adds, if every query meets it.
  int64_t bytes_per_row = 0, operations_per_row = 0;
  bool in_int8 = false;    // products of int8; all else counts as floats
  std::string sizes = {};  // for people: "1x576x1536 Q4_1" of a product, "1x9x64" of what is written
};

KernelCost cost_of(const KernelSpec& kernel);

}  // namespace fusebox::cpu
