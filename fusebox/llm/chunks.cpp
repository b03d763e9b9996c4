#include "fusebox/llm/chunks.h"

#include <algorithm>
#include <array>
#include <limits>

namespace fusebox::llm {
namespace {

// Milliseconds on an empty cache, as bench_prompts measures them: of a chunk that is full, and how much less
// each row of padding costs than one with a token.
struct ChunkCost {
  double full, saved;
};
constexpr ChunkCost kCosts[] = {{5.4, 0},    {16.4, 0.4},  {23.7, 0.38}, {31.2, 0.38},
                                {46.8, 0.4}, {70.9, 0.42}, {144, 0.46},  {309, 0.49}};
constexpr size_t kSizes = std::size(kChunkSizes);
static_assert(std::size(kCosts) == kSizes);

// Of each pair of tokens in two chunks, which meet in attention.
constexpr double kPairCost = 0.00047;

double cost_of(size_t size, int64_t tokens, Padding padding) {
  const double saved = padding == Padding::kSkipped ? kCosts[size].saved : 0;
  return kCosts[size].full - saved * static_cast<double>(kChunkSizes[size] - tokens);
}

struct Best {
  double cost = std::numeric_limits<double>::max();
  size_t first = 0;  // the largest chunk, which goes first: an index of kChunkSizes
};

}  // namespace

std::vector<int64_t> plan_chunks(int64_t tokens, Padding padding) {
  std::vector<int64_t> plan;
  for (; tokens > 2 * kLargestChunk; tokens -= kLargestChunk) plan.push_back(kLargestChunk);
  // best[n][i]: of n tokens in chunks of the sizes up to kChunkSizes[i].
  std::vector<std::array<Best, kSizes>> best(static_cast<size_t>(tokens) + 1);
  best[0].fill({0, 0});
  for (int64_t n = 1; n <= tokens; ++n) {
    auto& of_n = best[static_cast<size_t>(n)];
    for (size_t i = 0; i < kSizes; ++i) {
      if (i > 0) of_n[i] = of_n[i - 1];
      const int64_t taken = std::min(n, kChunkSizes[i]), left = n - taken;
      const double pairs = static_cast<double>(taken) * static_cast<double>(left);
      const double cost =
          cost_of(i, taken, padding) + kPairCost * pairs + best[static_cast<size_t>(left)][i].cost;
      if (cost < of_n[i].cost) of_n[i] = {cost, i};
    }
  }
  for (size_t i = kSizes - 1; tokens > 0; tokens -= std::min(tokens, kChunkSizes[i])) {
    i = best[static_cast<size_t>(tokens)][i].first;
    plan.push_back(kChunkSizes[i]);
  }
  return plan;
}

}  // namespace fusebox::llm
