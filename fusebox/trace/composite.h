// Composites: a named group of ops that a device may have a kernel for. The decomposition says what it means
// in plain ops; a device that does not know the name runs that.
//
//   Tensor y = composite("acme.scale", {{"by", 2.0}}, {x}, [](const std::vector<Tensor>& in) {
//     return std::vector{in[0] * 2.0};
//   })[0];
//
// The decomposition is traced once per name, version, attributes and input shapes, as a private function. It
// sees its arguments only: no weights, nothing from around it.
//
// composite_if_known is that for devices whose TraceOptions::composites have the name; for all others the
// decomposition is traced where it stands.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "fusebox/hlo/op.h"
#include "fusebox/trace/tensor.h"

namespace fusebox {

using Decomposition = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

std::vector<Tensor> composite(std::string_view name, const hlo::AttributeDict& attributes,
                              const std::vector<Tensor>& inputs, const Decomposition& decomposition,
                              int64_t version = 1,
                              const std::source_location& where = std::source_location::current());

std::vector<Tensor> composite_if_known(std::string_view name, const hlo::AttributeDict& attributes,
                                       const std::vector<Tensor>& inputs, const Decomposition& decomposition);

}  // namespace fusebox
