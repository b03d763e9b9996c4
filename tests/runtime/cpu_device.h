// XLA's CPU plugin as a Device, opened once for all tests of a program.
#pragma once

#include "fusebox/runtime/runtime.h"
#include "fusebox/trace/trace.h"
#include "tests/test_plugin.h"

namespace fusebox {

inline const Device& cpu() {
  static const Device device = Device::open({.plugin = test::test_plugin()});
  return device;
}

// For programs that take none.
struct NoWeights : WeightSource {
  std::vector<WeightInfo> weights() const override { return {}; }
  std::optional<WeightInfo> find(std::string_view) const override { return std::nullopt; }
  void read(std::string_view, DType, std::span<std::byte>) const override {}
  std::span<const std::byte> view(std::string_view) const override { return {}; }
  std::string description() const override { return "nothing"; }
};

inline Session session_without_weights(const CompiledModel& model) {
  return model.session(cpu().load(NoWeights(), model.signature()));
}

}  // namespace fusebox
