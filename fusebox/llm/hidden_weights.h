// A checkpoint without some of its tensors: those that a family knows and has no use for.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "fusebox/base/weight_source.h"

namespace fusebox::llm {

std::shared_ptr<const WeightSource> hide_weights(std::shared_ptr<const WeightSource> source,
                                                 std::function<bool(std::string_view name)> hidden);

}  // namespace fusebox::llm
