// How the time of a prompt grows with its length: bench_prompts MODEL PLUGIN [SIZE...]
//
// Prints what a chunk of each size costs, as fusebox/llm/chunks.cpp has it in its table; with SIZEs, of those
// only, which need no program of chunks.h. Then the time of prompts of 16 to 600 tokens, wherever one token
// more is cut in another way, and by how much it grows there. Medians.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

#include "apps/median.h"
#include "apps/some_tokens.h"
#include "bench/guarded_main.h"
#include "fusebox/llm/chunks.h"
#include "fusebox/llm/sequence.h"

namespace {

using namespace fusebox;

constexpr int kRepetitions = 7;
constexpr int64_t kShortest = 16, kLongest = 600;

template <typename Run>
double median_milliseconds(Run run) {
  run();
  std::vector<double> times;
  for (int i = 0; i < kRepetitions; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    run();
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
  }
  return apps::median(times);
}

// A program for chunks of a size, run on an empty cache with all of its tokens valid.
class Chunk {
 public:
  Chunk(llm::LanguageModel& model, int64_t size) : call_(model.session(size)) {
    const Signature& signature = call_.session().model().signature();
    const Device& device = model.device();
    outputs_.resize(signature.outputs.size());
    size_t cache = 3;  // behind token, start and logits; the counts, if they are an output, stand last
    for (size_t i = 0; i < signature.parameters.size(); ++i) {
      const Signature::Parameter& parameter = signature.parameters[i];
      if (parameter.kind == Signature::Parameter::Kind::kWeight) continue;
      const bool is_cache = parameter.name.starts_with("caches.");
      const bool is_output = is_cache || (size == 1 && parameter.name == "counts");
      pjrt::Buffer& place = is_output ? (is_cache ? outputs_[cache++] : outputs_.back())
                                      : *inputs_.emplace_back(new pjrt::Buffer);
      place = device.zeros(parameter.shape);
      if (parameter.name == "count") {
        const auto count = static_cast<int32_t>(size);
        place = device.upload(parameter.shape, std::as_bytes(std::span(&count, 1)));
      }
      call_.set(i, place);
    }
  }

  void run() { call_.run_into(outputs_).await(); }

 private:
  Call call_;
  std::vector<pjrt::Buffer> outputs_;
  std::vector<std::unique_ptr<pjrt::Buffer>> inputs_;
};

double prompt_milliseconds(const std::shared_ptr<llm::LanguageModel>& model, int64_t tokens) {
  const std::vector<int32_t> prompt = apps::some_tokens(tokens, model->sizes().vocabulary);
  llm::Sequence sequence(model);
  return median_milliseconds([&] {
    sequence.rewind(0);
    sequence.feed(prompt);
  });
}

void print_growth(const std::shared_ptr<llm::LanguageModel>& model) {
  double worst = 0;
  int64_t where = 0;
  for (int64_t tokens = kShortest; tokens < kLongest; ++tokens) {
    if (llm::plan_chunks(tokens) == llm::plan_chunks(tokens + 1)) continue;
    const double now = prompt_milliseconds(model, tokens), next = prompt_milliseconds(model, tokens + 1);
    fmt::print("{:4} tokens {:7.2f} ms, one more {:7.2f} ms: x {:.3f}  ({})\n", tokens, now, next, next / now,
               fmt::join(llm::plan_chunks(tokens + 1), " + "));
    if (next / now > worst) worst = next / now, where = tokens;
  }
  fmt::print("the steepest: x {:.3f} after {} tokens\n", worst, where);
}

int run(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: bench_prompts MODEL PLUGIN [SIZE...]\n");
    return 2;
  }
  const auto model = llm::LanguageModel::open(argv[1], {.device = {.plugin = argv[2]}, .context = 2048});
  std::vector<int64_t> sizes(std::begin(llm::kChunkSizes), std::end(llm::kChunkSizes));
  if (argc > 3) sizes.clear();
  for (int i = 3; i < argc; ++i) sizes.push_back(std::atoi(argv[i]));
  for (const int64_t size : sizes) {
    Chunk chunk(*model, size);
    fmt::print("a chunk of {:3}: {:7.2f} ms\n", size, median_milliseconds([&] { chunk.run(); }));
  }
  if (argc == 3) print_growth(model);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return bench::guarded_main("bench_prompts", run, argc, argv); }
