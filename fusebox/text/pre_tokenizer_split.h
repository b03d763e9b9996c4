// Cutting pieces at matches: what the pre-tokenizer's splitting components have in common.
#pragma once

#include <string_view>
#include <vector>

#include "fusebox/text/pre_tokenizer.h"
#include "fusebox/text/pre_tokenizer_regex.h"

namespace fusebox::text {

// What becomes of a match: its own piece; nothing; joined with the piece before or after it; or one piece
// with the matches beside it.
enum class Behavior { kIsolated, kRemoved, kMergedWithPrevious, kMergedWithNext, kContiguous };

// From the name in a tokenizer.json.
Behavior behavior_of(const Spec& spec);

// Finds the matches in one piece.
struct CharMatcher {
  bool (*wanted)(char32_t);
  void find_all(std::string_view text, std::vector<Match>& matches) const;
};
struct PatternMatcher {
  const Pattern* pattern;
  void find_all(std::string_view text, std::vector<Match>& matches) const {
    pattern->find_all(text, matches);
  }
};

// The pieces that `matches` cut [begin, end) into, appended; offsets of matches count from `begin`. With
// `invert`, what is between the matches counts as the match.
void cut(size_t begin, size_t end, const std::vector<Match>& matches, Behavior behavior, bool invert,
         std::vector<Pieces::Range>& out);

template <typename Matcher>
void split_pieces(Pieces& pieces, const Matcher& matcher, Behavior behavior, bool invert) {
  thread_local std::vector<Match> matches;
  std::vector<Pieces::Range> out;
  for (size_t i = 0; i < pieces.ranges.size(); i++) {
    matcher.find_all(pieces[i], matches);
    cut(pieces.ranges[i].begin, pieces.ranges[i].end, matches, behavior, invert, out);
  }
  pieces.ranges = std::move(out);
}

}  // namespace fusebox::text
