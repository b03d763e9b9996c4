// fusebox tokenize: texts to token ids and back.
#include <fmt/format.h>

#include <limits>
#include <memory>
#include <span>

#include "apps/command.h"
#include "apps/json_lines.h"
#include "fusebox/base/error.h"
#include "fusebox/llm/model_path.h"
#include "fusebox/text/tokenizer.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kHelp =
    R"(  echo '{"text": "Hello"}' | fusebox tokenize model.gguf        prints {"ids":[19556]}
  echo '{"ids": [19556]}' | fusebox tokenize model.gguf --decode  prints {"text":"Hello"}

One object per line, one answer per line; a line that is none gets {"error": …}.
Encoding takes "text", "add_special" (put around it what the model wants; default true) and
"parse_special" (special tokens in the text become their ids; default true). Decoding takes "ids" and
"skip_special" (leave special tokens out; default false).)";

std::vector<int32_t> ids_field(const ordered_json& request) {
  const auto refuse = [](const std::string& got) {
    return Error(ErrorKind::kInvalidArgument, fmt::format("'ids' {}, want a list of token ids", got));
  };
  const auto found = request.find("ids");
  if (found == request.end()) throw refuse("is missing");
  if (!found->is_array()) throw refuse(fmt::format("is a {}", found->type_name()));
  std::vector<int32_t> ids;
  for (const ordered_json& item : *found) {
    if (!item.is_number_unsigned() || item.get<uint64_t>() > std::numeric_limits<int32_t>::max())
      throw refuse(fmt::format("has {}", item.dump(-1, ' ', false, ordered_json::error_handler_t::replace)));
    ids.push_back(item.get<int32_t>());
  }
  return ids;
}

ordered_json encode(const text::Tokenizer& tokenizer, const ordered_json& request) {
  const text::EncodeOptions options = {.add_special = bool_field(request, "add_special", true),
                                       .parse_special = bool_field(request, "parse_special", true)};
  return {{"ids", tokenizer.encode(string_field(request, "text"), options)}};
}

ordered_json decode(const text::Tokenizer& tokenizer, const ordered_json& request) {
  const text::DecodeOptions options = {.skip_special = bool_field(request, "skip_special", false)};
  return {{"text", tokenizer.decode(ids_field(request), options)}};
}

}  // namespace

Runner add_tokenize(CLI::App& app) {
  struct Flags {
    std::string model;
    bool decode = false;
  };
  const auto flags = std::make_shared<Flags>();
  app.footer(kHelp);
  app.add_option("MODEL", flags->model,
                 "a Hugging Face folder, a tokenizer.json, a .gguf file, or an artifact")
      ->required();
  app.add_flag("--decode", flags->decode, "ids to text");
  return [flags] {
    const auto tokenizer = text::Tokenizer::open(llm::checkpoint_path(flags->model));
    const auto serve = flags->decode ? decode : encode;
    return serve_json_lines(
        [&](const ordered_json& request, Clock::time_point) { return serve(*tokenizer, request); });
  };
}

}  // namespace fusebox::apps
