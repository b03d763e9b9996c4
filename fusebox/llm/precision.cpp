#include "fusebox/llm/precision.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "fusebox/base/error.h"

namespace fusebox::llm {

Precision choose_precision(const Device& device, const WeightSource& weights, std::optional<DType> dtype,
                           std::optional<DType> cache_dtype) {
  Precision chosen;
  chosen.trace = device.trace_options();
  chosen.dtype = dtype.value_or(device.fastest_dtype());
  if (chosen.dtype != f32 && chosen.dtype != bf16 && chosen.dtype != f16)
    throw Error(ErrorKind::kUnsupported,
                fmt::format("weights of dtype {}; they can be f32, bf16 or f16", name(chosen.dtype)));
  const std::vector<WeightInfo> all = weights.weights();
  const bool has_blocks =
      std::any_of(all.begin(), all.end(), [](const WeightInfo& weight) { return weight.format.has_value(); });
  chosen.trace.block_weights = chosen.trace.block_weights && !dtype && has_blocks;
  chosen.trace.weight_dtype = chosen.trace.block_weights ? f32 : chosen.dtype;
  chosen.cache_dtype = cache_dtype.value_or(chosen.trace.block_weights ? f16 : chosen.dtype);
  const DType cache = chosen.cache_dtype;
  if (cache != f32 && cache != bf16 && cache != f16 && cache != i8)
    throw Error(ErrorKind::kUnsupported,
                fmt::format("caches of dtype {}; they can be f32, bf16, f16 or i8", name(cache)));
  return chosen;
}

std::string weights_name(const WeightSource& weights, const Precision& precision) {
  if (!precision.trace.block_weights) return std::string(name(precision.dtype));
  std::map<BlockFormat, int64_t> elements;
  for (const WeightInfo& weight : weights.weights())
    if (weight.format) elements[*weight.format] += weight.shape.elements();
  const auto most = std::max_element(elements.begin(), elements.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return std::string(info(most->first).name);
}

int64_t weight_bytes(const WeightSource& weights, const Precision& precision) {
  int64_t bytes = 0;
  for (const WeightInfo& weight : weights.weights()) {
    const int64_t elements = weight.shape.elements();
    bytes += precision.trace.block_weights && weight.format
                 ? row_bytes(*weight.format, elements).value_or(0)
                 : elements * static_cast<int64_t>(byte_size(precision.dtype));
  }
  return bytes;
}

}  // namespace fusebox::llm
