// Looks at a plugin's file before the system's loader does, which trusts what it maps.
#pragma once

#include <string>

namespace fusebox::pjrt {

// The path to open: canonical if the file exists, unchanged if it is a bare name to be searched where the
// system searches libraries. Error kNotFound if there is no such file; kInvalidFile if it is a folder, no ELF
// library of this machine, or cut short.
std::string find_plugin_file(const std::string& path);

}  // namespace fusebox::pjrt
