// How programs write softmax without a composite.
#pragma once

#include "fusebox/hlo/program.h"

namespace fusebox::cpu {

// x of f32, if the op is e / sum(e) with e = exp(x - max(x)), along rows; else null.
hlo::Value* softmax_of(const hlo::Op& op);

}  // namespace fusebox::cpu
