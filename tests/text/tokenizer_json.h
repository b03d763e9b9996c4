// Parts of a tokenizer.json that tests put together.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace fusebox::text {

inline nlohmann::ordered_json special_token(size_t id, const std::string& content) {
  return {{"id", id},        {"content", content},  {"single_word", false}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", true}};
}

inline nlohmann::ordered_json byte_level() {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
}

}  // namespace fusebox::text
