#include "fusebox/llm/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "fusebox/base/error.h"
#include "fusebox/llm/chunks.h"
#include "fusebox/llm/stop_strings.h"

namespace fusebox::llm {
namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

// 53 bits: a seed that is told must survive readers of JSON whose numbers are doubles.
uint64_t random_seed() {
  std::random_device device;
  return (uint64_t{device()} << 32 | device()) >> 11;
}

// The prompt's beginning that the sequence holds; one token at least is left to be fed.
size_t shared_length(std::span<const int32_t> held, const std::vector<int32_t>& prompt) {
  const size_t most = std::min(held.size(), prompt.size() - 1);
  return static_cast<size_t>(
      std::mismatch(held.begin(), held.begin() + static_cast<ptrdiff_t>(most), prompt.begin()).first -
      held.begin());
}

// Log-probabilities under the model's own distribution: before temperature, penalties and cuts.
void add_logprobs(ReplyToken& token, const std::vector<float>& logits, int best) {
  const float top = *std::max_element(logits.begin(), logits.end());
  double total = 0;
  for (const float logit : logits) total += std::exp(static_cast<double>(logit - top));
  const double norm = static_cast<double>(top) + std::log(total);
  const auto logprob = [&](int32_t id) {
    return static_cast<float>(static_cast<double>(logits[static_cast<size_t>(id)]) - norm);
  };
  token.logprob = logprob(token.token);
  std::vector<int32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto count = std::min(static_cast<ptrdiff_t>(best), static_cast<ptrdiff_t>(ids.size()));
  std::partial_sort(ids.begin(), ids.begin() + count, ids.end(), [&](int32_t a, int32_t b) {
    const float x = logits[static_cast<size_t>(a)], y = logits[static_cast<size_t>(b)];
    return x > y || (x == y && a < b);
  });
  for (ptrdiff_t i = 0; i < count; ++i)
    token.best.push_back({ids[static_cast<size_t>(i)], logprob(ids[static_cast<size_t>(i)])});
}

// One reply under way.
class Generation {
 public:
  Generation(Sequence& sequence, const GenerateOptions& options, const TokenCallback& on_token)
      : sequence_(sequence),
        model_(*sequence.model()),
        options_(options),
        on_token_(on_token),
        decoder_(model_.tokenizer(), true),
        stop_(options.stop) {
    reply_.seed = options.sampling.seed ? *options.sampling.seed : random_seed();
  }

  Reply run(const std::vector<int32_t>& prompt) {
    const auto begin = Clock::now();
    const size_t shared = shared_length(sequence_.tokens(), prompt);
    reply_.timings.reused = shared;
    sequence_.set_sampling(options_.sampling, reply_.seed, prompt);  // first: it checks
    sequence_.rewind(shared);
    const bool fed = sequence_.feed(std::span(prompt).subspan(shared), options_.cancelled);
    first_token_ = Clock::now();
    room_ = model_.context() - static_cast<int64_t>(prompt.size());
    if (options_.max_tokens >= 0) room_ = std::min(room_, options_.max_tokens);
    if (!fed)
      reply_.finish_reason = FinishReason::kCancelled;
    else if (room_ <= 0)
      reply_.finish_reason = FinishReason::kLength;
    else
      decode();
    const auto end = Clock::now();
    reply_.timings.prefill_ms = milliseconds(begin, first_token_);
    reply_.timings.decode_ms = milliseconds(first_token_, end);
    if (reply_.tokens.size() > 1)
      reply_.timings.tokens_per_second =
          static_cast<double>(reply_.tokens.size() - 1) * 1000 / std::max(reply_.timings.decode_ms, 1e-3);
    return std::move(reply_);
  }

 private:
  // Each round learns a token and, unless that ends the reply, starts the next step before it does anything
  // else: text, callback and output cost the device no time.
  void decode() {
    for (;;) {
      ReplyToken token;
      token.token = sequence_.sampled();
      if (reply_.tokens.empty()) first_token_ = Clock::now();
      if (options_.logprobs >= 0) add_logprobs(token, sequence_.logits(), options_.logprobs);
      reply_.tokens.push_back(token.token);
      const bool ended = model_.ends_reply(token.token);
      const bool full = static_cast<int64_t>(reply_.tokens.size()) >= room_;
      const bool cancelled = options_.cancelled && *options_.cancelled;
      const bool last = ended || full || cancelled;
      if (!last) sequence_.advance(token.token);
      std::string text = ended ? std::string() : stop_.push(decoder_.push(token.token));
      if (last) text += rest();
      const bool wanted = report(std::move(token), text);
      if (ended || stop_.stopped()) return finish(FinishReason::kStop);
      if (!wanted) return finish(FinishReason::kCancelled);
      if (full) return finish(FinishReason::kLength);  // whole, even if cancelled just now
      if (cancelled) return finish(FinishReason::kCancelled);
    }
  }

  // Hands the token on; false if the callback wants no more.
  bool report(ReplyToken token, const std::string& text) {
    reply_.text += text;
    token.text = text;
    const bool wanted = !on_token_ || on_token_(token);
    token.text = {};
    if (options_.logprobs >= 0) reply_.logprobs.push_back(std::move(token));
    return wanted;
  }

  // What the decoder and the stop strings still hold back.
  std::string rest() {
    std::string text = stop_.push(decoder_.finish());
    return text + stop_.finish();
  }

  void finish(FinishReason reason) {
    reply_.finish_reason = reason;
    reply_.text += rest();
  }

  Sequence& sequence_;
  LanguageModel& model_;
  const GenerateOptions& options_;
  const TokenCallback& on_token_;
  text::StreamDecoder decoder_;
  StopStrings stop_;
  Reply reply_;
  Clock::time_point first_token_;
  int64_t room_ = 0;
};

}  // namespace

std::string_view name(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop: return "stop";
    case FinishReason::kLength: return "length";
    case FinishReason::kCancelled: return "cancelled";
  }
  return "";
}

Reply generate(Sequence& sequence, const std::vector<int32_t>& prompt, const GenerateOptions& options,
               const TokenCallback& on_token) {
  LanguageModel& model = *sequence.model();
  options.sampling.validate(model.sizes().vocabulary);
  if (prompt.empty()) throw Error(ErrorKind::kInvalidArgument, "the prompt has no tokens").op("generate");
  if (static_cast<int64_t>(prompt.size()) >= model.context())
    throw Error(ErrorKind::kContextOverflow,
                fmt::format("the prompt has {} tokens, the context {}: no room for a reply", prompt.size(),
                            model.context()))
        .hint("shorten the prompt, or raise --context if the model allows more");
  return Generation(sequence, options, on_token).run(prompt);
}

}  // namespace fusebox::llm
