// Workers: processes that check programs, so that all cores have work, and that a crash, be it ours or XLA's,
// is one program's.
#pragma once

#include <cstdint>
#include <functional>

#include "tests/cpu/random/check.h"

namespace fusebox::cpu::test {

struct Work {
  uint64_t first = 1;
  size_t count = 300;
  double seconds = 1e9;  // no new program after so long
  int workers = 1;
};

struct WorkDone {
  uint64_t seed;
  Verdict::Kind kind;
};

// Calls `one` for each seed in some worker, which writes what people should read. A program that ends a
// worker, or that takes it ten minutes, is wrong. `done` hears of each in this process, in any order, and
// says whether to go on.
void share_out(const Work& work, const std::function<Verdict::Kind(uint64_t seed)>& one,
               const std::function<bool(const WorkDone&)>& done);

}  // namespace fusebox::cpu::test
