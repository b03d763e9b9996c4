// tokenizer.ggml.* metadata of a GGUF file → TokenizerSource.
//
// A GGUF file holds the vocabulary but not the components around it; tokenizer.ggml.pre names them. The table
// below says which components a name stands for: those of the tokenizer.json that such models are published
// with, so that ids equal Hugging Face's. Whoever changes a row must raise kCacheVersion in
// tokenizer_open.cpp, since tables made from the old row may be cached.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include <algorithm>
#include <memory>

#include "fusebox/base/error.h"
#include "fusebox/base/log.h"
#include "fusebox/text/tokenizer_source.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

// Splitting patterns, each as its models' tokenizer.json has it.
constexpr std::string_view kLlama3 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2 =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kGpt4o =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kTekken =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|)"
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|)"
    R"(\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

enum class Splitting { kGpt2, kDigitsThenGpt2, kPattern };

struct PreTokenizerRow {
  std::string_view name;
  Splitting splitting;
  std::string_view pattern;  // of kPattern
  bool nfc;                  // the text is normalised to NFC first
  bool ignore_merges;        // a word that is a token is that token, merges or not
  bool adds_bos;             // unless tokenizer.ggml.add_bos_token says otherwise
};

constexpr PreTokenizerRow kKnown[] = {
    {"default", Splitting::kGpt2, "", false, false, false},
    {"gpt-2", Splitting::kGpt2, "", false, false, false},
    {"phi-2", Splitting::kGpt2, "", false, false, false},
    {"smollm", Splitting::kDigitsThenGpt2, "", false, false, false},
    {"starcoder", Splitting::kDigitsThenGpt2, "", false, false, false},
    {"refact", Splitting::kDigitsThenGpt2, "", false, false, false},
    {"codeshell", Splitting::kDigitsThenGpt2, "", false, false, false},
    {"command-r", Splitting::kDigitsThenGpt2, "", true, false, false},
    {"llama-bpe", Splitting::kPattern, kLlama3, false, true, true},
    {"llama3", Splitting::kPattern, kLlama3, false, true, true},
    {"llama-v3", Splitting::kPattern, kLlama3, false, true, true},
    {"qwen2", Splitting::kPattern, kQwen2, true, false, false},
    {"deepseek-r1-qwen", Splitting::kPattern, kQwen2, true, false, false},
    {"gpt-4o", Splitting::kPattern, kGpt4o, false, false, false},
    {"tekken", Splitting::kPattern, kTekken, false, true, true},
};

enum GgmlTokenType : int64_t { kNormalToken = 1, kControlToken = 3, kUserToken = 4 };

Json byte_level(bool with_pattern) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", with_pattern}};
}

Json pre_tokenizer(const PreTokenizerRow& row) {
  Json parts = Json::array();
  if (row.splitting == Splitting::kDigitsThenGpt2)
    parts.push_back({{"type", "Digits"}, {"individual_digits", true}});
  if (row.splitting == Splitting::kPattern) {
    parts.push_back({{"type", "Split"},
                     {"pattern", {{"Regex", row.pattern}}},
                     {"behavior", "Isolated"},
                     {"invert", false}});
  }
  parts.push_back(byte_level(row.splitting != Splitting::kPattern));
  return {{"type", "Sequence"}, {"pretokenizers", std::move(parts)}};
}

class Reader {
 public:
  Reader(const GgufFile& gguf, OwnedSource& out) : gguf_(gguf), out_(out) {}

  void read() {
    const std::string_view model = gguf_.at("tokenizer.ggml.model").as_string();
    if (model != "gpt2") unsupported("tokenizer.ggml.model", model, "gpt2");
    tokens_ = gguf_.at("tokenizer.ggml.tokens").as_strings();
    const PreTokenizerRow& row = known_row();
    read_tokens();
    read_merges();
    write_spec(row);
  }

 private:
  [[noreturn]] void invalid(std::string what) const {
    throw Error(ErrorKind::kInvalidFile, std::move(what)).file(out_.source.file);
  }
  [[noreturn]] void unsupported(std::string_view key, std::string_view value, std::string_view known) const {
    throw Error(ErrorKind::kUnsupported, fmt::format("{} is \"{}\"; known are {}", key, value, known))
        .file(out_.source.file)
        .hint("a tokenizer.json of the same model says what the name stands for");
  }

  const PreTokenizerRow& known_row() const {
    const GgufValue* value = gguf_.find_value("tokenizer.ggml.pre");
    const std::string_view pre = value ? value->as_string() : "default";
    std::vector<std::string_view> names;
    for (const PreTokenizerRow& row : kKnown) {
      if (row.name == pre) {
        if (pre == "default") {
          log_message(LogLevel::kWarn, "{}: no tokenizer.ggml.pre; words are split as GPT-2 splits them",
                      out_.source.file);
        }
        return row;
      }
      names.push_back(row.name);
    }
    unsupported("tokenizer.ggml.pre", pre, fmt::format("{}", fmt::join(names, ", ")));
  }

  void read_tokens() {
    const GgufValue* types = gguf_.find_value("tokenizer.ggml.token_type");
    const std::vector<int64_t> type = types ? types->as_ints() : std::vector<int64_t>();
    if (types && type.size() != tokens_.size()) {
      invalid(
          fmt::format("tokenizer.ggml.token_type has {} entries for {} tokens", type.size(), tokens_.size()));
    }
    out_.source.vocabulary.reserve(tokens_.size());
    for (size_t i = 0; i < tokens_.size(); i++) {
      if (!is_valid_utf8(tokens_[i])) invalid(fmt::format("tokenizer.ggml.tokens[{}] is not UTF-8", i));
      out_.source.vocabulary.push_back({tokens_[i], static_cast<int64_t>(i)});
      const bool special = types && type[i] == kControlToken;
      if (special || (types && type[i] == kUserToken)) {
        out_.source.added.push_back(
            {tokens_[i], static_cast<int64_t>(i), static_cast<uint8_t>(special ? kSpecial : 0)});
      }
    }
  }

