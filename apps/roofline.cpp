#include "apps/roofline.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "apps/compile_by_hand.h"
#include "apps/host.h"
#include "apps/plugins.h"
#include "apps/some_tokens.h"
#include "fusebox/base/error.h"
#include "fusebox/llm/chunks.h"
#include "fusebox/llm/sequence.h"
#include "fusebox/stablehlo/printer.h"

namespace fusebox::apps {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kWarmUps = 2;
int executions(int64_t tokens) { return tokens < 512 ? 9 : 3; }
constexpr double kShown = 0.005;  // of the step's time

double rounded(double value) {
  std::ostringstream text;
  text.precision(4);
  text << value;
  return std::stod(text.str());
}

ordered_json kernel_row(const std::string& kernel, const KernelTime& time, const KernelCosts& costs,
                        const FilledRows& rows, const MachinePeaks& peaks) {
  const double bytes = time.times * (costs.bytes + rows.read * costs.bytes_per_row);
  const double operations = time.times * (costs.operations + rows.met * costs.operations_per_row);
  const double reading = 1000 * bytes / peaks.bytes_per_second;
  const double computing =
      1000 * operations / (costs.in_int8 ? peaks.int8s_per_second : peaks.floats_per_second);
  const double least = std::max(reading, computing);
  const char* unit = costs.in_int8 ? "int8" : "float";
  return {{"kernel", kernel},
          {"sizes", costs.sizes},
          {"times", time.times},
          {"ms", rounded(time.milliseconds)},
          {"bytes", rounded(bytes)},
          {"operations", rounded(operations)},
          {"unit", unit},
          {"bound", computing > reading ? unit : "memory"},
          {"least_ms", rounded(least)},
          {"share", time.milliseconds > 0 ? rounded(least / time.milliseconds) : 0.0}};
}

// Puts what the programs do, after so many tokens, into the trace; each as often as is asked for.
void run_programs(const std::shared_ptr<llm::LanguageModel>& model, int64_t depth,
                  const std::vector<int64_t>& programs) {
  const int64_t vocabulary = model->sizes().vocabulary;
  llm::Sequence sequence(model);
  if (depth > 0) sequence.feed(some_tokens(depth, vocabulary));
  for (const int64_t tokens : programs)
    for (int i = 0; i < executions(tokens) + kWarmUps; ++i) {
      sequence.rewind(static_cast<size_t>(depth));
      sequence.feed(some_tokens(tokens, vocabulary));
    }
}

std::map<std::string, KernelCosts> costs_of(const llm::LanguageModel& model, int64_t tokens) {
  const RecordFolder record;
  const std::string text = stablehlo::print(model.trace(tokens).program);
  compile_by_hand(model.device().handle().client(), text, {}, &record);
  return read_costs(record.read("costs.txt"));
}

std::string name_of(int64_t tokens) { return tokens == 1 ? "decode" : fmt::format("prefill_{}", tokens); }

std::string amount(double value) { return fmt::format("{:.{}f}", value / 1e6, value < 1e7 ? 2 : 0); }

std::string kernel_line(const ordered_json& row, double step) {
  const double ms = row["ms"];
  const auto per_second = [&](const char* key) {
    return ms > 0 ? fmt::format("{:.1f}", row[key].get<double>() / ms / 1e6) : std::string("–");
  };
  return fmt::format("  {:<34} {:<22} {:>5.0f} {:>8.3f} {:>6.1f} {:>8} {:>6} {:>8} {:>7}  {:<7} {:>5.0f}\n",
                     row["kernel"].get<std::string>().substr(0, 34), row["sizes"].get<std::string>(),
                     row["times"].get<double>(), ms, 100 * ms / step, amount(row["bytes"]),
                     per_second("bytes"), amount(row["operations"]), per_second("operations"),
                     row["bound"].get<std::string>(), 100 * row["share"].get<double>());
}

std::string program_table(const ordered_json& program, int64_t depth) {
  const double step = program["step_ms"];
  std::string text = fmt::format(
      "{} after {} tokens: {:.2f} ms, {:.0f} tokens/s; the machine's peaks allow {:.2f} ms: {:.0f} %\n",
      program["program"].get<std::string>(), depth, step, 1000 * program["tokens"].get<double>() / step,
      program["least_ms"].get<double>(), 100 * program["share"].get<double>());
  text += fmt::format("  {:<34} {:<22} {:>5} {:>8} {:>6} {:>8} {:>6} {:>8} {:>7}  {:<7} {:>5}\n", "kernel",
                      "sizes", "times", "ms", "%", "MB", "GB/s", "Mop", "Gop/s", "bound", "% of it");
  double others = 0;
  int hidden = 0;
  for (const ordered_json& row : program["kernels"]) {
    const double ms = row["ms"];
    if (ms >= kShown * step)
      text += kernel_line(row, step);
    else
      others += ms, ++hidden;
  }
  const auto rest = [&](const std::string& what, double ms) {
    text += fmt::format("  {:<63} {:>8.3f} {:>6.1f}\n", what, ms, 100 * ms / step);
  };
  if (hidden > 0) rest(fmt::format("{} others", hidden), others);
  rest("between kernels: threads meet, each is traced", program["between_ms"]);
  return text;
}

}  // namespace

