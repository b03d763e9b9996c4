// Action: a step as it is executed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cpu/blob.h"

namespace fusebox::cpu {

struct Action {
  Step::Kind kind = Step::Kind::kKernel;
  bool meet = true;    // wait for the other threads first
  bool alone = false;  // the first thread's: the others pass
  uint32_t index = 0;  // of the kernel in Blob::kernels
  Kernel kernel = nullptr;
  int64_t items = 1, grain = 1;
  size_t buffers = 0;  // where its addresses begin in the table
  std::vector<std::vector<Action>> blocks;
};

// The share of thread `thread` of `threads`: the chunks of `grain` items, divided evenly; the first thread is
// never left out.
struct Share {
  int64_t begin, end;
};
inline Share share_of(int64_t items, int64_t grain, int thread, int threads) {
  const int64_t chunks = items / grain + (items % grain != 0 ? 1 : 0);
  const int64_t each = chunks / threads, more = chunks % threads;  // the first `more` threads do one more
  const int64_t first = each * thread + (thread < more ? thread : more);
  const int64_t last = first + each + (thread < more ? 1 : 0);
  const auto end_of = [&](int64_t chunk) { return chunk == chunks ? items : chunk * grain; };
  return {end_of(first), end_of(last)};
}

// Whether one thread does all of it.
bool is_for_one(std::span<const Action> actions);

// Translates steps; `kernels` are the addresses of the blob's kernels. Appends the buffers of all steps to
// `table`. Drops the meetings that nobody needs: where only the first thread has worked since the last one,
// and it is the first thread's turn again.
std::vector<Action> to_actions(const std::vector<Step>& steps, std::span<const Kernel> kernels,
                               std::vector<uint32_t>& table);

}  // namespace fusebox::cpu
