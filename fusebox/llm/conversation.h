// Conversation: messages, and a sequence that follows them.
//
//   Conversation talk(model, {.system = "Answer in one sentence."});
//   Reply reply = talk.say("What is a compiler?", {}, [](const ReplyToken& t) { std::cout << t.text; return
//   true; });
//
// At every turn the whole conversation is rendered by the model's chat template and encoded; what the
// sequence holds of it already is not computed again, so a turn costs what is new in it. One thread's at a
// time.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "fusebox/llm/generate.h"

namespace fusebox::llm {

// What happens when the conversation grows out of the model's context.
enum class Overflow : uint8_t {
  kError,            // Error kContextOverflow with both numbers; the conversation stays as it was
  kDropOldestTurns,  // the oldest turns are forgotten, never the system message nor the newest turn
};

struct ConversationOptions {
  std::optional<std::string> system = {};  // the first message; absent: whatever the template says then
  Overflow overflow = Overflow::kError;
  nlohmann::ordered_json variables = nullptr;  // for the template; see encode_chat
};

class Conversation {
 public:
  // Error kUnsupported if the model has no chat template; kOutOfMemory as Sequence gives it.
  explicit Conversation(std::shared_ptr<LanguageModel> model, ConversationOptions options = {});

  // Adds the user's message, and the assistant's reply to it: all of it that was made, if it was cancelled.
  // If that is nothing, or if it throws (what generate and encode_chat throw), the user's message is taken
  // back.
  Reply say(std::string_view text, const GenerateOptions& options, const TokenCallback& on_token);

  // All messages, the system's first: [{"role", "content"}, …].
  const nlohmann::ordered_json& messages() const { return messages_; }
  // Forgets all but the system message.
  void clear();
  // Says something else in the system message from now on, or has none.
  void set_system(std::optional<std::string> text);

  const std::shared_ptr<LanguageModel>& model() const { return sequence_.model(); }
  size_t tokens() const { return sequence_.tokens().size(); }  // that the sequence holds
  size_t prompt_tokens() const { return prompt_tokens_; }      // of the last prompt
  size_t dropped_turns() const { return dropped_turns_; }      // since the beginning or clear()

 private:
  std::vector<int32_t> fitting_prompt(nlohmann::ordered_json& messages, const GenerateOptions& options);

  ConversationOptions options_;
  Sequence sequence_;
  nlohmann::ordered_json messages_ = nlohmann::ordered_json::array();
  size_t prompt_tokens_ = 0, dropped_turns_ = 0;
};

// Removes the oldest turn: the first message that is not the system's, and those up to the next one of the
// user. False if there is only one turn, or none.
bool drop_oldest_turn(nlohmann::ordered_json& messages);

}  // namespace fusebox::llm
