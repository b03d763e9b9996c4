// passes: a program becomes a simpler one that computes the same. One file per pass; pipeline.cpp lists them
// in order. Each is known by its name, can be skipped and timed by it, and leaves a program that verifies.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "fusebox/hlo/program.h"

namespace fusebox::cpu {

struct Pass {
  std::string_view name;
  void (*run)(hlo::Program& program);
};

// In the order in which they run.
std::span<const Pass> all_passes();

// Runs all but those that are named, and says of each when it is over.
void run_passes(hlo::Program& program, std::span<const std::string> disabled,
                const std::function<void(std::string_view pass)>& over);

// Products with low-bit weights become calls of their kernels: dot_general of fusebox.int8_blocks and
// fusebox.expand.
void use_block_kernels(hlo::Program& program);
// Attention over a cache becomes calls of its kernels: fusebox.attention.
void use_attention_kernels(hlo::Program& program);
// Replaces calls, and composites that no kernel knows, by the body of the function that they name. After it
// `main` is the only function.
void inline_calls(hlo::Program& program);
// Puts the operands of optimization barriers in place of their results: nothing moves across them here
// anyway.
void drop_barriers(hlo::Program& program);
// bitcast_convert between types of different widths becomes shifts of integers: each element is then made
// from elements at places of their own.
void spell_out_bitcasts(hlo::Program& program);
// Convolutions become products of matrices: their windows are gathered row by row.
void spell_out_convolutions(hlo::Program& program);
// What changes nothing goes, one op does what two did, and constants are where they are used: x + 0 becomes
// x.
void canonicalize(hlo::Program& program);
// Integers that are known become constants: each is one element, whatever its shape, so that nothing grows.
void fold_constants(hlo::Program& program);
// Equal ops on equal operands become one, block by block.
void eliminate_common_subexpressions(hlo::Program& program);
// The plain form of attention becomes a call of its kernel: softmax of a product of queries and keys, by
// values.
void use_plain_attention_kernels(hlo::Program& program);
// The plain form of softmax becomes a call of its kernel: e / sum(e) with e = exp(x - max(x)), along rows.
void use_softmax_kernels(hlo::Program& program);
// Products read operands as they lie, and write results as they are wanted: transposes next to them go, where
// that costs no vectors.
void choose_layouts(hlo::Program& program);
// Removes ops whose results nobody uses; calls stay.
void eliminate_dead_code(hlo::Program& program);

// A long reduction to few elements becomes one of its parts and one of what those give, for all threads to
// share.
void split_long_reductions(hlo::Program& program);

}  // namespace fusebox::cpu
