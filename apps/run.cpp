// fusebox run: requests to replies, one after the other.
#include <memory>
#include <optional>

#include "apps/command.h"
#include "apps/interrupt.h"
#include "apps/json_lines.h"
#include "apps/model_flags.h"
#include "apps/request.h"
#include "apps/sampling_flags.h"
#include "fusebox/base/error.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kHelp =
    R"(  echo '{"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 50}' | fusebox run model.gguf
  echo '{"prompt": "The capital of France is", "temperature": 0}' | fusebox run model.gguf

One request per line: "messages" (for the model's chat template; "tools", "documents" and
"chat_template_kwargs" are passed on to it) or "prompt" (plain text), and max_tokens, temperature, top_k,
top_p, min_p, repetition_penalty, presence_penalty, frequency_penalty, logit_bias, seed, stop, logprobs
(true, or how many of the best tokens to list: 0 to 20). What a request leaves open the flags decide, then the
model's generation_config.json, then the defaults below.

One answer per line: text, prompt_tokens, tokens, finish_reason (stop, length, cancelled), seed, logprobs,
timings; or {"error": …}, and the next request is served. A line may have 64 MiB.)";

ordered_json to_json(const std::vector<llm::ReplyToken>& tokens, const text::Tokenizer& tokenizer) {
  const auto row = [&](int32_t token, float logprob) {
    return ordered_json{
        {"token", token}, {"text", tokenizer.decode(std::span(&token, 1))}, {"logprob", rounded(logprob, 6)}};
  };
  ordered_json list = ordered_json::array();
  for (const llm::ReplyToken& token : tokens) {
    ordered_json item = row(token.token, token.logprob.value_or(0));
    item["top"] = ordered_json::array();
    for (const llm::TokenLogprob& best : token.best) item["top"].push_back(row(best.token, best.logprob));
    list.push_back(std::move(item));
  }
  return list;
}

// Replies to requests with one sequence, so that a prompt which begins as the last one did is not fed again.
class Replies {
 public:
  Replies(std::shared_ptr<llm::LanguageModel> model, const llm::SamplingOverrides& flags)
      : model_(std::move(model)), flags_(flags), sequence_(model_) {}

  ordered_json answer(const ordered_json& json, Clock::time_point read) {
    Request request = read_request(json, *model_, flags_);
    const double before_ms = std::chrono::duration<double, std::milli>(Clock::now() - read).count();
    const llm::Reply reply = generate(request);
    return to_json(request, reply, before_ms);
  }
  // Whether Ctrl-C ended the last reply.
  const bool& interrupted() const { return interrupted_; }

 private:
  llm::Reply generate(Request& request) {
    const Interruptible interruptible;
    request.options.cancelled = interruptible.flag();
    if (!sequence_) sequence_.emplace(model_);
    try {
      llm::Reply reply = llm::generate(*sequence_, request.prompt, request.options, nullptr);
      interrupted_ = interruptible.interrupted();
      return reply;
    } catch (const Error& error) {
      // Refused before anything was done, or the device failed and nobody knows what the cache holds.
      if (error.kind() != ErrorKind::kInvalidArgument && error.kind() != ErrorKind::kContextOverflow)
        sequence_.reset();
      throw;
    }
  }

  ordered_json to_json(const Request& request, const llm::Reply& reply, double before_ms) const {
    ordered_json json = {{"text", reply.text},
                         {"prompt_tokens", request.prompt},
                         {"tokens", reply.tokens},
                         {"finish_reason", llm::name(reply.finish_reason)},
                         {"seed", reply.seed}};
    if (request.options.logprobs >= 0) json["logprobs"] = apps::to_json(reply.logprobs, *model_->tokenizer());
    const llm::ReplyTimings& timings = reply.timings;
    json["timings"] = {{"prefill_ms", rounded(timings.prefill_ms)},
                       {"decode_ms", rounded(timings.decode_ms)},
                       {"ttft_ms", rounded(before_ms + timings.prefill_ms)},
                       {"tokens_per_second", rounded(timings.tokens_per_second)},
                       {"reused_tokens", timings.reused}};
    return json;
  }

  std::shared_ptr<llm::LanguageModel> model_;
  llm::SamplingOverrides flags_;
  std::optional<llm::Sequence> sequence_;
  bool interrupted_ = false;
};

struct Flags {
  ModelFlags model;
  SamplingFlags sampling;
};

int run(const Flags& flags) {
  StageReport stages;
  const std::shared_ptr<llm::LanguageModel> model = flags.model.open(stages, {1});
  flags.sampling.overrides.resolve().validate(model->sizes().vocabulary);
  Replies replies(model, flags.sampling.overrides);
  const auto answer = [&](const ordered_json& request, Clock::time_point read) {
    const ordered_json reply = replies.answer(request, read);
    stages.done();
    return reply;
  };
  return serve_json_lines(answer, &replies.interrupted());
}

}  // namespace

Runner add_run(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  app.footer(kHelp);
  flags->model.add(app);
  flags->sampling.add(app);
  return [flags] { return run(*flags); };
}

}  // namespace fusebox::apps
