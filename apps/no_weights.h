// NoWeights: where programs that have none take their weights from.
#pragma once

#include "fusebox/base/weight_source.h"

namespace fusebox::apps {

class NoWeights : public WeightSource {
 public:
  std::vector<WeightInfo> weights() const override { return {}; }
  std::optional<WeightInfo> find(std::string_view) const override { return std::nullopt; }
  void read(std::string_view, DType, std::span<std::byte>) const override {}
  std::span<const std::byte> view(std::string_view) const override { return {}; }
  std::string description() const override { return "nothing"; }
};

}  // namespace fusebox::apps
