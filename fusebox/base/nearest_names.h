// Names that are nearly the one wanted, for messages.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fusebox {

// At most `count` of `names`, nearest first by edit distance (insert, delete, change, each 1); only those
// within a third of the wanted name's length. Names of the same distance keep their order.
std::vector<std::string_view> nearest_names(std::string_view wanted, std::span<const std::string_view> names,
                                            size_t count = 3);

// "; did you mean 'a' or 'b'?", or nothing if no name is near.
std::string did_you_mean(std::string_view wanted, std::span<const std::string_view> names);

}  // namespace fusebox
