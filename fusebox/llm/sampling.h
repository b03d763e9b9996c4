// SamplingParams: how the next token is chosen, and where its defaults come from.
//
// The order is that of Hugging Face: penalties and bias, temperature, top-k, top-p, min-p, then one draw.
// Precedence, strongest first: request, command line, the model's generation_config.json, the built-in values
// below. Each level is a SamplingOverrides: what it leaves open, the next one decides.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace fusebox::llm {

struct SamplingParams {
  float temperature = 0.8f;  // 0: the most likely token, always
  int32_t top_k = 40;        // 0: off. What is as likely as the k-th stays too,
  float top_p = 0.95f;       // 1: off; and what is as likely as the last of the nucleus
  float min_p = 0.05f;       // share of the most likely token's probability; 0: off
  // Divides the logits > 0 (multiplies those < 0) of every token in the context, prompt and reply: the window
  // is the whole context. 1: off.
  float repetition_penalty = 1;
  // Taken off the logits of tokens that the reply has, once (presence) or per occurrence (frequency); the
  // window is the whole reply. 0: off.
  float presence_penalty = 0, frequency_penalty = 0;
  std::map<int32_t, float> logit_bias = {};  // added to the logits
  std::optional<uint64_t> seed = {};         // absent: drawn, and told in the result

  // Whether a plain argmax over the logits gives the same.
  bool plain_greedy() const {
    return temperature == 0 && repetition_penalty == 1 && presence_penalty == 0 && frequency_penalty == 0 &&
           logit_bias.empty();
  }
  // Error kInvalidArgument with the first value that makes no sense, and what would.
  void validate(int64_t vocabulary) const;
};

// The same, each value present or left open.
struct SamplingOverrides {
  std::optional<float> temperature, top_p, min_p, repetition_penalty, presence_penalty, frequency_penalty;
  std::optional<int32_t> top_k;
  std::optional<std::map<int32_t, float>> logit_bias;
  std::optional<uint64_t> seed;
  std::optional<int64_t> max_tokens;
  std::optional<std::vector<std::string>> stop;

  // Fields of a request, both spellings where two are usual (repeat_penalty, max_completion_tokens); null
  // means open; other fields are ignored. Error kInvalidArgument names the field and what it wants.
  static SamplingOverrides from_request(const nlohmann::ordered_json& request);
  // Hugging Face's generation_config.json: do_sample false means temperature 0.
  static SamplingOverrides from_generation_config(const nlohmann::ordered_json& config);

  // Fills what is open here from `weaker`.
  SamplingOverrides over(const SamplingOverrides& weaker) const;
  SamplingParams resolve() const;
};

}  // namespace fusebox::llm
