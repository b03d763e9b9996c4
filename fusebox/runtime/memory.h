// How much memory there is, and refusing to start what does not fit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/pjrt/client.h"

namespace fusebox {

// Whether the device's memory is the host's own.
bool shares_host_memory(const pjrt::Device& device);

// This process's control group (version 2) and those above it, as folders, the narrowest first. `root` is
// where /proc and /sys lie, for tests.
std::vector<std::string> control_groups(const std::string& root = "");

// Bytes of the host's memory that could be taken now, within the limits of this process's control group and
// of those above it. Nothing if that is not known. `root` as above.
std::optional<int64_t> host_memory(const std::string& root = "");

// Bytes that could be taken now: of the device's own memory, or, where it computes in the host's, of the
// host's. Nothing if that is not known.
std::optional<int64_t> available_memory(const pjrt::Device& device);

// Error kOutOfMemory if `need` bytes for `what` are more than there are; the message has both numbers.
void check_memory(const pjrt::Device& device, int64_t need, std::string_view what, std::string_view hint);

// "512 MB", "1.3 GB"
std::string format_bytes(int64_t bytes);

}  // namespace fusebox
