// Rows of padding are zero all the way, where they may be: what they leave in the caches shows it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "fusebox/llm/sequence.h"
#include "tests/llm/tiny_model.h"

namespace fusebox::llm {
namespace {

constexpr int64_t kSize = 16;
constexpr size_t kTokens = 5;
// What of the inputs is not zero.
const std::map<std::string, std::vector<int32_t>> kGiven = {
    {"tokens", {7, 40, 3, 99, 12, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
    {"count", {static_cast<int32_t>(kTokens)}}};

// All caches after a chunk of kTokens and padding: [slot, head, row, column], by name.
std::map<std::string, std::vector<float>> caches_after_a_chunk(LanguageModel& model) {
  Call call(model.session(kSize));
  const Signature& signature = call.session().model().signature();
  std::vector<pjrt::Buffer> outputs(signature.outputs.size());
  std::vector<std::unique_ptr<pjrt::Buffer>> inputs;
  std::vector<std::string> names;
  size_t cache = 3;  // behind token, start and logits
  for (size_t i = 0; i < signature.parameters.size(); ++i) {
    const Signature::Parameter& parameter = signature.parameters[i];
    if (parameter.kind == Signature::Parameter::Kind::kWeight) continue;
    const bool is_cache = parameter.name.starts_with("caches.");
    if (is_cache) names.push_back(parameter.name);
    pjrt::Buffer& place = is_cache ? outputs[cache++] : *inputs.emplace_back(new pjrt::Buffer);
    const auto given = kGiven.find(parameter.name);
    place = given == kGiven.end()
                ? model.device().zeros(parameter.shape)
                : model.device().upload(parameter.shape, std::as_bytes(std::span(given->second)));
    call.set(i, place);
  }
  call.run_into(outputs).await();
  std::map<std::string, std::vector<float>> caches;
  for (size_t i = 0; i < names.size(); ++i) {
    std::vector<float>& values = caches[names[i]];
    values.resize(static_cast<size_t>(signature.outputs[3 + i].shape.elements()));
    outputs[3 + i].to_host(std::as_writable_bytes(std::span(values))).await();
  }
  return caches;
}

// The largest number in rows [from, to) of a cache [1, heads, rows, width].
float largest(const std::vector<float>& cache, const Dims& dims, size_t from, size_t to) {
  const auto heads = static_cast<size_t>(dims[1]), rows = static_cast<size_t>(dims[2]),
             width = static_cast<size_t>(dims[3]);
  float most = 0;
  for (size_t head = 0; head < heads; ++head)
    for (size_t i = head * rows * width + from * width; i < head * rows * width + to * width; ++i)
      most = std::max(most, std::abs(cache[i]));
  return most;
}

TEST(Padding, IsZeroInEveryLayer) {
  const std::shared_ptr<LanguageModel> model = tiny_model("tied");
  ASSERT_TRUE(model->model().pads_with_zeros());
  const Shape shape = model->cache_shapes().at(0);
  for (const auto& [name, cache] : caches_after_a_chunk(*model)) {
    EXPECT_GT(largest(cache, shape.dims, 0, kTokens), 0.01f) << name;
    EXPECT_EQ(largest(cache, shape.dims, kTokens, kSize), 0) << name;
  }
}

// Biases would make something of it.
TEST(Padding, IsNotSaidToBeZeroWhereItIsNot) {
  EXPECT_FALSE(tiny_model("untied")->model().pads_with_zeros());
}

// A norm that divides by zero would make what is no number of it, and that must reach nobody.
TEST(Padding, SpoilsNothingWithoutAnEpsilon) {
  const TemporaryFolder folder;
  TinyLlama without = tiny_llama("tied");
  without.eps = 0;
  write_tiny_llama(folder, without);
  const auto model = LanguageModel::open(folder.path(), tiny_options());
  EXPECT_FALSE(model->model().pads_with_zeros());
  Sequence sequence(model);
  sequence.feed(std::vector<int32_t>{7, 40, 3, 99, 12});
  for (const float logit : sequence.logits()) ASSERT_TRUE(std::isfinite(logit));
}

}  // namespace
}  // namespace fusebox::llm
