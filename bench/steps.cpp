// What one decode step costs, and how much of it is fusebox: bench_steps MODEL PLUGIN [STEPS] [DEPTH]
//
// Per step: from the token's event to the next Execute call, and from Execute's return to the output handle.
// Both are read off a clock in a plugin that wraps the real one (timing_plugin.cpp). Prints medians of STEPS
// steps.
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "bench/guarded_main.h"
#include "bench/timing_plugin.h"
#include "fusebox/llm/sequence.h"

namespace {

using namespace fusebox;

int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int run(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: bench_steps MODEL PLUGIN [STEPS] [DEPTH]\n");
    return 2;
  }
  const int steps = argc > 3 ? std::atoi(argv[3]) : 500;
  const int depth = argc > 4 ? std::atoi(argv[4]) : 1;
  setenv("FUSEBOX_TIMED_PLUGIN", argv[2], 1);
  auto model =
      llm::LanguageModel::open(argv[1], {.device = {.plugin = FUSEBOX_TIMING_PLUGIN}, .context = 2048});
  void* library = dlopen(FUSEBOX_TIMING_PLUGIN, RTLD_NOW | RTLD_NOLOAD);
  const auto* times = reinterpret_cast<const FuseboxTimes* (*)()>(dlsym(library, "fusebox_times"))();

  llm::Sequence sequence(model);
  sequence.feed(std::vector<int32_t>(static_cast<size_t>(depth), 1));
  std::vector<double> before, inside, after, whole;
  sequence.advance(sequence.sampled());
  for (int i = 0; i < steps; ++i) {
    const int64_t begin = now();
    const int32_t token = sequence.sampled();
    const int64_t known = times->await_end;
    sequence.advance(token);
    const int64_t end = now();
    before.push_back(static_cast<double>(times->execute_begin - known) / 1e3);
    inside.push_back(static_cast<double>(times->execute_end - times->execute_begin) / 1e3);
    after.push_back(static_cast<double>(end - times->execute_end) / 1e3);
    whole.push_back(static_cast<double>(end - begin) / 1e3);
  }
  sequence.sampled();
  const auto stats = model->session(1).model().executable().memory_stats();
  fmt::print("step {:.0f} us = {:.1f} tok/s at depth {}\n", median(whole), 1e6 / median(whole), depth);
  fmt::print(
      "fusebox: token's event to Execute {:.1f} us + Execute's return to the handle {:.1f} us = {:.1f} us\n",
      median(before), median(after), median(before) + median(after));
  fmt::print("plugin's Execute call {:.1f} us\n", median(inside));
  if (stats)
    fmt::print("temporaries {:.2f} MB, cache {:.0f} MB\n", static_cast<double>(stats->temporaries) / 1e6,
               static_cast<double>(model->cache_bytes()) / 1e6);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return bench::guarded_main("bench_steps", run, argc, argv); }
