// The text of a trace reads back as the same program.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "fusebox/stablehlo/parser.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/trace/op_functions.h"

namespace fusebox::test {
namespace {

// The types of a golden case's operands, from tests/golden/trace-ops.json.
std::vector<Shape> operand_types(const nlohmann::ordered_json& golden, const nlohmann::ordered_json& one) {
  std::vector<Shape> types;
  for (const auto& input : one.at("in")) {
    const auto& tensor = golden.at("tensors").at(input.get<std::string>());
    types.push_back({tensor.at("dims").get<Dims>(), *dtype_from_name(tensor.at("dtype").get<std::string>())});
  }
  return types;
}

TEST(Text, OfEveryOpFunctionReadsBack) {
  std::ifstream file(FUSEBOX_SOURCE_DIR "/tests/golden/trace-ops.json");
  const auto golden = nlohmann::ordered_json::parse(file);
  int read = 0;
  for (const auto& one : golden.at("cases")) {
    const std::vector<Shape> types = operand_types(golden, one);
    const TracedProgram traced = trace("main", [&](TraceCx& cx) {
      Tensors operands;
      for (size_t i = 0; i < types.size(); i++)
        operands.push_back(cx.input("x" + std::to_string(i), types[i].dims, types[i].dtype));
      return apply_op(one.at("op"), operands);
    });
    const std::string text = stablehlo::print(traced.program);
    ASSERT_EQ(stablehlo::print(stablehlo::parse(text)), text) << one.at("op");
    read++;
  }
  EXPECT_GT(read, 1000);
}

}  // namespace
}  // namespace fusebox::test
