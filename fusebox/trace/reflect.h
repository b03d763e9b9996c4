// Compile-time reflection of plain structs: names and fields without macros, code generation or registration.
#pragma once

#include "fusebox/trace/reflect_fields.h"
#include "fusebox/trace/reflect_leaves.h"
