// Rotary position embedding (Su et al., 2021): pairs of features turned by an angle that grows with position.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fusebox/trace/trace.h"

namespace fusebox::nn {

// How frequencies are stretched to contexts longer than those of training; `factor` and the rest as in
// config.json's rope_scaling.
struct RotaryScaling {
  enum class Kind : uint8_t { kDefault, kLinear, kLlama3, kYarn };
  Kind kind = Kind::kDefault;
  double factor = 1;
  int64_t original_context = 0;                      // original_max_position_embeddings
  double low_freq_factor = 1, high_freq_factor = 4;  // llama3
  double beta_fast = 32, beta_slow = 1;              // yarn
  double attention_factor = 0;                       // yarn; 0: 0.1 ln(factor) + 1
  bool truncate = true;                              // yarn: whole numbers as bounds of the ramp
};

enum class RotaryPairing : uint8_t {
  kHalves,       // feature i with i + size/2: Hugging Face's row order
  kInterleaved,  // feature 2i with 2i + 1: GGUF's and the original paper's
};

struct RotaryEmbedding {
  int64_t size = 0;  // features turned, at most the head's; the rest pass through
  double theta = 10000;
  RotaryScaling scaling = {};
  std::vector<double> divisors = {};  // one per pair, where a file gives its scaling so; empty: none
  RotaryPairing pairing = RotaryPairing::kHalves;

  // The angle per position of each pair, and the factor on cos and sin (1 but for yarn). Error
  // kInvalidArgument for settings that give no finite angles: an odd size, theta or factor out of range,
  // divisors of another number.
  std::vector<double> frequencies() const;
  double magnitude() const;

  // cos and sin of the angles at these positions: integers [slots, n] → two f32 [slots, n, size / 2].
  std::pair<Tensor, Tensor> angles(const Arg& positions) const;
  // Turns x: [slots, n, heads, head_size], with what angles() returned; keeps x's dtype. For devices that
  // know it, the composite "fusebox.rotary", version 1, of x and the two, with `size` and `pairing`
  // ("halves", "interleaved").
  Tensor rotate(const Arg& x, const std::pair<Tensor, Tensor>& cos_sin) const;
};

}  // namespace fusebox::nn
