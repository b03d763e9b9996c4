// How much memory a model takes, beside the least it could: bench_memory MODEL PLUGIN [CONTEXT]
//
// One process only compiles the programs of a reply; another opens the model and makes one. Prints the most
// each had resident (VmHWM), and the bound that the second is held to: 1.3 x weights + cache + the first.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "apps/host.h"
#include "bench/guarded_main.h"
#include "fusebox/llm/chunks.h"
#include "fusebox/llm/sequence.h"

namespace {

using namespace fusebox;

constexpr int64_t kPrompt = 32;

// Of this process, in MB.
double peak_resident() { return static_cast<double>(apps::peak_resident_bytes()) / 1e6; }

// What `work` returns, from a process of its own.
double in_child(const std::function<double()>& work) {
  int ends[2];
  if (pipe(ends) != 0) throw Error(ErrorKind::kIo, "no pipe");
  const pid_t child = fork();
  if (child == 0) {
    try {
      const double value = work();
      _exit(write(ends[1], &value, sizeof value) == sizeof value ? 0 : 1);
    } catch (const std::exception& error) {
      fmt::print(stderr, "bench_memory: {}\n", error.what());
      _exit(1);
    }
  }
  close(ends[1]);
  double value = 0;
  const bool got = read(ends[0], &value, sizeof value) == sizeof value;
  close(ends[0]);
  waitpid(child, nullptr, 0);
  if (!got) throw Error(ErrorKind::kIo, "a measuring process failed");
  return value;
}

double only_compile(const std::string& path, const DeviceOptions& options, int64_t context) {
  const Device device = Device::open(options);
  const auto model = llm::open_model(path);
  const DType dtype = device.fastest_dtype();
  const int64_t capacity = llm::cache_capacity(context, llm::kLargestChunk);
  std::vector<CompiledModel> programs;
  for (const int64_t tokens : {kPrompt, int64_t{1}})
    programs.push_back(
        device.compile(llm::trace_step(*model, {1, tokens, capacity, dtype}, {dtype}), {.use_cache = false}));
  return peak_resident();
}

double reply(const std::string& path, const DeviceOptions& options, int64_t context) {
  const auto model =
      llm::LanguageModel::open(path, {.device = options, .context = context, .use_cache = false});
  llm::Sequence sequence(model);
  sequence.feed(std::vector<int32_t>(kPrompt, 1));
  for (int64_t i = kPrompt; i + 1 < context; ++i) sequence.advance(sequence.sampled());
  return peak_resident();
}

int run(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: bench_memory MODEL PLUGIN [CONTEXT]\n");
    return 2;
  }
  const std::string path = argv[1];
  const DeviceOptions options = {.plugin = argv[2]};
  const int64_t context = argc > 3 ? std::atoll(argv[3]) : 512;
  if (context <= kPrompt)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("a context of {}, want more than {}", argv[3], kPrompt));
  const double compiled = in_child([&] { return only_compile(path, options, context); });
  const double whole = in_child([&] { return reply(path, options, context); });
  const double cache = in_child([&] {
    const auto model = llm::LanguageModel::open(path, {.device = options, .context = context});
    return static_cast<double>(model->cache_bytes()) / 1e6;
  });
  const double weights = in_child([&] {
    const auto model = llm::open_model(path);
    const auto width = static_cast<double>(byte_size(Device::open(options).fastest_dtype()));
    double elements = 0;
    for (const WeightInfo& weight : model->weights().weights())
      elements += static_cast<double>(weight.shape.elements());
    return elements * width / 1e6;
  });
  const double bound = 1.3 * weights + cache + compiled;
  fmt::print("weights {:.0f} MB, cache {:.0f} MB, a process that only compiles {:.0f} MB\n", weights, cache,
             compiled);
  fmt::print("a whole reply {:.0f} MB, {:.0f} % of the bound of {:.0f} MB\n", whole, 100 * whole / bound,
             bound);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return bench::guarded_main("bench_memory", run, argc, argv); }
