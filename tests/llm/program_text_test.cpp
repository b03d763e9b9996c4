// The text of generation's programs reads back as the same programs.
#include <gtest/gtest.h>

#include "fusebox/llm/chunks.h"
#include "fusebox/llm/step.h"
#include "fusebox/stablehlo/parser.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/llm/tiny_model.h"

namespace fusebox::llm {
namespace {

void expect_same(const TracedProgram& traced) {
  const std::string text = stablehlo::print(traced.program);
  EXPECT_EQ(stablehlo::print(stablehlo::parse(text)), text);
}

TEST(ProgramText, OfTinyLlamas) {
  for (const std::string name : {"tied", "untied", "yarn"}) {
    SCOPED_TRACE(name);
    TemporaryFolder folder;
    write_tiny_llama(folder, tiny_llama(name));
    const auto model = open_model(folder.path());
    const int64_t capacity = cache_capacity(64, kLargestChunk);
    for (const int64_t tokens : {1, 8})
      for (const DType dtype : {f32, bf16})
        expect_same(trace_step(*model, {2, tokens, capacity, dtype}, {dtype}));
    expect_same(trace_score(*model, {1, 8, capacity}, {}));
    expect_same(trace_copy(*model, {1, 1, capacity}));
  }
}

}  // namespace
}  // namespace fusebox::llm
