// Which of some special names (loop, caller, varargs, kwargs) a body reads before it assigns them itself.
#pragma once

#include <set>
#include <string>

#include "fusebox/text/jinja/ast.h"

namespace fusebox::text::jinja {

std::set<std::string> find_undeclared(Body& body, std::set<std::string> names);

}  // namespace fusebox::text::jinja
