// Decode steps of several sequences at once, for fusebox bench.
#pragma once

#include <vector>

#include "fusebox/llm/language_model.h"

namespace fusebox::apps {

class BatchSteps {
 public:
  // Of `slots` sequences with room for `context` tokens each.
  BatchSteps(llm::LanguageModel& model, int64_t slots, int64_t context);
  BatchSteps(BatchSteps&&) = delete;  // the call has its buffers' addresses

  // All sequences as they were at first: empty, a token of its own to feed each.
  void restart();
  // One greedy token more for each; waits for them.
  void advance();
  // What the last step chose, and the next one feeds.
  const std::vector<int32_t>& chosen() const { return chosen_; }

 private:
  pjrt::Buffer& place_of(const std::string& name, const Shape& shape);

  Device device_;
  int64_t vocabulary_;
  std::vector<int32_t> chosen_;
  Call call_;
  std::vector<pjrt::Buffer> state_;  // the outputs, and at the same places inputs of the next step
  std::vector<std::unique_ptr<pjrt::Buffer>> fixed_;
  size_t caches_ = 0;
};

}  // namespace fusebox::apps