std::map<std::string, KernelCosts> read_costs(const std::string& text) {
  std::map<std::string, KernelCosts> all;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    KernelCosts costs;
    std::string unit, kernel;
    if (!(words >> costs.bytes >> costs.operations >> costs.bytes_per_row >> costs.operations_per_row >>
          unit >> kernel))
      throw Error(ErrorKind::kInvalidFile, fmt::format("no costs of a kernel: '{}'", line));
    std::getline(words >> std::ws, costs.sizes);
    costs.in_int8 = unit == "int8";
    all[kernel] = costs;
  }
  return all;
}

ordered_json roofline_of(const std::string& program, const ProgramTimes& times,
                         const std::map<std::string, KernelCosts>& costs, const FilledRows& rows,
                         const MachinePeaks& peaks) {
  std::vector<ordered_json> kernels;
  double in_kernels = 0, least = 0;
  for (const auto& [kernel, time] : times.kernels) {
    const auto known = costs.find(kernel);
    kernels.push_back(
        kernel_row(kernel, time, known != costs.end() ? known->second : KernelCosts{}, rows, peaks));
    in_kernels += time.milliseconds;
    least += kernels.back()["least_ms"].get<double>();
  }
  std::ranges::stable_sort(kernels, std::greater(),
                           [](const ordered_json& row) { return row["ms"].get<double>(); });
  return {{"program", program},
          {"step_ms", rounded(times.milliseconds)},
          {"least_ms", rounded(least)},
          {"share", times.milliseconds > 0 ? rounded(least / times.milliseconds) : 0.0},
          {"between_ms", rounded(std::max(0.0, times.milliseconds - in_kernels))},
          {"kernels", kernels}};
}

ordered_json measure_roofline(ModelFlags& flags, int64_t depth, const std::string& only) {
  if (flags.plugin.empty()) flags.plugin = own_plugin();
  if (!is_own(pjrt::Plugin::load(flags.plugin)))
    throw Error(ErrorKind::kUnsupported, "only fusebox's own plugin tells of its kernels").file(flags.plugin);
  const int threads = flags.threads > 0 ? flags.threads : host_info().usable_processors;
  const MachinePeaks peaks = measure_peaks(threads);
  const RecordFolder folder;
  flags.kernels_to = folder.path() + "/trace.json";
  std::vector<int64_t> programs;  // tokens of a step
  for (const int64_t tokens : {1, 32, 512})
    if (only.empty() || only == name_of(tokens)) programs.push_back(tokens);
  std::vector<std::map<std::string, KernelCosts>> costs;
  StageReport stages;
  ordered_json result = {{"depth", depth}};
  {
    const std::shared_ptr<llm::LanguageModel> model = flags.open(stages);
    if (depth + 1 >= model->context())
      throw Error(ErrorKind::kContextOverflow,
                  fmt::format("no step after {} tokens fits in a context of {}", depth, model->context()));
    std::erase_if(programs, [&](int64_t tokens) { return depth + tokens >= model->context(); });
    result["model"] = std::filesystem::path(model->path()).filename().string();
    result["dtype"] = model->weights_name();
    for (const int64_t tokens : programs) costs.push_back(costs_of(*model, tokens));
    stages.done();
    run_programs(model, depth, programs);
  }  // the client goes: the trace is written
  result["threads"] = threads;
  result["processor"] = host_info().processor;
  result["peaks"] = {{"memory_gb_s", rounded(peaks.bytes_per_second / 1e9)},
                     {"float_gop_s", rounded(peaks.floats_per_second / 1e9)},
                     {"int8_gop_s", rounded(peaks.int8s_per_second / 1e9)}};
  result["programs"] = ordered_json::array();
  const json trace = json::parse(folder.read("trace.json"));
  for (size_t i = 0; i < programs.size(); ++i) {
    const auto tokens = static_cast<double>(programs[i]), before = static_cast<double>(depth);
    const ProgramTimes times = kernel_times(trace, name_of(programs[i]), executions(programs[i]));
    if (times.executions == 0) continue;
    ordered_json program = roofline_of(name_of(programs[i]), times, costs[i],
                                       {before + tokens, before + (tokens + 1) / 2}, peaks);
    program["tokens"] = programs[i];
    result["programs"].push_back(std::move(program));
  }
  return result;
}

std::string roofline_table(const ordered_json& roofline) {
  const ordered_json& peaks = roofline["peaks"];
  std::string text = fmt::format(
      "{} · {} ({}) · {} threads\nthis machine: memory {:.1f} GB/s · f32 {:.0f} Gop/s · int8 {:.0f} Gop/s\n",
      roofline["model"].get<std::string>(), roofline["dtype"].get<std::string>(),
      roofline["processor"].get<std::string>(), roofline["threads"].get<int>(),
      peaks["memory_gb_s"].get<double>(), peaks["float_gop_s"].get<double>(),
      peaks["int8_gop_s"].get<double>());
  for (const ordered_json& program : roofline["programs"])
    text += "\n" + program_table(program, roofline["depth"].get<int64_t>());
  return text;
}

}  // namespace fusebox::apps
