// The op functions by the names that tests/golden/trace-ops.json and xla_cpu_refuses.tsv use: "sum:-1k" is
// sum(x, -1, keepdims).
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "fusebox/trace/trace.h"

namespace fusebox::test {

using Tensors = std::vector<Tensor>;
// What stands behind the colon, and the operands.
using OpFunction = std::function<Tensors(const std::string&, const Tensors&)>;

const std::map<std::string, OpFunction>& op_functions();

// Applies "name:arguments".
Tensors apply_op(const std::string& op, const Tensors& operands);

}  // namespace fusebox::test
