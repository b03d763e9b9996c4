// Handmade programs by name, for tests of whatever runs programs.
//
//   add N         (f32[N] a, f32[N] b) -> a + b
//   add_into N    the same; takes over a's memory
//   take N        the same; a may be donated, to no result in particular
//   shift N K     (i32[N] x) -> x, moved by one place and incremented, K times; grains of 4
//   count N K     () -> i32[N], incremented in a loop of K rounds; grains of 4
//   choose        (i32 which) -> 10, 20 or 30 by a case of three branches, twice that in an if: which < 1
//   many N        (f32[4] a, …, f32[4] z) of N parameters -> a + z
//   threads N     () -> i32[N], the thread that did each item; grain 1
#pragma once

#include <string>

#include "cpu/blob.h"

namespace fusebox::cpu::test {

// std::invalid_argument for text that is none of the above.
Blob make_program(const std::string& text, const std::string& level);

}  // namespace fusebox::cpu::test
