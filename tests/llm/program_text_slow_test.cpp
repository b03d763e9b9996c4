// SmolLM2's programs, as text, are read as fast as start-up allows, and as the programs they are.
#include <gtest/gtest.h>

#include <chrono>

#include "fusebox/llm/chunks.h"
#include "fusebox/llm/step.h"
#include "fusebox/stablehlo/parser.h"
#include "fusebox/stablehlo/printer.h"

namespace fusebox::llm {
namespace {

TEST(ProgramText, OfSmolLM2) {
  const auto model = open_model(FUSEBOX_ASSETS_DIR "/SmolLM2-135M-Instruct.Q4_1.gguf");
  const int64_t capacity = cache_capacity(model->sizes().context, kLargestChunk);
  for (const int64_t tokens : {1, 32}) {
    const std::string text = stablehlo::print(trace_step(*model, {1, tokens, capacity}, {}).program);
    EXPECT_EQ(stablehlo::print(stablehlo::parse(text)), text);
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
      const auto start = std::chrono::steady_clock::now();
      stablehlo::parse(text);
      best = std::min(
          best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::printf("%lld tokens: %.1f kB of text in %.1f ms\n", static_cast<long long>(tokens),
                static_cast<double>(text.size()) / 1e3, best);
    EXPECT_LT(best, 40);  // 8 on the machine it was written on
  }
}

}  // namespace
}  // namespace fusebox::llm
