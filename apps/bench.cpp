// fusebox bench: how fast a model is on this machine.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include "apps/batch_steps.h"
#include "apps/child.h"
#include "apps/command.h"
#include "apps/host.h"
#include "apps/median.h"
#include "apps/model_flags.h"
#include "apps/roofline.h"
#include "apps/some_tokens.h"
#include "apps/terminal.h"
#include "fusebox/base/error.h"
#include "fusebox/llm/chunks.h"
#include "fusebox/llm/sequence.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr const char* kExamples =
    "  fusebox bench model.gguf\n"
    "  fusebox bench model.gguf --json --threads 1 > before.json\n"
    "  fusebox bench model.gguf --roofline --depth 1024\n"
    "\n"
    "ppN: prompts of N tokens, tgN@D: N tokens one by one after a context of D; tokens per second, the "
    "median of\n"
    "several runs after one for warming up; greedy, a fresh sequence each, text and sampling on the host "
    "left out.\n"
    "tgNxS: N tokens for each of S sequences in one batch; of all together.\n"
    "load_ms: weights from the file to the device. compile_ms: all programs traced and compiled, or loaded "
    "from\n"
    "the cache, one after the other; \"cache\" says which: cold or off (compiled), warm or artifact "
    "(loaded).\n"
    "start_ms: a process of its own, from its start to the first token after a prompt of 32. By then this\n"
    "process has filled the cache, so it is a second start; with --no-cache it is a first one, that "
    "compiles.\n"
    "rss_mb: VmHWM of this process.\n"
    "--roofline: of the decode step and of prompts of 32 and 512 tokens, each kernel's time in one "
    "execution\n"
    "(medians), the bytes and operations it needs by its shapes, and how much of the machine's peak it\n"
    "reaches: of the memory's bandwidth or the arithmetic, whichever bounds it; all peaks are measured on "
    "the\n"
    "spot. What lies in the caches can pass the memory's bandwidth.";

constexpr int64_t kStartPrompt = 32;

// One measurement: so many tokens per second.
struct Test {
  const char* name;
  int64_t depth, tokens;
  bool prompt;  // fed at once, or one by one
};
constexpr Test kTests[] = {{"pp32", 0, 32, true},
                           {"pp128", 0, 128, true},
                           {"pp512", 0, 512, true},
                           {"tg128", 0, 128, false},
                           {"tg128@1024", 1024, 128, false}};
constexpr int64_t kWarmUpTokens = 16, kBatchTokens = 128;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

double tokens_per_second(const std::shared_ptr<llm::LanguageModel>& model, const Test& test, int64_t tokens) {
  llm::Sequence sequence(model);
  const int64_t vocabulary = model->sizes().vocabulary;
  if (test.prompt) {
    const std::vector<int32_t> prompt = some_tokens(tokens, vocabulary);
    const auto begin = Clock::now();
    sequence.feed(prompt);
    return static_cast<double>(tokens) / seconds_since(begin);
  }
  sequence.feed(some_tokens(std::max<int64_t>(1, test.depth), vocabulary));
  int32_t token = sequence.sampled();
  const auto begin = Clock::now();
  for (int64_t i = 0; i < tokens; ++i) {
    sequence.advance(token);
    token = sequence.sampled();
  }
  return static_cast<double>(tokens) / seconds_since(begin);
}

class Bench {
 public:
  Bench(const ModelFlags& flags, int repetitions, int batch)
      : flags_(flags), repetitions_(repetitions), batch_(batch) {}

  ordered_json run() {
    model_ = flags_.open(stages_);
    for (const int64_t tokens : llm::kChunkSizes) model_->session(tokens);
    stages_.done();
    describe();
    for (const Test& test : kTests) measure(test);
    result_["load_ms"] = rounded(milliseconds("load weights"), 10);
    result_["compile_ms"] = rounded(milliseconds("trace ") + milliseconds("print ") +
                                        milliseconds("compile ") + milliseconds("load from cache ") +
                                        milliseconds("load decode") + milliseconds("load prefill "),
                                    10);
    result_["rss_mb"] = rounded(static_cast<double>(peak_resident_bytes()) / 1e6, 10);
    if (batch_ > 0) measure_batch();
    result_["start_ms"] = rounded(start_ms(), 10);
    result_["samples"] = samples_;
    return result_;
  }

 private:
  // Of all stages that are called so.
  double milliseconds(std::string_view prefix) const {
    double sum = 0;
    for (const auto& [stage, took] : stages_.stages())
      if (stage.starts_with(prefix)) sum += took;
    return sum;
  }

  std::string cache_state() const {
    if (flags_.no_cache) return "off";
    if (milliseconds("compile ") > 0) return "cold";
    return milliseconds("load from cache ") > 0 ? "warm" : "artifact";
  }

  void describe() {
    const pjrt::Client client = model_->device().handle().client();
    const pjrt::Version api = client.plugin().version();
    result_["model"] = std::filesystem::path(model_->path()).filename().string();
    result_["dtype"] = model_->weights_name();
    result_["cache_dtype"] = name(model_->cache_dtype());
    result_["context"] = model_->context();
    result_["threads"] = flags_.threads > 0 ? flags_.threads : host_info().usable_processors;
    result_["device"] = {{"platform", client.platform_name()}, {"kind", model_->device().handle().kind()}};
    result_["processor"] = host_info().processor;
    result_["cache"] = cache_state();
    result_["repetitions"] = repetitions_;
    result_["version"] = {{"fusebox", FUSEBOX_VERSION},
                          {"plugin", client.platform_version()},
                          {"pjrt_api", fmt::format("{}.{}", api.major, api.minor)}};
  }

