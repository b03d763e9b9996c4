// Sequence: tokens and the model's cache of them.
//
// It holds what the model has seen so far; more is fed, the end is taken back (rewind), or the whole is
// copied (fork). One thread's at a time; any number of sequences may share a model. Its memory is the cache:
// see LanguageModel::cache_bytes.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "fusebox/llm/language_model.h"

namespace fusebox::llm {

class Sequence {
 public:
  // Error kOutOfMemory, before anything is taken.
  explicit Sequence(std::shared_ptr<LanguageModel> model);
  ~Sequence();
  Sequence(Sequence&&) noexcept;
  Sequence& operator=(Sequence&&) noexcept;

  const std::shared_ptr<LanguageModel>& model() const { return model_; }
  // What the cache holds.
  std::span<const int32_t> tokens() const { return tokens_; }

  // Forgets all but the first `length` tokens; Error kInvalidArgument if there are fewer.
  void rewind(size_t length);
  // Another sequence with the same tokens and a copy of the cache.
  Sequence fork() const;

  // The natural logarithms of the probabilities of each token after the first, given those before it: one
  // less than `text` has. The sequence is emptied first and then holds all but the last. Error
  // kContextOverflow.
  std::vector<float> score(std::span<const int32_t> text);

  // Sees the logits after some tokens of a text, from the one at `begin` on: as many as the model has words
  // for each.
  using SeeLogits = std::function<void(size_t begin, std::span<const float> logits)>;
  // Lets those after each token but the last be seen, in order. The sequence is as after score().
  void read(std::span<const int32_t> text, const SeeLogits& see);

  // For generate(): one step at a time. How the steps to come choose their token; `context` is all that
  // stands before the reply, fed already or not. Error kInvalidArgument.
  void set_sampling(const SamplingParams& params, uint64_t seed, std::span<const int32_t> context);
  // Feeds tokens, in chunks; the step's results are those of the last. Stops between chunks when `cancelled`
  // becomes true, and returns whether all was fed. Error kContextOverflow with both numbers.
  bool feed(std::span<const int32_t> tokens, const std::atomic<bool>* cancelled = nullptr);
  // Starts a step that feeds the token the last step chose, which the caller knows by now (sampled()).
  void advance(int32_t token);
  // The token that the last step chose; waits for it.
  int32_t sampled();
  // The logits that it was chosen from, one per token of the vocabulary.
  std::vector<float> logits();

 private:
  struct Step;
  Step& step(int64_t tokens, ProgramKind kind = ProgramKind::kStep);
  void run_chunk(std::span<const int32_t> tokens, int64_t size);
  template <typename See>
  void score_chunks(std::span<const int32_t> text, ProgramKind kind, const See& see);
  pjrt::Buffer upload(const Shape& shape, std::span<const std::byte> bytes) const;
  pjrt::Buffer upload(Dims dims, std::span<const int32_t> values) const;
  const pjrt::Buffer& place_of(std::string_view name, size_t& cache) const;
  void set_start();
  void check_tokens(std::span<const int32_t> tokens, std::string_view op) const;
  void check_room(size_t tokens) const;

  std::shared_ptr<LanguageModel> model_;
  std::vector<int32_t> tokens_;
  // Outputs of the step programs and, at the same places, inputs of the next step: token, start, logits,
  // caches, counts. Their addresses are bound in the calls: no place is ever added.
  std::vector<pjrt::Buffer> state_;
  std::vector<pjrt::Buffer> sampling_;  // the sampler's inputs, in the order of their names
  pjrt::Buffer zero_, one_;             // i32 [1]
  std::map<std::pair<ProgramKind, int64_t>, std::unique_ptr<Step>> steps_;
};

}  // namespace fusebox::llm
