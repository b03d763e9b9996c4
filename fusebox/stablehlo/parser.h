// parse(): StableHLO text as a program in memory; the other way round of print().
//
//   const hlo::Program program = stablehlo::parse(text, {.file = "model.mlir"});
//
// Takes what print() writes, what JAX and other exporters write (pretty and generic forms, aliases,
// locations) and what people write by hand: one module, or functions without one. The bytes are not trusted:
// sizes, numbers and nesting are checked before they are believed, and time and memory stay linear in the
// text. The program that comes back has passed hlo::verify.
//
// What stays: functions, ops, constants bit for bit, attributes that an op's row in op_table.def names,
// attributes of other dialects ("mhlo.sharding") on ops, donated arguments (tf.aliasing_output,
// jax.buffer_donor), the names in locations (as Location::scope). What goes: the module's and functions' own
// attributes, files and lines in locations, the widths of integer and float attributes, attributes of ops
// that neither their row nor a dialect names, everything of the Shardy dialect but attributes of ops.
//
// Ops of the dialects chlo and check become custom calls of that name, with what is no operand in
// backend_config: "chlo.top_k(%x, k = 2)" is custom_call @chlo.top_k(%x) {backend_config = {k = 2 : i64}}.
//
// Mistakes are an Error that starts with FILE:LINE:COLUMN and shows the line with a caret:
//
//   [add] model.mlir:3:10: got f32[2] and f32[3], want equal shapes
//       %0 = stablehlo.add %x, %y : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
//            ^
//
// Kinds: kInvalidFile for text that is no StableHLO, kUnsupported for what programs in memory cannot hold
// (dynamic sizes, quantized types, tuples, branches between blocks, other dialects), and those of hlo's
// rules.
#pragma once

#include <string_view>

#include "fusebox/hlo/program.h"

namespace fusebox::stablehlo {

struct ParseOptions {
  std::string_view file = "program";  // what messages call the text
};

// Nothing of `text` is referred to once this returns. Any thread.
hlo::Program parse(std::string_view text, const ParseOptions& options = {});

}  // namespace fusebox::stablehlo
