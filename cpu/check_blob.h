// What makes a blob safe to execute, as far as data tells: every index, offset and size fits.
#pragma once

#include "cpu/blob.h"

namespace fusebox::cpu {

// Error kInvalidFile that says what does not fit.
void check(const Blob& blob);

}  // namespace fusebox::cpu
