#include "fusebox/text/tokenizer_normalizer.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "fusebox/base/error.h"
#include "fusebox/text/pre_tokenizer_regex.h"
#include "fusebox/text/tokenizer_bytes.h"
#include "fusebox/text/tokenizer_unicode.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

// A Unicode normal form; ASCII is in all of them.
std::string normal_form(std::string_view text, int options) {
  if (is_ascii(text)) return std::string(text);
  utf8proc_uint8_t* out = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &out,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | options));
  if (size < 0) throw Error(ErrorKind::kInternal, std::string("normalising: ") + utf8proc_errmsg(size));
  const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(out, std::free);
  return std::string(reinterpret_cast<const char*>(out), static_cast<size_t>(size));
}

std::string lowercase(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) append_lowercase(next_char(text, at), out);
  return out;
}

std::string without_marks(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    if (!is_combining_mark(next_char(text, at))) out += text.substr(begin, at - begin);
  }
  return out;
}

std::string stripped(std::string_view text, bool left, bool right) {
  if (left) text.remove_prefix(space_at_begin(text));
  if (right) text.remove_suffix(space_at_end(text));
  return std::string(text);
}

std::string replaced(std::string_view text, const Pattern& pattern, std::string_view content) {
  std::vector<Match> matches;
  pattern.find_all(text, matches);
  std::string out;
  size_t done = 0;
  for (const Match& match : matches) {
    out.append(text.substr(done, match.begin - done)).append(content);
    done = match.end;
  }
  return out.append(text.substr(done));
}

}  // namespace

Normalizer::Normalizer(const Spec& spec) {
  if (!spec.is_null()) add(spec, 0);
}

void Normalizer::add(const Spec& spec, int depth) {
  constexpr int kMaxDepth = 8;
  const std::string type = spec.type();
  const auto form = [this](int options) {
    steps_.push_back([options](std::string_view text) { return normal_form(text, options); });
  };
  if (type == "Sequence") {
    if (depth == kMaxDepth) spec.unsupported("sequences nested too deep");
    for (const Spec& part : spec.list("normalizers")) add(part, depth + 1);
  } else if (type == "NFC") {
    form(UTF8PROC_COMPOSE);
  } else if (type == "NFD") {
    form(UTF8PROC_DECOMPOSE);
  } else if (type == "NFKC") {
    form(UTF8PROC_COMPOSE | UTF8PROC_COMPAT);
  } else if (type == "NFKD") {
    form(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
  } else if (type == "Lowercase") {
    steps_.push_back(lowercase);
  } else if (type == "StripAccents") {
    steps_.push_back(without_marks);
  } else if (type == "ByteLevel") {
    steps_.push_back(to_byte_alphabet);
  } else if (type == "Strip") {
    const bool left = spec.boolean("strip_left"), right = spec.boolean("strip_right");
    steps_.push_back([=](std::string_view text) { return stripped(text, left, right); });
  } else if (type == "Prepend") {
    const std::string before = spec.string("prepend");
    steps_.push_back(
        [=](std::string_view text) { return text.empty() ? std::string() : before + std::string(text); });
  } else if (type == "Replace") {
    const Pattern pattern(spec.at("pattern"));
    const std::string content = spec.string("content");
    steps_.push_back([=](std::string_view text) { return replaced(text, pattern, content); });
  } else {
    spec.unsupported_type({"Sequence", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "ByteLevel",
                           "Strip", "Prepend", "Replace"});
  }
}

std::string Normalizer::apply(std::string_view text) const {
  std::string out(text);
  for (const Step& step : steps_) out = step(out);
  return out;
}

}  // namespace fusebox::text
