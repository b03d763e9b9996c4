#include "fusebox/base/quoted.h"

#include <fmt/format.h>

namespace fusebox {

std::string Quoted::operator()(std::string_view name) const {
  constexpr size_t kLongest = 100;
  std::string text = "'";
  for (const char c : name.substr(0, kLongest)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f || c == '\'' || c == '\\')
      text += fmt::format("\\x{:02x}", byte);
    else
      text += c;
  }
  return text + (name.size() > kLongest ? "…'" : "'");
}

}  // namespace fusebox
