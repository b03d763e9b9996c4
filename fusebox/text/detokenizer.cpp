#include "fusebox/text/detokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "fusebox/text/tokenizer_bytes.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

// The byte of a token such as "<0x0A>".
std::optional<uint8_t> fallback_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return std::nullopt;
  uint8_t byte = 0;
  const auto [end, error] = std::from_chars(token.data() + 3, token.data() + 5, byte, 16);
  if (error != std::errc() || end != token.data() + 5) return std::nullopt;
  return byte;
}

std::string with_replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string out;
  size_t done = 0;
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, done)) {
    out.append(text.substr(done, at - done)).append(by);
    done = at + what.size();
  }
  return out.append(text.substr(done));
}

std::string with_replaced(std::string_view text, const Pattern& pattern, std::string_view by) {
  thread_local std::vector<Match> matches;
  pattern.find_all(text, matches);
  std::string out;
  size_t done = 0;
  for (const Match& match : matches) {
    out.append(text.substr(done, match.begin - done)).append(by);
    done = match.end;
  }
  return out.append(text.substr(done));
}

}  // namespace

Detokenizer::Detokenizer(const Spec& spec) {
  if (spec.is_null())
    stages_.push_back({.kind = Kind::kJoin});
  else
    add(spec, 0);
}

void Detokenizer::add(const Spec& spec, int depth) {
  constexpr int kMaxDepth = 8;
  const std::string type = spec.type();
  if (type == "Sequence") {
    if (depth == kMaxDepth) spec.unsupported("sequences nested too deep");
    for (const Spec& part : spec.list("decoders")) add(part, depth + 1);
  } else if (type == "ByteLevel") {
    add_stage({.kind = Kind::kByteLevel}, spec);
    fused_ = true;
  } else if (type == "ByteFallback") {
    add_stage({.kind = Kind::kByteFallback}, spec);
  } else if (type == "Fuse") {
    fused_ = true;
  } else if (type == "Replace") {
    add_stage({.kind = Kind::kReplace,
               .pattern = std::make_shared<Pattern>(spec.at("pattern")),
               .content = spec.string("content")},
              spec);
  } else if (type == "Strip") {
    Stage stage{.kind = Kind::kStrip};
    append_char(spec.at("content").character(), stage.content);
    stage.start = static_cast<size_t>(spec.integer("start"));
    stage.stop = static_cast<size_t>(spec.integer("stop"));
    add_stage(std::move(stage), spec);
  } else if (type == "Metaspace") {
    Stage stage{.kind = Kind::kMetaspace};
    append_char(spec.at("replacement").character(), stage.content);
    stage.drops_first =
        spec.string("prepend_scheme", "always") != "never" && spec.boolean("add_prefix_space", true);
    add_stage(std::move(stage), spec);
  } else if (type == "BPEDecoder") {
    add_stage({.kind = Kind::kSuffix, .content = spec.string("suffix")}, spec);
  } else {
    spec.unsupported_type(
        {"Sequence", "ByteLevel", "ByteFallback", "Fuse", "Replace", "Strip", "Metaspace", "BPEDecoder"});
  }
}

// After a fusing stage there is one endless token; only what can be done to it piece by piece may follow.
void Detokenizer::add_stage(Stage stage, const Spec& spec) {
  stage.fused = fused_;
  const bool streams = stage.kind == Kind::kStrip && stage.stop == 0;
  if (fused_ && !streams)
    spec.unsupported("after a component that fuses all tokens, only a Strip of the start is done");
  stages_.push_back(std::move(stage));
}

Detokenizer::State Detokenizer::start() const {
  return {.stages = std::vector<State::Stage>(stages_.size())};
}

