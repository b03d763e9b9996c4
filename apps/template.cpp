// fusebox template: the variables of a chat template to the text it makes of them.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "apps/command.h"
#include "apps/json_lines.h"
#include "fusebox/base/error.h"
#include "fusebox/base/log.h"
#include "fusebox/llm/model_path.h"
#include "fusebox/text/chat_template.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;
using text::ChatTemplate;

constexpr const char* kHelp =
    R"(  echo '{"messages": [{"role": "user", "content": "Hi"}], "add_generation_prompt": true}' |
    fusebox template model.gguf

One object per line: the template's variables, nothing is added to them; "now" ("2024-07-26T09:05:03") is
the time that strftime_now sees. One answer per line: {"text": …} or {"error": …}.)";

// A template that cannot be read ends the program; one that makes no sense is the answer to every line.
struct Opened {
  std::optional<ChatTemplate> chat = {};
  std::optional<Error> error = {};
};

Opened open(const std::string& path) {
  try {
    std::optional<ChatTemplate> chat = text::find_chat_template(path);
    if (!chat) throw Error(ErrorKind::kNotFound, "the model has no chat template").file(path);
    return {.chat = std::move(chat)};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kInvalidArgument && error.kind() != ErrorKind::kUnsupported) throw;
    log_message(LogLevel::kError, "{}", error.what());
    return {.error = error};
  }
}

ordered_json render(const Opened& opened, ordered_json variables) {
  if (opened.error) throw *opened.error;
  text::RenderOptions options;
  if (variables.contains("now")) {
    options.now = string_field(variables, "now");
    variables.erase("now");
  }
  return {{"text", opened.chat->render(variables, options)}};
}

}  // namespace

Runner add_template(CLI::App& app) {
  struct Flags {
    std::string model, file;
  };
  const auto flags = std::make_shared<Flags>();
  app.footer(kHelp);
  CLI::Option* model = app.add_option(
      "MODEL", flags->model, "a Hugging Face folder, a tokenizer_config.json, a .gguf file, or an artifact");
  CLI::Option* file = app.add_option("--file", flags->file, "a template as plain text, in place of MODEL's");
  file->excludes(model);
  return [flags]() -> int {
    if (flags->model.empty() == flags->file.empty()) {
      log_message(LogLevel::kError, "fusebox template wants MODEL or --file");
      return kUsage;
    }
    const Opened opened = open(flags->file.empty() ? llm::checkpoint_path(flags->model) : flags->file);
    return serve_json_lines(
        [&](const ordered_json& variables, Clock::time_point) { return render(opened, variables); });
  };
}

}  // namespace fusebox::apps
