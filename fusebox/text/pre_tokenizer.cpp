#include "fusebox/text/pre_tokenizer.h"

#include <fmt/format.h>

#include "fusebox/text/pre_tokenizer_regex.h"
#include "fusebox/text/pre_tokenizer_split.h"
#include "fusebox/text/tokenizer_bytes.h"
#include "fusebox/text/tokenizer_unicode.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
// \w+|[^\w\s]+, with the \w of another dialect (UTS #18) than the one that Regex reads.
constexpr std::string_view kWhitespacePattern =
    R"([\p{Alphabetic}\p{L}\p{M}\p{Nd}\p{Pc}\x{200C}\x{200D}]+|[^\p{Alphabetic}\p{L}\p{M}\p{Nd}\p{Pc}\x{200C}\x{200D}\s]+)";

// Rewrites each piece on its own.
void rewrite(Pieces& pieces,
             const std::function<void(std::string_view piece, size_t index, std::string& out)>& one) {
  std::string out;
  out.reserve(pieces.text.size());
  for (size_t i = 0; i < pieces.ranges.size(); i++) {
    const size_t begin = out.size();
    one(pieces[i], i, out);
    pieces.ranges[i] = {begin, out.size()};
  }
  pieces.rewritten = std::move(out);
  pieces.text = pieces.rewritten;
}

void to_alphabet(Pieces& pieces) {
  rewrite(pieces, [](std::string_view piece, size_t, std::string& out) { out += to_byte_alphabet(piece); });
}

void prefix_space(Pieces& pieces) {
  rewrite(pieces, [](std::string_view piece, size_t, std::string& out) {
    if (!piece.starts_with(' ')) out += ' ';
    out += piece;
  });
}

enum class Prepend { kAlways, kFirst, kNever };

Prepend prepend_scheme(const Spec& spec) {
  const std::string scheme = spec.string("prepend_scheme", "always");
  if (!spec.boolean("add_prefix_space", true)) return Prepend::kNever;
  if (scheme == "always") return Prepend::kAlways;
  if (scheme == "first") return Prepend::kFirst;
  if (scheme != "never") spec.unsupported(fmt::format("prepend_scheme \"{}\"", scheme));
  return Prepend::kNever;
}

// Spaces become the mark, and the mark goes before each piece, or the first of the input, that lacks it.
void mark_spaces(Pieces& pieces, std::string_view mark, Prepend prepend) {
  rewrite(pieces, [&](std::string_view piece, size_t index, std::string& out) {
    const bool wanted =
        prepend == Prepend::kAlways || (prepend == Prepend::kFirst && index == 0 && pieces.at_start);
    if (wanted && !piece.starts_with(' ') && !piece.starts_with(mark)) out += mark;
    for (const char c : piece) {
      if (c == ' ')
        out += mark;
      else
        out += c;
    }
  });
}

}  // namespace

void Pieces::reset(std::string_view whole, bool is_at_start) {
  text = whole;
  at_start = is_at_start;
  ranges.clear();
  if (!whole.empty()) ranges.push_back({0, whole.size()});
}

PreTokenizer::PreTokenizer(const Spec& spec) {
  if (!spec.is_null()) add(spec, 0);
}

void PreTokenizer::split(Pieces& pieces) const {
  for (const Step& step : steps_) step(pieces);
}

void PreTokenizer::add(const Spec& spec, int depth) {
  constexpr int kMaxDepth = 8;
  const std::string type = spec.type();
  if (type != "Sequence" && byte_words_) {
    // The ByteLevel before was not the last component: what follows must see its characters.
    steps_.push_back(to_alphabet);
    byte_words_ = false;
  }
  const auto by_char = [this](bool (*wanted)(char32_t), Behavior behavior) {
    steps_.push_back([=](Pieces& pieces) { split_pieces(pieces, CharMatcher{wanted}, behavior, false); });
  };
  const auto by_pattern = [this](Pattern pattern, Behavior behavior, bool invert) {
    steps_.push_back(
        [=](Pieces& pieces) { split_pieces(pieces, PatternMatcher{&pattern}, behavior, invert); });
  };
  if (type == "Sequence") {
    if (depth == kMaxDepth) spec.unsupported("sequences nested too deep");
    for (const Spec& part : spec.list("pretokenizers")) add(part, depth + 1);
  } else if (type == "ByteLevel") {
    if (spec.boolean("add_prefix_space")) steps_.push_back(prefix_space);
    if (spec.boolean("use_regex", true)) by_pattern(Pattern(Regex(kGpt2Pattern)), Behavior::kIsolated, false);
    byte_words_ = true;
  } else if (type == "Split") {
    const Pattern pattern(spec.at("pattern"));
    const Behavior behavior = behavior_of(spec.at("behavior"));
    by_pattern(pattern, behavior, spec.boolean("invert"));
  } else if (type == "Digits") {
    by_char(is_numeric, spec.boolean("individual_digits") ? Behavior::kIsolated : Behavior::kContiguous);
  } else if (type == "Whitespace") {
    by_pattern(Pattern(Regex(kWhitespacePattern)), Behavior::kRemoved, true);
  } else if (type == "WhitespaceSplit") {
    by_char(is_white_space, Behavior::kRemoved);
  } else if (type == "Punctuation") {
    by_char(is_punctuation, spec.has("behavior") ? behavior_of(spec.at("behavior")) : Behavior::kIsolated);
  } else if (type == "CharDelimiterSplit") {
    std::string delimiter;
    append_char(spec.at("delimiter").character(), delimiter);
    by_pattern(Pattern::text(delimiter), Behavior::kRemoved, false);
  } else if (type == "Metaspace") {
    std::string mark;
    append_char(spec.at("replacement").character(), mark);
    steps_.push_back(
        [=, prepend = prepend_scheme(spec)](Pieces& pieces) { mark_spaces(pieces, mark, prepend); });
    if (spec.boolean("split", true)) by_pattern(Pattern::text(mark), Behavior::kMergedWithNext, false);
  } else {
    spec.unsupported_type({"Sequence", "ByteLevel", "Split", "Digits", "Whitespace", "WhitespaceSplit",
                           "Punctuation", "CharDelimiterSplit", "Metaspace"});
  }
}

}  // namespace fusebox::text
