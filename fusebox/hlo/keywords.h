// The enum attributes of StableHLO: their types and values, and one function per type that makes a Keyword.
//
//   b.create(OpCode::compare, {x, y}, {{"comparison_direction", comparison_direction("LT")}});
#pragma once

#include <span>
#include <string_view>

#include "fusebox/hlo/op.h"

namespace fusebox::hlo {

// The values of a keyword type, such as "comparison_direction"; empty if there is no such type.
std::span<const std::string_view> keyword_values(std::string_view type);

#define FUSEBOX_KEYWORD(type) \
  inline Keyword type(std::string_view value) { return {#type, std::string(value)}; }
FUSEBOX_KEYWORD(comparison_direction)  // EQ NE GE GT LE LT
FUSEBOX_KEYWORD(comparison_type)       // FLOAT TOTALORDER SIGNED UNSIGNED
FUSEBOX_KEYWORD(precision)             // DEFAULT HIGH HIGHEST
FUSEBOX_KEYWORD(rng_algorithm)         // DEFAULT THREE_FRY PHILOX
FUSEBOX_KEYWORD(rng_distribution)      // UNIFORM NORMAL
FUSEBOX_KEYWORD(fft_type)              // FFT IFFT RFFT IRFFT
FUSEBOX_KEYWORD(transpose)             // NO_TRANSPOSE TRANSPOSE ADJOINT
#undef FUSEBOX_KEYWORD

}  // namespace fusebox::hlo
