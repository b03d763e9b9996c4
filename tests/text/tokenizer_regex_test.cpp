// Patterns of tokenizer.json files, written for Oniguruma, matched by PCRE2.
#include <gtest/gtest.h>

#include "fusebox/base/error.h"
#include "fusebox/text/pre_tokenizer_regex.h"

namespace fusebox::text {
namespace {

std::vector<std::string> matches(std::string_view regex, std::string_view text) {
  std::vector<Match> found;
  Pattern(Regex(regex)).find_all(text, found);
  std::vector<std::string> out;
  for (const Match& match : found) out.emplace_back(text.substr(match.begin, match.end - match.begin));
  return out;
}

using Strings = std::vector<std::string>;

TEST(TokenizerRegex, ClassesMeanWhatOnigurumaMeans) {
  // U+180E is no white space since Unicode 6.3; U+0085 is.
  EXPECT_EQ(matches(R"(\s)", "a\u180E\u0085\u3000"), (Strings{"\u0085", "\u3000"}));
  EXPECT_EQ(matches(R"([^\s])", "a \u180E"), (Strings{"a", "\u180E"}));
  EXPECT_EQ(matches(R"(\w+)", "é_1²\u0301-x"), (Strings{"é_1²\u0301", "x"}));
  EXPECT_EQ(matches(R"(\h+)", "cafe xyz 09"), (Strings{"cafe", "09"}));
  EXPECT_EQ(matches(R"(\d)", "1٣²"), (Strings{"1", "٣"}));
  EXPECT_EQ(matches(R"(\v)", "\v\n"), (Strings{"\v"}));
  EXPECT_EQ(matches(R"([[:alpha:]]+)", "aé1"), (Strings{"aé"}));
  EXPECT_EQ(matches(R"(\bé\b)", "é xé é"), (Strings{"é", "é"}));
}

TEST(TokenizerRegex, ScriptsAreNotScriptExtensions) {
  // U+30FB is used with Han, but its script is Common.
  EXPECT_EQ(matches(R"(\p{Han}+)", "漢\u30FB字"), (Strings{"漢", "字"}));
  EXPECT_EQ(matches(R"(\p{Letter}+|\p{^L}+)", "ab1"), (Strings{"ab", "1"}));
}

TEST(TokenizerRegex, NewCharactersHaveTheirCategories) {
  // CJK extension H (Unicode 15.0) and a digit of 16.0, which PCRE2 10.42 does not know.
  EXPECT_EQ(matches(R"(\p{L}+)", "a\U00031350 b"), (Strings{"a\U00031350", "b"}));
  EXPECT_EQ(matches(R"([^\p{L}\p{N}]+)", "\U00031350-\U00010D40"), (Strings{"-"}));
  EXPECT_EQ(matches(R"(\P{L}+)", "\U00031350!"), (Strings{"!"}));
  EXPECT_EQ(matches(R"(\d)", "\U00010D40"), (Strings{"\U00010D40"}));
}

TEST(TokenizerRegex, SetsInSetsAreJoined) {
  EXPECT_EQ(matches(" ?[^(\\s|[.,!?…])]+", "ab, c|d (e"), (Strings{"ab", " c", "d", "e"}));
  EXPECT_EQ(matches("[a[bc]]+", "abcd"), (Strings{"abc"}));
}

TEST(TokenizerRegex, IntervalsFollowRuby) {
  EXPECT_EQ(matches(R"(\p{N}{1,3}+)", "12345x6"), (Strings{"12345", "6"}));  // repeats, is not possessive
  EXPECT_EQ(matches("a{,2}b", "aaab"), (Strings{"aab"}));
  EXPECT_EQ(matches("a{b", "a{b"), (Strings{"a{b"}));
  EXPECT_EQ(matches("a++b|a", "aab"), (Strings{"aab"}));
}

TEST(TokenizerRegex, LinesAndCase) {
  EXPECT_EQ(matches("^b$", "a\nb\nc"), (Strings{"b"}));
  EXPECT_EQ(matches("(?i:'s|'LL)|x", "'S'llX"), (Strings{"'S", "'ll"}));
  EXPECT_EQ(matches("(?i)x", "aX"), (Strings{"X"}));
}

TEST(TokenizerRegex, EmptyMatchesMoveOn) {
  // None right where the match before it ended.
  EXPECT_EQ(matches("b*", "abé"), (Strings{"", "b", ""}));
}

TEST(TokenizerRegex, WhatHasNoTranslationIsRefused) {
  for (const char* regex : {"[a&&b]", "[a[^b]]", R"(\k<a>)", R"(\K)", R"([\b])", R"(\xE9)", "(?m:.)",
                            "a(?i)b", "[a", R"(\)", R"(\p{L)", R"(\pL)", "a{2}?", "(?<n>a)"}) {
    try {
      Regex compiled(regex);
      ADD_FAILURE() << regex;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnsupported) << regex;
    }
  }
}

}  // namespace
}  // namespace fusebox::text
