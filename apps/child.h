// Another run of this very program.
#pragma once

#include <string>
#include <vector>

namespace fusebox::apps {

// Milliseconds from starting `fusebox arguments…` as a process of its own to the first byte on its stdout.
// `input` is its stdin. Error kIo if it does not start or ends without a byte.
double time_to_first_byte(const std::vector<std::string>& arguments, const std::string& input);

}  // namespace fusebox::apps
