// What a model computes in on a device.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fusebox/runtime/device.h"

namespace fusebox::llm {

struct Precision {
  DType dtype = DType::f32;        // of weights that are expanded
  DType cache_dtype = DType::f32;  // of keys and values
  TraceOptions trace = {};         // block_weights: low-bit weights are used as they are
};

// What is wanted (see ModelOptions), else what suits the device and the weights best. Error kUnsupported for
// dtypes that weights or caches cannot have.
Precision choose_precision(const Device& device, const WeightSource& weights, std::optional<DType> dtype,
                           std::optional<DType> cache_dtype);

// For people: "f32", or "Q4_1" for most of the weights as they are.
std::string weights_name(const WeightSource& weights, const Precision& precision);

// Bytes of all weights, expanded or as they are.
int64_t weight_bytes(const WeightSource& weights, const Precision& precision);

}  // namespace fusebox::llm
