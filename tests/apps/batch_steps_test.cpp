// Several sequences in one batch say what each says alone.
#include "apps/batch_steps.h"

#include <gtest/gtest.h>

#include "fusebox/llm/sequence.h"
#include "tests/llm/tiny_model.h"

namespace fusebox::apps {
namespace {

TEST(BatchSteps, SayWhatEachSequenceSaysAlone) {
  constexpr int kSlots = 3, kSteps = 20;
  const std::shared_ptr<llm::LanguageModel> model = llm::tiny_model();
  BatchSteps steps(*model, kSlots, kSteps);
  for (int round = 0; round < 2; ++round) {
    steps.restart();
    std::vector<std::vector<int32_t>> together(kSlots);
    for (int step = 0; step <= kSteps; ++step) {
      for (size_t slot = 0; slot < kSlots; ++slot) together[slot].push_back(steps.chosen()[slot]);
      steps.advance();
    }
    for (const std::vector<int32_t>& tokens : together) {
      llm::Sequence alone(model);
      std::vector<int32_t> said = {tokens[0]};
      alone.feed(said);
      while (said.size() < tokens.size()) {
        said.push_back(alone.sampled());
        alone.advance(said.back());
      }
      EXPECT_EQ(tokens, said);
    }
    EXPECT_NE(together[0], together[1]);
  }
}

}  // namespace
}  // namespace fusebox::apps
