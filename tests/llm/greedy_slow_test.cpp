// The whole road: prompt ids to greedy ids on the real weights, equal to an independent implementation's.
#include <gtest/gtest.h>

#include "fusebox/llm/generate.h"
#include "tests/llm/real_model.h"

namespace fusebox::llm {
namespace {

// Where the best logit leads by less than this, two f32 implementations may differ.
constexpr double kSureGap = 0.01;

TEST(Greedy, EqualsTheGoldenTokens) {
  const auto file = golden("smollm2-greedy.json");
  ASSERT_FALSE(file["cases"].empty());
  for (const auto& chat : file["cases"]) {
    SCOPED_TRACE(chat["name"].get<std::string>());
    const auto prompt = chat["prompt_ids"].get<std::vector<int32_t>>();
    const auto want = chat["greedy_ids"].get<std::vector<int32_t>>();
    const auto gaps = chat["gap"].get<std::vector<double>>();
    Sequence sequence(real_model());
    GenerateOptions options;
    options.max_tokens = static_cast<int64_t>(want.size());
    options.sampling = {.temperature = 0};
    const Reply reply = generate(sequence, prompt, options, nullptr);
    for (size_t i = 0; i < want.size() && gaps[i] >= kSureGap; ++i) {
      ASSERT_LT(i, reply.tokens.size());
      ASSERT_EQ(reply.tokens[i], want[i]) << "at token " << i;
    }
  }
}

}  // namespace
}  // namespace fusebox::llm
