#include "fusebox/llm/stop_strings.h"

#include <algorithm>

namespace fusebox::llm {
namespace {

// Bytes at the end of `text` that are the beginning of `string`.
size_t overlap(std::string_view text, std::string_view string) {
  for (size_t length = std::min(text.size(), string.size() - 1); length > 0; --length)
    if (text.ends_with(string.substr(0, length))) return length;
  return 0;
}

}  // namespace

StopStrings::StopStrings(const std::vector<std::string>& strings) {
  for (const std::string& string : strings)
    if (!string.empty()) strings_.push_back(string);
}

std::string StopStrings::push(std::string_view text) {
  if (stopped_) return {};
  held_ += text;
  size_t begin = held_.size(), end = std::string::npos, keep = 0;
  for (const std::string& string : strings_) {
    const size_t at = held_.find(string);
    keep = std::max(keep, overlap(held_, string));
    if (at == std::string::npos || at + string.size() > end) continue;
    begin = at + string.size() < end ? at : std::min(at, begin);
    end = at + string.size();
  }
  stopped_ = end != std::string::npos;
  std::string certain = held_.substr(0, stopped_ ? begin : held_.size() - keep);
  held_.erase(0, stopped_ ? held_.size() : certain.size());
  return certain;
}

std::string StopStrings::finish() {
  std::string rest;
  if (!stopped_) rest.swap(held_);
  return rest;
}

}  // namespace fusebox::llm
