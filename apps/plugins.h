// The plugins that belong to this installation.
#pragma once

#include <string>

#include "fusebox/pjrt/plugin.h"

namespace fusebox::apps {

// fusebox's own. Error kNotFound if it is not there.
std::string own_plugin();
// Whether it is that one, wherever it lies: its compiler shows its work (compile_by_hand.h), and its clients
// tell of their kernels (trace_file.h).
bool is_own(const pjrt::Plugin& plugin);

// The first that is another file than `plugin`. Error kNotFound if there is none.
std::string other_plugin(const std::string& plugin);

}  // namespace fusebox::apps
