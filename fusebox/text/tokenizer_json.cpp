// tokenizer.json and tokenizer_config.json → TokenizerSource.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fusebox/base/error.h"
#include "fusebox/checkpoint/config.h"
#include "fusebox/text/tokenizer_json_scanner.h"
#include "fusebox/text/tokenizer_source.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

void check_utf8(std::string_view text, std::string_view file) {
  if (is_valid_utf8(text)) return;
  size_t at = 0;
  while (utf8_step(text, at).kind == Utf8Step::kValid) at += utf8_step(text, at).length;
  throw Error(ErrorKind::kInvalidFile, "not UTF-8").file(file).offset(at);
}

class Reader {
 public:
  Reader(std::string_view json, std::string_view file, OwnedSource& out)
      : scanner_(json, file, out.strings), file_(file), out_(out.source) {}

  void read() {
    Json& spec = out_.spec;
    for (const char* part : {"normalizer", "pre_tokenizer", "post_processor", "decoder"})
      spec[part] = nullptr;
    spec["model"] = Json::object();
    bool has_model = false;
    scanner_.object([&](std::string_view key) {
      if (key == "model") {
        if (std::exchange(has_model, true)) scanner_.fail("\"model\" is there twice");
        read_model();
      } else if (key == "added_tokens") {
        read_added();
      } else if (Json value = parse(); key == "version") {
        if (value != "1.0")
          throw Error(ErrorKind::kUnsupported, fmt::format("version {}", value.dump())).file(file_);
      } else if (spec.contains(std::string(key))) {
        spec[std::string(key)] = std::move(value);
      }
    });
    scanner_.finish();
    if (!has_model) throw Error(ErrorKind::kInvalidFile, "\"model\" is missing").file(file_);
  }

 private:
  Json parse() {
    scanner_.peek();
    const size_t offset = scanner_.offset();
    return parse_json_part(scanner_.raw(), file_, offset);
  }

  void read_model() {
    Json& model = out_.spec["model"];
    bool has_vocabulary = false, has_merges = false;
    if (scanner_.peek() != '{') scanner_.fail("want an object as \"model\"");
    scanner_.object([&](std::string_view key) {
      if (key == "vocab") {
        if (std::exchange(has_vocabulary, true)) scanner_.fail("\"vocab\" is there twice");
        read_vocabulary();
      } else if (key == "merges") {
        if (std::exchange(has_merges, true)) scanner_.fail("\"merges\" is there twice");
        read_merges();
      } else {
        model[std::string(key)] = parse();
      }
    });
    const Spec spec(model, file_, "model");
    if (spec.has("type") && spec.type() != "BPE") spec.unsupported_type({"BPE"});
    if (!has_vocabulary) spec.invalid("\"vocab\" is missing");
    if (!has_merges && !spec.has("type")) spec.unsupported("a model without \"type\" and \"merges\"");
    if (!has_merges) spec.invalid("\"merges\" is missing");
  }

  // Of a BPE model an object {"token": id}; a list is another model's.
  void read_vocabulary() {
    if (scanner_.peek() == '[') {
      scanner_.raw();
      throw Error(ErrorKind::kUnsupported, "model.vocab: a list, as Unigram models have; only BPE is done")
          .file(file_);
    }
    scanner_.object([&](std::string_view token) { out_.vocabulary.push_back({token, scanner_.integer()}); });
  }

  // Each merge is ["left", "right"] or "left right".
  void read_merges() {
    scanner_.array([&] {
      if (scanner_.peek() == '"') {
        const size_t offset = scanner_.offset();
        const std::string_view line = scanner_.string();
        if (line.starts_with("#version")) return;
        const size_t space = line.find(' ');
        if (space == line.npos || line.find(' ', space + 1) != line.npos) {
          scanner_.fail(fmt::format("want a merge as \"left right\", got \"{}\"", line), offset);
        }
        out_.merges.push_back({line.substr(0, space), line.substr(space + 1)});
      } else {
        read_merge_pair();
      }
    });
  }

  void read_merge_pair() {
    std::string_view parts[2];
    size_t count = 0;
    scanner_.array([&] {
      if (count == 2) scanner_.fail("want a merge of two tokens");
      parts[count++] = scanner_.string();
    });
    if (count != 2) scanner_.fail("want a merge of two tokens");
    out_.merges.push_back({parts[0], parts[1]});
  }

  void read_added() {
    if (scanner_.peek() == 'n' && parse().is_null()) return;
    scanner_.array([&] {
      TokenizerSource::Added added{{}, std::nullopt, 0};
      bool has_content = false;
      const size_t offset = scanner_.offset();
      scanner_.object([&](std::string_view key) {
        if (key == "content") {
          added.text = scanner_.string();
          has_content = true;
        } else if (key == "id") {
          added.id = scanner_.integer();
        } else {
          read_flag(key, added.kind);
        }
      });
      if (!has_content || !added.id) scanner_.fail("an added token without \"content\" or \"id\"", offset);
      out_.added.push_back(added);
    });
  }

  void read_flag(std::string_view key, uint8_t& kind) {
    scanner_.peek();
    const size_t offset = scanner_.offset();
    const std::string_view value = scanner_.raw();
    constexpr std::pair<std::string_view, TokenKind> kFlags[] = {{"special", kSpecial},
                                                                 {"normalized", kNormalized},
                                                                 {"lstrip", kLeftStrip},
                                                                 {"rstrip", kRightStrip},
                                                                 {"single_word", kSingleWord}};
    const auto* flag = std::ranges::find(kFlags, key, [](const auto& known) { return known.first; });
    if (flag == std::end(kFlags)) return;
    if (value != "true" && value != "false")
      scanner_.fail(fmt::format("want true or false as \"{}\"", key), offset);
    if (value == "true") kind = static_cast<uint8_t>(kind | flag->second);
  }

  JsonScanner scanner_;
  std::string_view file_;
  TokenizerSource& out_;
};

// A token in a tokenizer_config.json: its text, or an object with "content", or null.
Json token_name(const Json& value, std::string_view key, std::string_view file) {
  if (value.is_null() || value.is_string()) return value;
  return Spec(value, file, std::string(key)).string("content");
}

// Which tokens are the marks: {"bos": "<s>", "eos": ["</s>"], …}.
Json read_config(std::string_view config, std::string_view file) {
  Json special = Json::object();
  if (config.empty()) return special;
  const Json values = parse_json(config, std::string(file));
  if (!values.is_object()) throw Error(ErrorKind::kInvalidFile, "want a JSON object").file(file);
  for (const char* mark : {"bos", "eos", "unk", "pad"}) {
    const std::string key = fmt::format("{}_token", mark);
    if (values.contains(key)) special[mark] = token_name(values[key], key, file);
  }
  if (special.contains("eos"))
    special["eos"] = special["eos"].is_null() ? Json::array() : Json::array({special["eos"]});
  return special;
}

}  // namespace

Json parse_json_part(std::string_view part, std::string_view file, size_t offset) {
  try {
    return parse_json(part, std::string(file));
  } catch (const Error& error) {
    throw Error(error).offset(offset + error.offset().value_or(0));
  }
}

OwnedSource read_tokenizer_json(std::string_view json, std::string_view file, std::string_view config,
                                std::string_view config_file) {
  OwnedSource out;
  out.source.file = file;
  check_utf8(json, file);
  Reader(json, file, out).read();
  out.source.spec["special"] = read_config(config, config_file);
  return out;
}

}  // namespace fusebox::text
