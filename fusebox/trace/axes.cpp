#include "fusebox/trace/axes.h"

#include <fmt/format.h>

#include <algorithm>

#include "fusebox/base/error.h"

namespace fusebox {

Dims Axes::resolve(int64_t rank) const {
  Dims resolved;
  if (!axes_) {
    for (int64_t axis = 0; axis < rank; ++axis) resolved.push_back(axis);
    return resolved;
  }
  for (int64_t axis : *axes_) resolved.push_back(normalize_axis(axis, rank));
  std::sort(resolved.begin(), resolved.end());
  if (std::adjacent_find(resolved.begin(), resolved.end()) != resolved.end())
    throw Error(ErrorKind::kInvalidArgument, fmt::format("got axes {}, want each once", to_string(*axes_)));
  return resolved;
}

}  // namespace fusebox
