// How the time of a prompt grows with its length: bench_prompts MODEL PLUGIN [SIZE | SIZE:VALID | FROM-TO]...
//
// Prints what a chunk of each size costs, as fusebox/llm/chunks.cpp has it in its table: full, and with
// padding behind half of its tokens and one. Then the time of prompts of 16 to 600 tokens, wherever one token
// more is cut in another way, and by how much it grows there; and at every length up to 40. Medians of runs
// that take turns, so that a drift of the machine's speed meets all alike.
//
// With SIZEs, chunks of those only, which need no program of chunks.h, with all of their tokens valid or so
// many; with FROM-TO, one token more after every prompt of that many tokens.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "apps/median.h"
#include "apps/some_tokens.h"
#include "bench/guarded_main.h"
#include "fusebox/llm/chunks.h"
#include "fusebox/llm/sequence.h"

namespace {

using namespace fusebox;

constexpr int kRepetitions = 9;
constexpr int64_t kShortest = 16, kEveryOneUntil = 40, kLongest = 600;

double milliseconds(const std::function<void()>& run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

// Of each, by turns, after one for warming up.
std::vector<double> medians(const std::vector<std::function<void()>>& runs) {
  std::vector<std::vector<double>> times(runs.size());
  for (int i = 0; i <= kRepetitions; ++i)
    for (size_t r = 0; r < runs.size(); ++r) {
      const double time = milliseconds(runs[r]);
      if (i > 0) times[r].push_back(time);
    }
  std::vector<double> all;
  for (const std::vector<double>& of_one : times) all.push_back(apps::median(of_one));
  return all;
}

// A program for chunks of a size, run on an empty cache with so many valid tokens.
class Chunk {
 public:
  Chunk(llm::LanguageModel& model, int64_t size, int64_t valid) : call_(model.session(size)) {
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
        const auto count = static_cast<int32_t>(valid);
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

struct ChunkCase {
  int64_t size, valid;
};

void print_chunks(llm::LanguageModel& model, const std::vector<ChunkCase>& cases) {
  std::vector<std::unique_ptr<Chunk>> chunks;
  std::vector<std::function<void()>> runs;
  for (const ChunkCase& c : cases) {
    Chunk* chunk = chunks.emplace_back(std::make_unique<Chunk>(model, c.size, c.valid)).get();
    runs.emplace_back([chunk] { chunk->run(); });
  }
  const std::vector<double> times = medians(runs);
  for (size_t i = 0; i < cases.size(); ++i)
    fmt::print("a chunk of {:3}, {:3} tokens: {:7.2f} ms\n", cases[i].size, cases[i].valid, times[i]);
}

struct Growth {
  double factor = 0;
  int64_t after = 0;
};

// From so many tokens to one more.
Growth print_growth(llm::Sequence& sequence, int64_t tokens) {
  const std::vector<int32_t> prompt = apps::some_tokens(tokens + 1, sequence.model()->sizes().vocabulary);
  const auto feed = [&](int64_t count) {
    sequence.rewind(0);
    sequence.feed(std::span(prompt).first(static_cast<size_t>(count)));
  };
  const std::vector<double> times = medians({[&] { feed(tokens); }, [&] { feed(tokens + 1); }});
  const double factor = times[1] / times[0];
  fmt::print("{:4} tokens {:7.2f} ms, one more {:7.2f} ms: x {:.3f}  ({})\n", tokens, times[0], times[1],
             factor, fmt::join(llm::plan_chunks(tokens + 1, sequence.model()->padding()), " + "));
  return {factor, tokens};
}

void print_growths(const std::shared_ptr<llm::LanguageModel>& model, const std::vector<int64_t>& lengths) {
  llm::Sequence sequence(model);
  Growth worst;
  for (const int64_t tokens : lengths) {
    const Growth growth = print_growth(sequence, tokens);
    if (growth.factor > worst.factor) worst = growth;
  }
  fmt::print("the steepest: x {:.3f} after {} tokens\n", worst.factor, worst.after);
}

struct Cases {
  std::vector<ChunkCase> chunks;
  std::vector<int64_t> lengths;
};

Cases all_cases(llm::Padding padding) {
  Cases cases;
  for (const int64_t size : llm::kChunkSizes) {
    cases.chunks.push_back({size, size});
    if (size > 1) cases.chunks.push_back({size, size / 2 + 1});
  }
  for (int64_t tokens = kShortest; tokens < kLongest; ++tokens)
    if (tokens < kEveryOneUntil || llm::plan_chunks(tokens, padding) != llm::plan_chunks(tokens + 1, padding))
      cases.lengths.push_back(tokens);
  return cases;
}

// False if the argument is none that is known.
bool add_case(const char* argument, Cases& cases) {
  int64_t first = 0, second = 0;
  char between = 0;
  const int found = std::sscanf(argument, "%" SCNd64 "%c%" SCNd64, &first, &between, &second);
  if (found == 1 && first > 0) {
    cases.chunks.push_back({first, first});
  } else if (found == 3 && between == ':' && second > 0 && second <= first) {
    cases.chunks.push_back({first, second});
  } else if (found == 3 && between == '-' && first > 0) {
    for (int64_t tokens = first; tokens < second; ++tokens) cases.lengths.push_back(tokens);
  } else {
    return false;
  }
  return true;
}

int run(int argc, char** argv) {
  Cases cases;
  bool is_known = argc > 2;
  for (int i = 3; i < argc; ++i) is_known = add_case(argv[i], cases) && is_known;
  if (!is_known) {
    fmt::print(stderr, "usage: bench_prompts MODEL PLUGIN [SIZE | SIZE:VALID | FROM-TO]...\n");
    return 2;
  }
  const auto model = llm::LanguageModel::open(argv[1], {.device = {.plugin = argv[2]}, .context = 2048});
  if (argc == 3) cases = all_cases(model->padding());
  if (!cases.chunks.empty()) print_chunks(*model, cases.chunks);
  if (!cases.lengths.empty()) print_growths(model, cases.lengths);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return bench::guarded_main("bench_prompts", run, argc, argv); }
