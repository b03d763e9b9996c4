#include "fusebox/llm/chunks.h"

#include <algorithm>
#include <limits>

namespace fusebox::llm {
namespace {

// Milliseconds per chunk of each size: what bench_prompts measures on an empty cache, and for the larger ones
// about a tenth more, since those come where a prompt is long and attention has more to meet.
constexpr double kCosts[] = {5.5, 19.5, 31, 104, 400};

}  // namespace

std::vector<int64_t> plan_chunks(int64_t tokens) {
  std::vector<int64_t> plan;
  for (; tokens > 2 * kLargestChunk; tokens -= kLargestChunk) plan.push_back(kLargestChunk);
  // best[n]: the least cost of n tokens, and the chunk that comes first on the way to it.
  std::vector<double> best(static_cast<size_t>(tokens) + 1, std::numeric_limits<double>::max());
  std::vector<int64_t> first(best.size(), 0);
  best[0] = 0;
  for (size_t n = 1; n < best.size(); ++n) {
    for (size_t i = 0; i < std::size(kChunkSizes); ++i) {
      const auto rest = static_cast<size_t>(std::max<int64_t>(0, static_cast<int64_t>(n) - kChunkSizes[i]));
      if (best[rest] + kCosts[i] < best[n]) best[n] = best[rest] + kCosts[i], first[n] = kChunkSizes[i];
    }
  }
  std::vector<int64_t> rest;
  for (int64_t left = tokens; left > 0; left -= first[static_cast<size_t>(left)])
    rest.push_back(first[static_cast<size_t>(left)]);
  std::sort(rest.rbegin(), rest.rend());  // only the last chunk is padded, so the smallest goes last
  plan.insert(plan.end(), rest.begin(), rest.end());
  return plan;
}

}  // namespace fusebox::llm
