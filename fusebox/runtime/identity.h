// What a device's compiled code depends on.
#pragma once

#include "fusebox/pjrt/client.h"
#include "fusebox/runtime/artifact.h"

namespace fusebox {

Identity identity_of(const pjrt::Device& device);

}  // namespace fusebox
