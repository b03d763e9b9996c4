// CPU levels: the named sets of instructions that programs are compiled for.
//
//   x86-64        SSE2: every 64-bit x86
//   v3            AVX2, FMA, F16C, BMI
//   v3-vnni       v3 with dot products of int8 in 256 bits (AVX-VNNI)
//   v4            v3 with AVX-512 F, BW, CD, DQ, VL
//   v4-vnni       v4 with dot products of int8
//   v4-vnni-bf16  v4-vnni with dot products of bf16
//
//   aarch64            NEON: every 64-bit ARM
//   aarch64-dotprod    arithmetic in f16, dot products of int8
//   aarch64-i8mm-bf16  matrix products of int8 and bf16
#pragma once

#include <span>
#include <string_view>

namespace fusebox::cpu {

// The levels of the architecture that this was built for; each stands behind those that it contains.
std::span<const std::string_view> cpu_levels();

// This machine's best level. FUSEBOX_CPU_LEVEL, read once, chooses another one, so that tests can play an
// older machine; Error kInvalidArgument, with the levels there are, if it names none, or one that this
// machine lacks.
std::string_view cpu_level();

// Whether code for that level runs at cpu_level(): whether that contains it.
bool runs_here(std::string_view level);

}  // namespace fusebox::cpu
