// Runs what the tests of nn trace on XLA's CPU plugin, with patterns as inputs, and compares with
// tests/golden/nn.json, which tools/make_nn_goldens.py wrote.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <concepts>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fusebox/nn/nn.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/nn/pattern.h"
#include "tests/runtime/cpu_device.h"

namespace fusebox::nn {

// Every f32 input gets the pattern of its name.
inline Outputs run_on_patterns(const TracedProgram& traced) {
  const CompiledModel model = cpu().compile(traced);
  std::vector<NamedInput> inputs;
  for (const Signature::Parameter& parameter : model.signature().parameters)
    inputs.emplace_back(parameter.name, pattern(parameter.name, parameter.shape.elements()));
  return session_without_weights(model).run(inputs);
}

template <typename Build>
  requires std::invocable<Build, TraceCx&>
Outputs run_on_patterns(Build&& build) {
  return run_on_patterns(trace("test", std::forward<Build>(build), cpu().trace_options()));
}

// What a program gives for devices that know the composite and for those that do not is the same. XLA's
// plugin runs the decomposition, and so does ours where it has no kernel.
template <typename Build>
void expect_same_as_composite(std::string_view name, Build&& build, double tolerance) {
  const TracedProgram plain = trace("test", build, {}),
                      composite = trace("test", build, {.composites = {std::string(name)}});
  const auto has = [&](const TracedProgram& traced) {
    return stablehlo::print(traced.program).find(fmt::format("stablehlo.composite \"{}\"", name)) !=
           std::string::npos;
  };
  EXPECT_FALSE(has(plain));
  EXPECT_TRUE(has(composite));
  const Outputs got = run_on_patterns(composite), wanted = run_on_patterns(plain);
  ASSERT_EQ(got.size(), wanted.size());
  for (size_t output = 0; output < got.size(); ++output) {
    const auto values = got[output].to_floats(), want = wanted[output].to_floats();
    ASSERT_EQ(values.size(), want.size());
    ASSERT_FALSE(want.empty());
    for (size_t i = 0; i < want.size(); ++i)
      ASSERT_NEAR(values[i], want[i], tolerance) << "output " << output << " at " << i;
  }
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