  void read_merges() {
    const auto merges = gguf_.at("tokenizer.ggml.merges").as_strings();
    out_.source.merges.reserve(merges.size());
    for (size_t i = 0; i < merges.size(); i++) {
      const size_t space = merges[i].find(' ');
      if (space == merges[i].npos)
        invalid(fmt::format("tokenizer.ggml.merges[{}] has no space between two tokens", i));
      out_.source.merges.push_back({merges[i].substr(0, space), merges[i].substr(space + 1)});
    }
  }

  // The token of an id that a key names; null if there is no such key.
  Json token_of(std::string_view key) const {
    const GgufValue* value = gguf_.find_value(fmt::format("tokenizer.ggml.{}_token_id", key));
    if (!value) return nullptr;
    const int64_t id = value->as_int();
    if (id < 0 || id >= static_cast<int64_t>(tokens_.size())) {
      // All bits set is how some files say "none".
      if (id == -1 || id == 0xFFFFFFFF) return nullptr;
      invalid(
          fmt::format("tokenizer.ggml.{}_token_id is {}, but there are {} tokens", key, id, tokens_.size()));
    }
    return tokens_[static_cast<size_t>(id)];
  }

  bool flag(std::string_view key, bool absent) const {
    const GgufValue* value = gguf_.find_value(key);
    return value ? value->as_bool() : absent;
  }

  void write_spec(const PreTokenizerRow& row) {
    Json& spec = out_.source.spec;
    spec["normalizer"] = row.nfc ? Json{{"type", "NFC"}} : Json(nullptr);
    spec["pre_tokenizer"] = pre_tokenizer(row);
    spec["decoder"] = byte_level(true);
    spec["model"] = {{"type", "BPE"}, {"ignore_merges", row.ignore_merges}};
    Json& special = spec["special"];
    special = {{"bos", token_of("bos")}, {"unk", token_of("unknown")}, {"pad", token_of("padding")}};
    special["eos"] = Json::array();
    for (const char* end : {"eos", "eot", "eom"}) {
      if (Json token = token_of(end); !token.is_null()) special["eos"].push_back(std::move(token));
    }
    spec["post_processor"] = post_processor(special, row.adds_bos);
  }

  Json post_processor(const Json& special, bool adds_bos) const {
    Json pieces = Json::array(), ids = Json::object();
    const auto add = [&](const Json& token) {
      pieces.push_back({{"SpecialToken", {{"id", token}, {"type_id", 0}}}});
      ids[token.get<std::string>()] = {{"ids", {gguf_id(token)}}};
    };
    const Json eos = token_of("eos");
    if (flag("tokenizer.ggml.add_bos_token", adds_bos) && !special["bos"].is_null()) add(special["bos"]);
    pieces.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
    if (flag("tokenizer.ggml.add_eos_token", false) && !eos.is_null()) add(eos);
    if (pieces.size() == 1) return nullptr;
    return {
        {"type", "TemplateProcessing"}, {"single", std::move(pieces)}, {"special_tokens", std::move(ids)}};
  }

  int64_t gguf_id(const Json& token) const {
    const auto text = token.get<std::string>();
    return std::ranges::find(tokens_, text) - tokens_.begin();
  }

  const GgufFile& gguf_;
  OwnedSource& out_;
  std::span<const std::string_view> tokens_;
};

// Strings of one array lie one after another with their lengths between them, so one range has them all.
std::string_view range_of(std::span<const std::string_view> strings) {
  if (strings.empty()) return {};
  return {strings.front().data(),
          static_cast<size_t>(strings.back().data() + strings.back().size() - strings.front().data())};
}

class Hash {
 public:
  Hash() { XXH3_128bits_reset(state_.get()); }
  void add(std::string_view text) {
    const uint64_t size = text.size();
    XXH3_128bits_update(state_.get(), &size, sizeof size);
    XXH3_128bits_update(state_.get(), text.data(), text.size());
  }
  void add(uint64_t number) { XXH3_128bits_update(state_.get(), &number, sizeof number); }
  std::string hex() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
    return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  }

 private:
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_{XXH3_createState(), XXH3_freeState};
};

}  // namespace

OwnedSource read_tokenizer_gguf(const GgufFile& gguf) {
  OwnedSource out;
  out.source.file = gguf.files().front().path();
  Reader(gguf, out).read();
  return out;
}

std::string hash_tokenizer_gguf(const GgufFile& gguf) {
  Hash hash;
  for (const GgufEntry& entry : gguf.metadata()) {
    if (!entry.key.starts_with("tokenizer.ggml.")) continue;
    hash.add(entry.key);
    hash.add(static_cast<uint64_t>(entry.value.type()));
    hash.add(static_cast<uint64_t>(entry.value.size()));
    if (entry.value.type() == GgufType::kString) {
      hash.add(entry.value.as_string());
    } else if (entry.value.type() != GgufType::kArray) {
      hash.add(entry.value.to_string());
    } else if (entry.value.element_type() == GgufType::kString) {
      const auto strings = entry.value.as_strings();
      hash.add(strings.empty() ? 0 : strings.front().size());
      hash.add(range_of(strings));
    } else if (entry.key == "tokenizer.ggml.token_type") {
      for (const int64_t type : entry.value.as_ints()) hash.add(static_cast<uint64_t>(type));
    }
  }
  return hash.hex();
}

}  // namespace fusebox::text
