#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "fusebox/base/error.h"
#include "fusebox/base/mapped_file.h"
#include "fusebox/checkpoint/config.h"
#include "fusebox/checkpoint/gguf.h"
#include "fusebox/text/chat_template.h"

namespace fusebox::text {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxTemplateFile = size_t{64}
                                    << 20;  // a tokenizer_config.json with many added tokens has megabytes

std::string read_text(const fs::path& path) {
  const MappedFile file = MappedFile::open(path.string());
  if (file.bytes().size() > kMaxTemplateFile)
    throw Error(ErrorKind::kInvalidFile, fmt::format("the file has more than {} bytes", kMaxTemplateFile))
        .file(path.string());
  std::string text(file.bytes().size(), '\0');
  file.guarded_read(
      [&] { std::copy_n(reinterpret_cast<const char*>(file.bytes().data()), text.size(), text.data()); });
  return text;
}

// "chat_template" may be one template or several with names.
std::optional<std::string> template_in_config(const nlohmann::ordered_json& config, const std::string& file) {
  auto at = config.find("chat_template");
  if (at == config.end() || at->is_null()) return std::nullopt;
  if (at->is_string()) return at->get<std::string>();
  if (!at->is_array()) {
    throw Error(ErrorKind::kInvalidFile,
                fmt::format("\"chat_template\" is {}, want a string or a list", at->type_name()))
        .file(file);
  }
  std::string names;
  for (const auto& entry : *at) {
    bool named = entry.is_object() && entry.contains("name") && entry["name"].is_string() &&
                 entry.contains("template") && entry["template"].is_string();
    if (!named) {
      throw Error(ErrorKind::kInvalidFile, "an entry of \"chat_template\" lacks a name or a template")
          .file(file);
    }
    if (entry["name"] == "default") return entry["template"].get<std::string>();
    names += (names.empty() ? "" : ", ") + entry["name"].get<std::string>();
  }
  throw Error(ErrorKind::kInvalidFile,
              fmt::format("no chat template is called \"default\"; there are: {}", names))
      .file(file);
}

std::optional<ChatTemplate> from_config(const fs::path& path) {
  const nlohmann::ordered_json config = read_json(path.string(), {.bytes = kMaxTemplateFile});
  if (!config.is_object())
    throw Error(ErrorKind::kInvalidFile, "the file is not a JSON object").file(path.string());
  auto source = template_in_config(config, path.string());
  if (!source) return std::nullopt;
  return ChatTemplate::parse(std::move(*source), path.string());
}

bool is_gguf(const MappedFile& file) {
  char magic[4] = {};
  if (file.bytes().size() < sizeof magic) return false;
  file.guarded_read([&] { std::memcpy(magic, file.bytes().data(), sizeof magic); });
  return std::string_view(magic, sizeof magic) == "GGUF";
}

std::optional<ChatTemplate> from_folder(const fs::path& folder) {
  fs::path jinja = folder / "chat_template.jinja", config = folder / "tokenizer_config.json";
  std::error_code ignored;  // what is there and cannot be read is told by who reads it
  if (fs::exists(jinja, ignored)) return ChatTemplate::parse(read_text(jinja), jinja.string());
  return fs::exists(config, ignored) ? from_config(config) : std::nullopt;
}

}  // namespace

std::optional<ChatTemplate> find_chat_template(const fs::path& model) {
  std::error_code error;
  if (fs::is_directory(model, error)) return from_folder(model);
  if (is_gguf(MappedFile::open(model.string()))) return find_chat_template(*GgufFile::open(model.string()));
  if (model.extension() == ".json") return from_config(model);
  return ChatTemplate::parse(read_text(model), model.string());
}

std::optional<ChatTemplate> find_chat_template(const GgufFile& gguf) {
  const GgufValue* source = gguf.find_value("tokenizer.chat_template");
  if (source == nullptr) return std::nullopt;
  return ChatTemplate::parse(std::string(source->as_string()), gguf.description());
}

}  // namespace fusebox::text
