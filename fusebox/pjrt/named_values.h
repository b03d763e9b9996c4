// NamedValue to and from the ABI's form, for the sources of this folder.
#pragma once

#include <span>
#include <vector>

#include "fusebox/pjrt/abi/api.h"
#include "fusebox/pjrt/plugin.h"

namespace fusebox::pjrt {

// The result points into `values`.
std::vector<PJRT_NamedValue> to_abi(std::span<const NamedValue> values);

// Values of a type that we do not know are left out.
std::vector<NamedValue> from_abi(std::span<const PJRT_NamedValue> values);

}  // namespace fusebox::pjrt
