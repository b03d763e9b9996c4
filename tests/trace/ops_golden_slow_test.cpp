// Every op function against values that NumPy, SciPy and JAX made (tools/make_trace_goldens.py), on XLA's CPU
// plugin: op by dtype, with NaN, infinities and shapes of no elements.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "fusebox/base/small_float.h"
#include "fusebox/pjrt/pjrt.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/trace/op_functions.h"
#include "tests/trace/xla.h"

namespace fusebox::test {
namespace {

using nlohmann::json;

struct Case {
  std::string op;
  std::vector<std::string> inputs;
  std::vector<HostTensor> outputs;
  uint64_t ulp;

  std::string name() const { return fmt::format("{} of {}", op, fmt::join(inputs, ", ")); }
};

HostTensor read_tensor(const json& value) {
  HostTensor tensor{{value["dims"], dtype_from_name(value["dtype"].get<std::string>()).value()}, {}};
  const std::string hex = value["hex"];
  for (size_t i = 0; i < hex.size(); i += 2)
    tensor.bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return tensor;
}

struct Goldens {
  std::map<std::string, HostTensor> tensors;
  std::vector<Case> cases;
};

const Goldens& goldens() {
  static const Goldens read = [] {
    std::ifstream file(FUSEBOX_SOURCE_DIR "/tests/golden/trace-ops.json");
    const json document = json::parse(file);
    Goldens all;
    for (const auto& [name, tensor] : document["tensors"].items()) all.tensors[name] = read_tensor(tensor);
    for (const json& item : document["cases"]) {
      Case one{item["op"], item["in"], {}, item["ulp"]};
      for (const json& output : item["out"]) one.outputs.push_back(read_tensor(output));
      all.cases.push_back(std::move(one));
    }
    return all;
  }();
  return read;
}

// The place of a float among the floats of its dtype, so that neighbours are 1 apart.
int64_t place(DType dtype, const std::byte* bytes) {
  uint64_t bits = 0;
  std::memcpy(&bits, bytes, byte_size(dtype));
  const uint64_t sign = uint64_t{1} << (info(dtype).bits - 1);
  return bits & sign ? -static_cast<int64_t>(bits & ~sign) : static_cast<int64_t>(bits);
}

double number(DType dtype, const std::byte* bytes) {
  if (dtype == f64) {
    double value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }
  uint32_t bits = 0;
  std::memcpy(&bits, bytes, byte_size(dtype));
  return decode_float(dtype, bits);
}

// What is wrong with one float; empty if it is near enough. 0 and -0 are equal unless bits must be.
std::string differs(DType dtype, const std::byte* got, const std::byte* want, uint64_t ulp) {
  const double a = number(dtype, got), b = number(dtype, want);
  if (std::isnan(a) && std::isnan(b)) return "";
  const auto distance = static_cast<uint64_t>(std::abs(place(dtype, got) - place(dtype, want)));
  if (!std::isnan(a) && !std::isnan(b) && std::isinf(a) == std::isinf(b) && distance <= ulp) return "";
  return fmt::format("got {}, want {}, {} ulp apart", a, b, distance);
}

std::string compare(const HostTensor& got, const HostTensor& want, uint64_t ulp) {
  if (got.shape != want.shape)
    return fmt::format("got {}, want {}", to_string(got.shape), to_string(want.shape));
  DType dtype = want.shape.dtype;
  if (is_complex(dtype)) dtype = dtype == c64 ? f32 : f64;
  const size_t width = byte_size(dtype);
  for (size_t at = 0; at < want.bytes.size(); at += width) {
    std::string problem;
    if (is_float(dtype))
      problem = differs(dtype, &got.bytes[at], &want.bytes[at], ulp);
    else if (std::memcmp(&got.bytes[at], &want.bytes[at], width) != 0)
      problem = "integers differ";
    if (!problem.empty()) return fmt::format("element {}: {}", at / width, problem);
  }
  return "";
}

// One program for many cases: their results one after the other.
std::string check(std::span<const Case> cases) {
  std::map<std::string, const HostTensor*> inputs;
  std::vector<size_t> counts;
  const TracedProgram traced = trace("main", [&](TraceCx& cx) {
    std::map<std::string, Tensor> given;
    Tensors results;
    for (const Case& one : cases) {
      Tensors operands;
      for (const std::string& name : one.inputs) {
        const HostTensor& tensor = goldens().tensors.at(name);
        if (!given.contains(name)) given[name] = cx.input(name, tensor.shape);
        inputs[name] = &tensor;
        operands.push_back(given[name]);
      }
      Tensors made = apply_op(one.op, operands);
      counts.push_back(made.size());
      results.insert(results.end(), made.begin(), made.end());
    }
    return results;
  });
  std::vector<HostTensor> arguments;
  for (const Signature::Parameter& parameter : traced.signature.parameters)
    arguments.push_back(*inputs.at(parameter.name));
  const std::vector<HostTensor> got = run_on_xla(traced, arguments);
  std::string problems;
  size_t next = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    if (counts[i] != cases[i].outputs.size()) return "another number of results: " + cases[i].name();
    for (const HostTensor& want : cases[i].outputs) {
      const std::string problem = compare(got[next++], want, cases[i].ulp);
      if (!problem.empty()) problems += fmt::format("  {}: {}\n", cases[i].name(), problem);
    }
  }
  return problems;
}

constexpr int kUnimplemented = 12;  // PJRT's code

TEST(OpsGolden, Values) {
  std::set<std::string> refused;
  const std::vector<Case>& cases = goldens().cases;
  constexpr size_t kTogether = 60;  // few enough to compile fast, many enough to compile seldom
  for (size_t begin = 0; begin < cases.size(); begin += kTogether) {
    const auto some = std::span(cases).subspan(begin, std::min(kTogether, cases.size() - begin));
    try {
      EXPECT_EQ(check(some), "");
    } catch (const Error&) {
      for (const Case& one : some) {  // which one is it?
        try {
          EXPECT_EQ(check(std::span(&one, 1)), "");
        } catch (const Error& error) {
          if (on_ours() && error.plugin_code() == kUnimplemented)
            refused.insert(error.message());
          else
            ADD_FAILURE() << one.name() << ": " << error.what();
        }
      }
    }
  }
  for (const std::string& reason : refused) fmt::print("refused: {}\n", reason);
}

TEST(OpsGolden, EveryFunctionHasACase) {
  std::map<std::string, int> seen;
  for (const Case& one : goldens().cases) ++seen[one.op.substr(0, one.op.find(':'))];
  for (const auto& [name, function] : op_functions()) {
    if (name == "optimization_barrier" || name.starts_with("gumbel_") || name.starts_with("normal_"))
      continue;
    EXPECT_TRUE(seen.contains(name)) << name;
  }
}

}  // namespace
}  // namespace fusebox::test
