// Names from files and users, made safe for messages.
#pragma once

#include <string>
#include <string_view>

namespace fusebox {

// A name from a file, quoted for a message: control characters and invalid UTF-8 escaped, cut at 100 bytes.
std::string quoted(std::string_view name);

}  // namespace fusebox
