// HTML and URL odds and ends behind the filters striptags and urlencode.
#pragma once

#include <string>
#include <string_view>

namespace fusebox::text::jinja {

// Text without <tags> and comments, blanks collapsed, character references replaced. Of HTML's two thousand
// named ones only a few are known; what may be another is a Failure.
std::string strip_tags(std::string_view text);

// Percent-encoding of all but letters, digits and "_.-~"; "/" stays unless it is for a query, where a blank
// is "+".
std::string url_quote(std::string_view text, bool for_query);

}  // namespace fusebox::text::jinja
