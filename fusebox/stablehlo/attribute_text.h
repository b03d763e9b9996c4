// Attributes, names and strings as StableHLO text. For stablehlo itself, and for whoever compares ops by it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "fusebox/hlo/op.h"

namespace fusebox::stablehlo {

// "…" with what MLIR escapes escaped: any bytes may stand in a string.
void append_quoted(std::string& out, std::string_view text);
// @name, quoted where it is no plain identifier.
void append_symbol(std::string& out, std::string_view name);

void append_number(std::string& out, int64_t number);
// "1, 2, 3"
void append_numbers(std::string& out, std::span<const int64_t> numbers);
// "key = value" for dictionaries and properties.
void append_named(std::string& out, std::string_view name, const hlo::Attribute& value, size_t elide_above);
// "bf16, …" between the brackets of a dot's algorithm.
void append_algorithm(std::string& out, const hlo::DotAlgorithm& algorithm);
// "[b, 0, f]x[0, i, o]->[b, 0, f]"
void append_layout(std::string& out, const hlo::ConvDimensions& dims);

}  // namespace fusebox::stablehlo
