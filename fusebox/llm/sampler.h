// The sampler inside a program: logits to a token, on the device.
//
// The vocabulary is never sorted: top-k and top-p look for their threshold by bisection over the bits of a
// float, which is exact in 32 steps, and takes none while the option is off. Random bits come from (seed,
// position) alone, so a text does not depend on how it was batched, chunked or resumed. Every input has a
// leading slot axis.
#pragma once

#include "fusebox/trace/trace.h"

namespace fusebox::llm {

struct SamplerInputs {
  Tensor temperature, top_p, min_p;        // f32 [slots]
  Tensor top_k;                            // i32 [slots]
  Tensor repetition, presence, frequency;  // f32 [slots]
  Tensor seed;                             // u32 [slots, 2]: high and low half
  Tensor bias;                             // f32 [slots, vocabulary], added to the logits
  Tensor active;                           // i1 []: false where argmax is all there is to do

  static SamplerInputs spec(int64_t slots, int64_t vocabulary);
};

// How often tokens occur, i32 [slots, 2, vocabulary]: in the context before the reply, and in the reply.
inline constexpr int64_t kCountRows = 2;

// The next token, i32 [slots], of logits f32 [slots, vocabulary]; `position` i32 [slots] is where it will
// stand.
Tensor sample(const Tensor& logits, const SamplerInputs& inputs, const Tensor& counts,
              const Tensor& position);

}  // namespace fusebox::llm