void Detokenizer::feed(State& state, size_t index, std::string_view token, std::string& out) const {
  if (index == stages_.size()) {
    out += token;
    return;
  }
  const Stage& stage = stages_[index];
  State::Stage& own = state.stages[index];
  const auto pass = [&](std::string_view text) { feed(state, index + 1, text, out); };
  switch (stage.kind) {
    case Kind::kByteLevel: {
      own.held += from_byte_alphabet(token);
      std::string text;
      own.held.erase(0, append_repaired(own.held, text));
      return pass(text);
    }
    case Kind::kByteFallback: return feed_byte_fallback(state, index, token, out);
    case Kind::kReplace: return pass(with_replaced(token, *stage.pattern, stage.content));
    case Kind::kStrip: return pass(strip(own, stage, token));
    case Kind::kMetaspace: {
      const bool first = own.count++ == 0;
      return pass(with_replaced(token, stage.content, first && stage.drops_first ? "" : " "));
    }
    case Kind::kSuffix: return feed_suffix(state, index, token, out);
    case Kind::kJoin:
      if (own.count++ > 0) pass(" ");
      return pass(token);
  }
}

// Byte tokens are kept until the run of them ends: only then is it known whether they are characters.
void Detokenizer::feed_byte_fallback(State& state, size_t index, std::string_view token,
                                     std::string& out) const {
  if (const auto byte = fallback_byte(token)) {
    state.stages[index].held += static_cast<char>(*byte);
    return;
  }
  flush_byte_run(state, index, out);
  feed(state, index + 1, token, out);
}

void Detokenizer::flush_byte_run(State& state, size_t index, std::string& out) const {
  const std::string run = std::exchange(state.stages[index].held, {});
  if (run.empty()) return;
  if (is_valid_utf8(run)) return feed(state, index + 1, run, out);
  for (size_t i = 0; i < run.size(); i++) feed(state, index + 1, kReplacementCharacter, out);
}

// A word's end mark becomes a space, except in the last token: so one token is always kept.
void Detokenizer::feed_suffix(State& state, size_t index, std::string_view token, std::string& out) const {
  State::Stage& own = state.stages[index];
  if (own.count++ > 0) {
    const std::string before = std::exchange(own.held, std::string(token));
    feed(state, index + 1,
         stages_[index].content.empty() ? before : with_replaced(before, stages_[index].content, " "), out);
  } else {
    own.held = token;
  }
}

std::string Detokenizer::strip(State::Stage& state, const Stage& stage, std::string_view token) const {
  // In a fused stream the first `start` characters are counted over all pieces.
  size_t& seen = state.count;
  if (!stage.fused) seen = 0;
  while (seen < stage.start && token.starts_with(stage.content)) {
    token.remove_prefix(stage.content.size());
    seen++;
  }
  if (!token.empty()) seen = stage.start;
  for (size_t i = 0; i < stage.stop && token.ends_with(stage.content); i++) {
    token.remove_suffix(stage.content.size());
  }
  return std::string(token);
}

void Detokenizer::finish(State& state, std::string& out) const {
  for (size_t index = 0; index < stages_.size(); index++) {
    State::Stage& own = state.stages[index];
    if (own.held.empty()) continue;
    if (stages_[index].kind == Kind::kByteFallback) {
      flush_byte_run(state, index, out);
    } else {
      std::string held = std::exchange(own.held, {});
      if (stages_[index].kind == Kind::kByteLevel) held = kReplacementCharacter;
      if (stages_[index].kind == Kind::kSuffix && !stages_[index].content.empty()) {
        held = with_replaced(held, stages_[index].content, "");
      }
      feed(state, index + 1, held, out);
    }
  }
}

std::string Detokenizer::bytes_of(std::string_view token) const {
  std::string text(token);
  for (const Stage& stage : stages_) {
    switch (stage.kind) {
      case Kind::kByteLevel: text = from_byte_alphabet(text); break;
      case Kind::kByteFallback:
        if (const auto byte = fallback_byte(text)) return std::string(1, static_cast<char>(*byte));
        break;
      case Kind::kReplace: text = with_replaced(text, *stage.pattern, stage.content); break;
      case Kind::kMetaspace: text = with_replaced(text, stage.content, " "); break;
      case Kind::kSuffix:
        if (!stage.content.empty()) text = with_replaced(text, stage.content, " ");
        break;
      case Kind::kStrip:
      case Kind::kJoin: break;
    }
  }
  return text;
}

}  // namespace fusebox::text
