// Names from files and users, made safe for messages.
#pragma once

#include <string>
#include <string_view>

namespace fusebox {

// quoted(name): 'name', cut at 100 bytes; what is not printable ASCII, quotes and backslashes are escaped.
//
// An object, not a function: of a std::string, argument-dependent lookup would find std::quoted beside a
// function, and prefer it.
struct Quoted {
  std::string operator()(std::string_view name) const;
};
inline constexpr Quoted quoted;

}  // namespace fusebox
