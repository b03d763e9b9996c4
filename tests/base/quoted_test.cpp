#include "fusebox/base/quoted.h"

#include <gtest/gtest.h>

#include <iomanip>  // std::quoted, which would be found by the type of the argument

namespace fusebox {
namespace {

TEST(Quoted, IsOursForEveryKindOfString) {
  std::string text = "w";
  const std::string same = text;
  EXPECT_EQ(quoted(text) + quoted(same) + quoted(std::string("w")) + quoted("w"), "'w''w''w''w'");
}

TEST(Quoted, EscapesAndCuts) {
  EXPECT_EQ(quoted("a\x1b[2J'\\\xff"), "'a\\x1b[2J\\x27\\x5c\\xff'");
  EXPECT_EQ(quoted(std::string(101, 'x')), "'" + std::string(100, 'x') + "…'");
}

}  // namespace
}  // namespace fusebox
