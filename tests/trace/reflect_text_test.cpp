#include "fusebox/trace/reflect_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace fusebox::reflect {
namespace {

enum class Colour : uint8_t { kRed, kGreen };

struct Inner {
  double factor = 1;
  std::optional<bool> known = {};
};

struct Settings {
  int64_t size = 4;
  float epsilon = 1e-5f;
  bool tied = false;
  Colour colour = Colour::kRed;
  std::string name = "a", other = "b";
  Inner inner = {};
  std::vector<double> list = {};
  std::vector<std::vector<int>> lists = {};
};

std::string text_of(const Settings& settings) {
  std::string text;
  append_text(text, settings);
  return text;
}

TEST(ReflectText, NamesEveryField) {
  EXPECT_EQ(text_of({}),
            "{size=4;epsilon=3ee4f8b580000000;tied=0;colour=0;name=1:a;other=1:b;"
            "inner={factor=3ff0000000000000;known=-}list=[0:]lists=[0:]}");
}

// Each change of one field, and of values that lie side by side, makes another text.
TEST(ReflectText, TellsValuesApart) {
  using Change = std::function<void(Settings&)>;
  const std::vector<Change> changes = {
      [](Settings&) {},
      [](Settings& s) { s.size = 5; },
      [](Settings& s) { s.size = -4; },
      [](Settings& s) { s.epsilon = std::nextafter(1e-5f, 1.0f); },
      [](Settings& s) { s.tied = true; },
      [](Settings& s) { s.colour = Colour::kGreen; },
      [](Settings& s) { s.name = "aa"; },
      [](Settings& s) { s.name = "", s.other = "ab"; },
      [](Settings& s) { s.name = "a;other=1:b", s.other = ""; },
      [](Settings& s) { s.inner.factor = std::nextafter(1.0, 2.0); },
      [](Settings& s) { s.inner.factor = -0.0; },
      [](Settings& s) { s.inner.factor = 0.0; },
      [](Settings& s) { s.inner.factor = std::numeric_limits<double>::infinity(); },
      [](Settings& s) { s.inner.known = false; },
      [](Settings& s) { s.inner.known = true; },
      [](Settings& s) { s.list = {1}; },
      [](Settings& s) { s.list = {1, 2}; },
      [](Settings& s) { s.list = {2, 1}; },
      [](Settings& s) { s.lists = {{1, 2}}; },
      [](Settings& s) { s.lists = {{1}, {2}}; },
      [](Settings& s) { s.lists = {{}, {1, 2}}; },
  };
  std::set<std::string> texts;
  for (const Change& change : changes) {
    Settings settings;
    change(settings);
    EXPECT_TRUE(texts.insert(text_of(settings)).second) << text_of(settings);
    EXPECT_EQ(text_of(settings), text_of(Settings(settings)));
  }
}

}  // namespace
}  // namespace fusebox::reflect
