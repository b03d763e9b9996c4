#include "fusebox/llm/conversation.h"

#include <algorithm>

#include "fusebox/base/error.h"
#include "fusebox/llm/prompt.h"

namespace fusebox::llm {
namespace {

using nlohmann::ordered_json;

// A prompt that turns were dropped for leaves this much of the context to the reply, or else the next turn
// would drop again.
constexpr int64_t kRoomShare = 4;

ordered_json message(std::string_view role, std::string_view content) {
  return {{"role", role}, {"content", content}};
}

bool has_role(const ordered_json& message, std::string_view role) {
  return message.value("role", "") == role;
}

}  // namespace

bool drop_oldest_turn(ordered_json& messages) {
  const auto begin = messages.begin() + (!messages.empty() && has_role(messages[0], "system") ? 1 : 0);
  if (begin == messages.end()) return false;
  const auto end =
      std::find_if(begin + 1, messages.end(), [](const ordered_json& m) { return has_role(m, "user"); });
  if (end == messages.end()) return false;
  messages.erase(begin, end);
  return true;
}

Conversation::Conversation(std::shared_ptr<LanguageModel> model, ConversationOptions options)
    : options_(std::move(options)), sequence_([&] {
        if (!model->chat_template()) throw no_chat_template(*model);
        return Sequence(std::move(model));
      }()) {
  set_system(options_.system);
}

void Conversation::clear() {
  messages_ = ordered_json::array();
  dropped_turns_ = 0;
  set_system(options_.system);
}

void Conversation::set_system(std::optional<std::string> text) {
  options_.system = std::move(text);
  if (!messages_.empty() && has_role(messages_[0], "system")) messages_.erase(messages_.begin());
  if (options_.system) messages_.insert(messages_.begin(), message("system", *options_.system));
}

// The prompt of `messages`, which lose their oldest turns if that is the policy and there is no other way.
std::vector<int32_t> Conversation::fitting_prompt(ordered_json& messages, const GenerateOptions& options) {
  std::vector<int32_t> prompt = encode_chat(*model(), messages, options_.variables);
  if (options_.overflow == Overflow::kError) return prompt;
  const int64_t context = model()->context();
  int64_t room = std::max<int64_t>(1, context / kRoomShare);
  if (options.max_tokens >= 0) room = std::min(room, options.max_tokens);
  while (static_cast<int64_t>(prompt.size()) + room > context && drop_oldest_turn(messages)) {
    ++dropped_turns_;
    prompt = encode_chat(*model(), messages, options_.variables);
  }
  return prompt;
}

Reply Conversation::say(std::string_view text, const GenerateOptions& options,
                        const TokenCallback& on_token) {
  ordered_json messages = messages_;
  messages.push_back(message("user", text));
  const size_t dropped = dropped_turns_;
  try {
    const std::vector<int32_t> prompt = fitting_prompt(messages, options);
    prompt_tokens_ = prompt.size();
    Reply reply = generate(sequence_, prompt, options, on_token);
    if (reply.finish_reason == FinishReason::kCancelled && reply.text.empty()) {
      dropped_turns_ = dropped;
      return reply;
    }
    messages.push_back(message("assistant", reply.text));
    messages_ = std::move(messages);
    return reply;
  } catch (...) {
    dropped_turns_ = dropped;
    throw;
  }
}

}  // namespace fusebox::llm
