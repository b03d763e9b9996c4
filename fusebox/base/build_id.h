// Telling builds of a program apart.
#pragma once

#include <string>

namespace fusebox {

// The build id of the program or library that `code`, the address of a function or constant in it, belongs
// to: what the linker hashed of the whole of it, as hexadecimal digits. Any change of its code is another
// one. Empty if it was linked without one, or if the address belongs to no file.
std::string build_id(const void* code);

}  // namespace fusebox
