// Which variable a name means, decided once for the whole template, by jinja2's rules.
//
// A name that is assigned anywhere in a scope belongs to that scope. It starts as the variable of the same
// name further out if there is one, else (if it is read before, or only assigned under an {% if %}) as what
// the caller gave, else as undefined. Loops, macros, {% with %} and blocks that capture text open scopes, {%
// if %} does not; an assignment in a scope is not seen outside of it. Names nobody assigns are the caller's,
// or globals.
#pragma once

#include "fusebox/text/jinja/ast.h"

namespace fusebox::text::jinja {

void resolve_names(Tree& tree);

}  // namespace fusebox::text::jinja
