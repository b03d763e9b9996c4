// generate: a reply to a prompt, token by token.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/llm/sampling.h"
#include "fusebox/llm/sequence.h"

namespace fusebox::llm {

struct GenerateOptions {
  SamplingParams sampling = {};
  int64_t max_tokens = -1;             // of the reply; -1: as many as the context has room for
  std::vector<std::string> stop = {};  // the reply ends before the first of these
  int logprobs = -1;  // for each token: its log-probability and those of this many best; -1: none
  const std::atomic<bool>* cancelled = nullptr;  // looked at between steps
};

struct TokenLogprob {
  int32_t token = 0;
  float logprob = 0;
};

// A token of the reply, in order. `text` is what has become certain with it: whole characters, nothing of a
// stop string, often empty; with the last token comes all that was held back.
struct ReplyToken {
  int32_t token = 0;
  std::string_view text;
  std::optional<float> logprob;
  std::vector<TokenLogprob> best;
};

// Called on the thread of generate() while the device computes the next token; returns whether to go on. Once
// it has said no, it is called no more.
using TokenCallback = std::function<bool(const ReplyToken&)>;

enum class FinishReason : uint8_t {
  kStop,       // the model ended its reply, or a stop string came
  kLength,     // max_tokens, or the context is full
  kCancelled,  // by the flag or the callback
};
std::string_view name(FinishReason reason);  // "stop", "length", "cancelled"

struct ReplyTimings {
  double prefill_ms = 0;         // until the first token was there
  double decode_ms = 0;          // from then to the last
  double tokens_per_second = 0;  // of the tokens after the first
  size_t reused = 0;             // tokens of the prompt that the sequence held already
};

struct Reply {
  std::string text;
  std::vector<int32_t> tokens;       // with the token that ended it, if the model did
  std::vector<ReplyToken> logprobs;  // one per token if asked for; their texts are empty
  FinishReason finish_reason = FinishReason::kStop;
  uint64_t seed = 0;
  ReplyTimings timings;
};

// Makes `sequence` hold `prompt` (what it shares with the start of the prompt is kept, the rest is forgotten
// and fed anew) and samples a reply. Afterwards the sequence holds the prompt and the reply as far as it was
// fed. Errors: kContextOverflow with both numbers, kInvalidArgument for an empty prompt, tokens that the
// model has not or options out of range; then the sequence is as it was. What `on_token` throws goes through,
// and the sequence holds what it was fed.
Reply generate(Sequence& sequence, const std::vector<int32_t>& prompt, const GenerateOptions& options,
               const TokenCallback& on_token);

}  // namespace fusebox::llm
