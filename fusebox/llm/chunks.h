// Cutting a prompt into chunks that the compiled programs take.
#pragma once

#include <cstdint>
#include <vector>

namespace fusebox::llm {

// Tokens per chunk of the programs there are; 1 is the decode step.
inline constexpr int64_t kChunkSizes[] = {1, 16, 32, 48, 80, 128, 256, 512};
inline constexpr int64_t kLargestChunk = 512;

// What a chunk's rows without a token cost: about as much as the others, or little, where the device passes
// over rows of zeros in its products.
enum class Padding { kComputed, kSkipped };

// The chunk sizes, in order, that process `tokens` tokens at the least cost; the last may be padded. Costs
// are those measured on our own CPU plugin with SmolLM2-135M in Q4_1 on two cores: a fixed table, so that
// the same prompt is always cut in the same way and a text does not depend on the machine's mood.
std::vector<int64_t> plan_chunks(int64_t tokens, Padding padding);

}  // namespace fusebox::llm
