// Numbers and constants as StableHLO text. Inside stablehlo only.
#pragma once

#include <string>

#include "fusebox/hlo/op.h"

namespace fusebox::stablehlo {

// "tensor<2x3xf32>", "!stablehlo.token".
void append_type(std::string& out, const Shape& shape);

// The shortest decimal that reads back as the same f64: "0.1", "1.0e+20"; 0x and its bits for NaN and
// infinities.
void append_f64(std::string& out, double value);

// "dense<[1.0, 2.0]>", without the type. Constants of more than 100 elements are one string of raw bytes; i1
// ones stay lists, because readers of other versions pack their bits or not. More than elide_above (not 0)
// elements are left out: "dense<…>".
void append_dense(std::string& out, const hlo::Literal& literal, size_t elide_above);

}  // namespace fusebox::stablehlo
