// Parser: tokens into a tree, with jinja2's grammar and precedences (which are not quite Python's: ~ binds
// tighter than +, and 2 ** 3 ** 2 is 64).
//
// What jinja2 knows and chat templates have no use for (include, import, extends, block, autoescape) is
// refused by name. An unknown filter or test is an error at once, except under an {% if %}, where it is one
// when it is reached; so jinja2 does it. Throws SyntaxFailure.
#pragma once

#include <string_view>

#include "fusebox/text/jinja/ast.h"

namespace fusebox::text::jinja {

Tree parse_template(std::string_view normalized_source);

}  // namespace fusebox::text::jinja
