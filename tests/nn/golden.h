// Runs what the tests of nn trace on XLA's CPU plugin, with patterns as inputs, and compares with
// tests/golden/nn.json, which tools/make_nn_goldens.py wrote.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fusebox/nn/nn.h"
#include "tests/nn/pattern.h"
#include "tests/runtime/cpu_device.h"

namespace fusebox::nn {

// Every f32 input gets the pattern of its name.
template <typename Build>
Outputs run_on_patterns(Build&& build) {
  const CompiledModel model = cpu().compile("test", std::forward<Build>(build));
  std::vector<NamedInput> inputs;
  for (const Signature::Parameter& parameter : model.signature().parameters)
    inputs.emplace_back(parameter.name, pattern(parameter.name, parameter.shape.elements()));
  return session_without_weights(model).run(inputs);
}

inline const nlohmann::ordered_json& golden() {
  static const auto json =
      nlohmann::ordered_json::parse(std::ifstream(FUSEBOX_SOURCE_DIR "/tests/golden/nn.json"));
  return json;
}

// `got` may have more values than the golden, never fewer.
inline void expect_near(const std::vector<float>& got, const nlohmann::ordered_json& golden_values,
                        double tolerance) {
  const auto want = golden_values.get<std::vector<double>>();
  ASSERT_FALSE(want.empty());
  ASSERT_GE(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) ASSERT_NEAR(got[i], want[i], tolerance) << "at " << i;
}

}  // namespace fusebox::nn
