// The limits of this process's control group.
#pragma once

#include <optional>
#include <string>

namespace fusebox::cpu {

// Processors that the group's quota is worth, rounded up; nothing if there is no quota.
std::optional<int> cgroup_processors();
// The same with another root directory, for tests.
std::optional<int> cgroup_processors(const std::string& proc_self_cgroup, const std::string& root);

}  // namespace fusebox::cpu
