// The plugins that belong to this installation.
#pragma once

#include <string>
#include <vector>

#include "fusebox/pjrt/client.h"

namespace fusebox::apps {

// Those that lie where the program looks for one: fusebox's own first, XLA's for the CPU.
std::vector<std::string> plugins_here();

// fusebox's own. Error kNotFound if it is not there.
std::string own_plugin();
// Whether the client's plugin is that one, whose compiler shows its work (compile_by_hand.h).
bool is_own(const pjrt::Client& client);

// The first that is another file than `plugin`. Error kNotFound if there is none.
std::string other_plugin(const std::string& plugin);

}  // namespace fusebox::apps