  void measure(const Test& test) {
    result_[test.name] = nullptr;
    if (test.depth + test.tokens + 1 > model_->context()) return;  // told as null
    tokens_per_second(model_, test, test.prompt ? test.tokens : kWarmUpTokens);
    repeat(test.name, [&] { return tokens_per_second(model_, test, test.tokens); });
  }

  void measure_batch() {
    BatchSteps steps(*model_, batch_, kBatchTokens);
    const auto run = [&](int64_t tokens) {
      steps.restart();
      const auto begin = Clock::now();
      for (int64_t i = 0; i < tokens; ++i) steps.advance();
      return static_cast<double>(tokens * batch_) / seconds_since(begin);
    };
    run(kWarmUpTokens);
    stages_.done();
    repeat(fmt::format("tg{}x{}", kBatchTokens, batch_), [&] { return run(kBatchTokens); });
  }

  void repeat(const std::string& test, const std::function<double()>& run) {
    std::vector<double> values;
    for (int i = 0; i < repetitions_; ++i) values.push_back(rounded(run(), 100));
    result_[test] = rounded(median(values), 100);
    samples_[test] = values;
  }

  // A text of kStartPrompt tokens, or nearly so.
  std::string start_prompt() const {
    std::string text = "One";
    while (model_->tokenizer()->encode(text).size() < kStartPrompt) text += " and one";
    while (model_->tokenizer()->encode(text).size() > kStartPrompt) text.resize(text.rfind(' '));
    return text;
  }

  double start_ms() const {
    std::vector<std::string> arguments = {"run", flags_.model, "--context",
                                          std::to_string(model_->context())};
    const auto add = [&](const char* flag, const std::string& value) {
      arguments.insert(arguments.end(), {flag, value});
    };
    if (!flags_.dtype.empty()) add("--dtype", flags_.dtype);
    if (!flags_.cache_dtype.empty()) add("--cache-dtype", flags_.cache_dtype);
    if (!flags_.plugin.empty()) add("--plugin", flags_.plugin);
    if (flags_.threads > 0) add("--threads", std::to_string(flags_.threads));
    if (flags_.no_cache) arguments.emplace_back("--no-cache");
    const ordered_json request = {{"prompt", start_prompt()}, {"max_tokens", 1}, {"temperature", 0}};
    std::vector<double> values;
    for (int i = 0; i < repetitions_; ++i)
      values.push_back(time_to_first_byte(arguments, request.dump() + "\n"));
    return median(values);
  }

  const ModelFlags& flags_;
  int repetitions_, batch_;
  StageReport stages_;
  std::shared_ptr<llm::LanguageModel> model_;
  ordered_json result_ = ordered_json::object(), samples_ = ordered_json::object();
};

std::string table(const ordered_json& result) {
  std::string text =
      fmt::format("{} · {} on {} ({}) · {} threads · context {} · cache {}\n\n{:<12} {:>8}  {:>17}\n",
                  result["model"].get<std::string>(), result["dtype"].get<std::string>(),
                  result["device"]["platform"].get<std::string>(), result["processor"].get<std::string>(),
                  result["threads"].get<int>(), result["context"].get<int64_t>(),
                  result["cache"].get<std::string>(), "test", "tok/s", "lowest – highest");
  for (const Test& test : kTests)
    if (result[test.name].is_null()) text += fmt::format("{:<12} {:>8}  context too small\n", test.name, "–");
  for (const auto& [test, samples] : result["samples"].items()) {
    const auto values = samples.get<std::vector<double>>();
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    text +=
        fmt::format("{:<12} {:>8.1f}  {:>7.1f} – {:.1f}\n", test, result[test].get<double>(), *least, *most);
  }
  const std::string_view start = result["cache"] == "off"        ? "first start"
                                 : result["cache"] == "artifact" ? "start"
                                                                 : "second start";
  return text + fmt::format("\nload {} · compile {} · {} to first token {} · memory {:.0f} MB\n",
                            format_time(result["load_ms"].get<double>()),
                            format_time(result["compile_ms"].get<double>()), start,
                            format_time(result["start_ms"].get<double>()), result["rss_mb"].get<double>());
}

}  // namespace

Runner add_bench(CLI::App& app) {
  struct Flags {
    ModelFlags model;
    int repetitions = 3, batch = 0;
    int64_t depth = 0;
    std::string program;
    bool json = false, roofline = false;
  };
  const auto flags = std::make_shared<Flags>();
  flags->model.add(app);
  app.add_option("-r,--repetitions", flags->repetitions, "runs of each test (default: 3)")
      ->check(CLI::Range(1, 1000));
  app.add_option("--batch", flags->batch, "decode that many sequences at once, too")
      ->check(CLI::Range(1, 256));
  CLI::Option* roofline = app.add_flag("--roofline", flags->roofline,
                                       "instead: every kernel against the machine's bandwidth and arithmetic")
                              ->excludes("--batch", "--repetitions", "--trace");
  app.add_option("--depth", flags->depth,
                 "tokens of context that --roofline's programs come after (default: 0)")
      ->needs(roofline)
      ->check(CLI::NonNegativeNumber);
  app.add_option("--program", flags->program, "the one that --roofline measures (default: all)")
      ->needs(roofline)
      ->check(CLI::IsMember({"decode", "prefill_32", "prefill_512"}));
  app.add_flag("--json", flags->json, "one JSON object");
  app.footer(kExamples);
  return [flags] {
    if (flags->roofline) {
      const ordered_json result = measure_roofline(flags->model, flags->depth, flags->program);
      put(flags->json ? result.dump(2) + "\n" : roofline_table(result));
      return kOk;
    }
    const ordered_json result = Bench(flags->model, flags->repetitions, flags->batch).run();
    put(flags->json ? result.dump(2) + "\n" : table(result));
    return kOk;
  };
}

}  // namespace fusebox::apps
