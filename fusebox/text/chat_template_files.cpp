#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "fusebox/base/error.h"
#include "fusebox/checkpoint/gguf.h"
#include "fusebox/text/chat_template.h"

namespace fusebox::text {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxTemplateFile = size_t{64}
                                    << 20;  // a tokenizer_config.json with many added tokens has megabytes

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorKind::kIo, "the file cannot be opened").file(path.string());
  std::string text;
  char block[1 << 16];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<size_t>(file.gcount()));
    if (text.size() > kMaxTemplateFile) {
      throw Error(ErrorKind::kInvalidFile, fmt::format("the file has more than {} bytes", kMaxTemplateFile))
          .file(path.string());
    }
  }
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
  std::string text = read_text(path);
  // ordered_json's own parser recurses on nothing, so deep JSON only costs memory, which the file's size
  // bounds.
  nlohmann::ordered_json config = nlohmann::ordered_json::parse(text, nullptr, false);
  if (config.is_discarded())
    throw Error(ErrorKind::kInvalidFile, "the file is not valid JSON").file(path.string());
  if (!config.is_object())
    throw Error(ErrorKind::kInvalidFile, "the file is not a JSON object").file(path.string());
  auto source = template_in_config(config, path.string());
  if (!source) return std::nullopt;
  return ChatTemplate::parse(std::move(*source), path.string());
}

bool is_gguf(const fs::path& path) {
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) == "GGUF";
}

std::optional<ChatTemplate> from_gguf(const fs::path& path) {
  auto gguf = GgufFile::open(path.string());
  const GgufValue* source = gguf->find_value("tokenizer.chat_template");
  if (source == nullptr) return std::nullopt;
  return ChatTemplate::parse(std::string(source->as_string()), path.string());
}

std::optional<ChatTemplate> from_folder(const fs::path& folder) {
  fs::path jinja = folder / "chat_template.jinja", config = folder / "tokenizer_config.json";
  if (fs::exists(jinja)) return ChatTemplate::parse(read_text(jinja), jinja.string());
  return fs::exists(config) ? from_config(config) : std::nullopt;
}

}  // namespace

std::optional<ChatTemplate> find_chat_template(const fs::path& model) {
  std::error_code error;
  if (fs::is_directory(model, error)) return from_folder(model);
  if (!fs::exists(model, error)) {
    throw Error(ErrorKind::kNotFound, "there is no such file or folder").file(model.string());
  }
  if (is_gguf(model)) return from_gguf(model);
  if (model.extension() == ".json") return from_config(model);
  return ChatTemplate::parse(read_text(model), model.string());
}

}  // namespace fusebox::text
