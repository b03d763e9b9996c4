// Stop strings over text that comes in pieces.
#include "fusebox/llm/stop_strings.h"

#include <gtest/gtest.h>

#include <random>

namespace fusebox::llm {
namespace {

TEST(StopStrings, HoldBackWhatMightBeginOne) {
  StopStrings stop({"</s>", "STOP"});
  EXPECT_EQ(stop.push("Hello <"), "Hello ");
  EXPECT_EQ(stop.push("/b>"), "</b>");
  EXPECT_EQ(stop.push(" ST"), " ");
  EXPECT_FALSE(stop.stopped());
  EXPECT_EQ(stop.push("OP and more"), "");
  EXPECT_TRUE(stop.stopped());
  EXPECT_EQ(stop.push("more"), "");
  EXPECT_EQ(stop.finish(), "");
}

TEST(StopStrings, GiveBackWhatTurnedOutToBeText) {
  StopStrings stop({"STOP"});
  EXPECT_EQ(stop.push("a STO"), "a ");
  EXPECT_EQ(stop.finish(), "STO");
  EXPECT_EQ(stop.finish(), "");
}

TEST(StopStrings, OfNoneLetEverythingThrough) {
  StopStrings stop({""});
  EXPECT_EQ(stop.push("text"), "text");
  EXPECT_FALSE(stop.stopped());
}

TEST(StopStrings, RestartInsideThemselves) {
  StopStrings stop({"aab"});
  EXPECT_EQ(stop.push("aa"), "");
  EXPECT_EQ(stop.push("aa"), "aa");
  EXPECT_EQ(stop.push("b"), "");
  EXPECT_TRUE(stop.stopped());
}

// What is let through up to the stop string that is complete first; of two that end together the longer.
std::pair<std::string, bool> expected(const std::string& text, const std::vector<std::string>& strings) {
  for (size_t end = 1; end <= text.size(); ++end) {
    size_t longest = 0;
    for (const std::string& string : strings)
      if (text.substr(0, end).ends_with(string)) longest = std::max(longest, string.size());
    if (longest > 0) return {text.substr(0, end - longest), true};
  }
  return {text, false};
}

TEST(StopStrings, DoNotDependOnHowTheTextIsCut) {
  std::mt19937 random(1);
  const auto word = [&](size_t most) {
    std::string text;
    for (size_t length = random() % most + 1; length > 0; --length) text += "abc"[random() % 3];
    return text;
  };
  int stopped = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::vector<std::string> strings = {word(5), word(5), word(3)};
    const std::string text = word(30);
    StopStrings stop(strings);
    std::string out;
    for (size_t at = 0; at < text.size();) {
      const size_t length = random() % 4 + 1;
      out += stop.push(std::string_view(text).substr(at, length));
      at += length;
      // Nothing that was let out is taken back later.
      ASSERT_TRUE(expected(text, strings).first.starts_with(out));
    }
    out += stop.finish();
    ASSERT_EQ(std::pair(out, stop.stopped()), expected(text, strings))
        << text << ": " << strings[0] << ' ' << strings[1] << ' ' << strings[2];
    stopped += stop.stopped();
  }
  EXPECT_GT(stopped, 1000);
  EXPECT_LT(stopped, 2990);
}

}  // namespace
}  // namespace fusebox::llm
