// JSON lines to and from the program.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/apps/program.h"

namespace fusebox::apps {

inline nlohmann::ordered_json read_golden(const std::string& name) {
  return nlohmann::ordered_json::parse(read_file(FUSEBOX_SOURCE_DIR "/tests/golden/" + name));
}

inline std::string lines(const std::vector<nlohmann::ordered_json>& values) {
  std::string text;
  for (const nlohmann::ordered_json& value : values) text += value.dump() + '\n';
  return text;
}

// One per line of stdout.
inline std::vector<nlohmann::ordered_json> answers(const Ran& ran) {
  EXPECT_EQ(ran.code, 0) << ran.err;
  std::vector<nlohmann::ordered_json> all;
  std::istringstream stream(ran.out);
  for (std::string line; std::getline(stream, line);) all.push_back(nlohmann::ordered_json::parse(line));
  return all;
}

}  // namespace fusebox::apps
