// The compiler: a library of its own, opened when the first program has to be compiled.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace fusebox::cpu::plugin {

// StableHLO text to a serialized blob for the level. Errors as the compiler tells them; kNotFound or
// kIncompatible if there is no compiler beside the plugin, or one of another version.
std::vector<std::byte> compile_text(const std::string& text, const std::string& level,
                                    const std::string& options);

// Which build of the compiler it is, without opening it: what caches of compiled programs go by. "none" if
// there is none.
std::string compiler_stamp();

}  // namespace fusebox::cpu::plugin
