#include "fusebox/llm/prompt.h"

#include <fmt/format.h>

#include "fusebox/llm/language_model.h"

namespace fusebox::llm {
namespace {

using nlohmann::ordered_json;

void check_messages(const ordered_json& messages) {
  const auto refuse = [](const std::string& what) {
    return Error(ErrorKind::kInvalidArgument, what + R"(, want [{"role": "user", "content": "…"}, …])");
  };
  if (!messages.is_array() || messages.empty()) throw refuse("messages are no list or an empty one");
  for (size_t i = 0; i < messages.size(); ++i) {
    const ordered_json& message = messages[i];
    if (!message.is_object()) throw refuse(fmt::format("message {} is no object", i));
    const auto role = message.find("role");
    if (role == message.end() || !role->is_string()) throw refuse(fmt::format("message {} has no role", i));
  }
}

std::optional<std::string> token_text(const text::Tokenizer& tokenizer, std::optional<int32_t> id) {
  if (!id) return std::nullopt;
  return std::string(tokenizer.token_text(*id));
}

}  // namespace

Error no_chat_template(const LanguageModel& model) {
  return Error(ErrorKind::kUnsupported, "the model has no chat template")
      .file(model.path())
      .hint(R"(give it plain text: echo '{"prompt": "…"}' | fusebox run MODEL)");
}

std::string render_chat(const LanguageModel& model, const ordered_json& messages,
                        const ordered_json& variables) {
  if (!model.chat_template()) throw no_chat_template(model);
  check_messages(messages);
  if (!variables.is_null() && !variables.is_object())
    throw Error(ErrorKind::kInvalidArgument, "the template's variables are no object");
  const text::Tokenizer& tokenizer = *model.tokenizer();
  text::ChatVariables all;
  all.messages = messages;
  all.bos_token = token_text(tokenizer, tokenizer.bos_id());
  all.eos_token = token_text(tokenizer, tokenizer.eos_id());
  if (!variables.is_null()) all.extra = variables;
  return model.chat_template()->render(all.to_json());
}

std::vector<int32_t> encode_chat(const LanguageModel& model, const ordered_json& messages,
                                 const ordered_json& variables) {
  return model.tokenizer()->encode(render_chat(model, messages, variables),
                                   {.add_special = false, .parse_special = true});
}

}  // namespace fusebox::llm
