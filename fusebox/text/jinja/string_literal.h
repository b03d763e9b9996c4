// The escapes of a string literal, as jinja2 reads them: Python's, on the text between the quotes.
#pragma once

#include <string>
#include <string_view>

namespace fusebox::text::jinja {

// False with a reason in `why` for a broken escape, a lone surrogate, or a character by its name (\N{...}).
bool decode_string_literal(std::string_view literal, std::string& text, std::string& why);

}  // namespace fusebox::text::jinja
