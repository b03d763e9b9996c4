#include "fusebox/checkpoint/json_error.h"

#include <string_view>

namespace fusebox {

std::string json_complaint(const std::exception& error) {
  constexpr size_t kLongest = 300;
  std::string_view what = error.what();
  // "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while …"
  if (const size_t end = what.find("] "); end != what.npos) what.remove_prefix(end + 2);
  if (what.starts_with("parse error at ")) what.remove_prefix(std::string_view("parse error at ").size());
  std::string text = "not valid JSON: ";
  for (const char c : what.substr(0, kLongest)) text += c >= 0x20 && c < 0x7f ? c : '?';
  return text;
}

}  // namespace fusebox
