#include "apps/kernel_times.h"

#include <algorithm>
#include <vector>

#include "apps/median.h"

namespace fusebox::apps {
namespace {

using nlohmann::json;

struct Span {
  double begin, end;  // microseconds
};

struct Sum {
  int times = 0;
  double microseconds = 0;
};

Span span_of(const json& event) {
  const double begin = event.at("ts").get<double>();
  return {begin, begin + event.at("dur").get<double>()};
}

std::vector<Span> last_executions(const json& events, const std::string& program, int executions) {
  std::vector<Span> spans;
  for (const json& event : events)
    if (event.at("ph") == "X" && event.at("cat") == "program" && event.at("name") == program)
      spans.push_back(span_of(event));
  std::ranges::sort(spans, {}, &Span::begin);
  const auto keep = static_cast<size_t>(std::max(0, executions));
  if (spans.size() > keep) spans.erase(spans.begin(), spans.end() - static_cast<ptrdiff_t>(keep));
  return spans;
}

// By kernel, thread and execution; `spans` are in order and do not meet.
using Sums = std::map<std::string, std::map<int64_t, std::vector<Sum>>>;
Sums sums_of(const json& events, const std::vector<Span>& spans) {
  Sums sums;
  for (const json& event : events) {
    if (event.at("ph") != "X" || event.at("cat") != "kernel") continue;
    const Span span = span_of(event);
    const auto after = std::ranges::upper_bound(spans, span.begin, {}, &Span::begin);
    if (after == spans.begin() || span.begin >= (after - 1)->end) continue;
    std::vector<Sum>& of_thread = sums[event.at("name")][event.at("tid")];
    of_thread.resize(spans.size());
    Sum& sum = of_thread[static_cast<size_t>(after - spans.begin() - 1)];
    ++sum.times;
    sum.microseconds += span.end - span.begin;
  }
  return sums;
}

}  // namespace

ProgramTimes kernel_times(const json& trace, const std::string& program, int executions) {
  const json& events = trace.at("traceEvents");
  const std::vector<Span> spans = last_executions(events, program, executions);
  ProgramTimes result;
  result.executions = static_cast<int>(spans.size());
  if (spans.empty()) return result;
  std::vector<double> lengths;
  for (const Span& span : spans) lengths.push_back((span.end - span.begin) / 1000);
  result.milliseconds = median(lengths);
  for (const auto& [kernel, threads] : sums_of(events, spans)) {
    std::vector<double> times, milliseconds;
    for (size_t i = 0; i < spans.size(); ++i) {
      Sum most;  // the thread that is busy longest
      for (const auto& [thread, of_thread] : threads) {
        most.times = std::max(most.times, of_thread[i].times);
        most.microseconds = std::max(most.microseconds, of_thread[i].microseconds);
      }
      times.push_back(most.times);
      milliseconds.push_back(most.microseconds / 1000);
    }
    result.kernels[kernel] = {median(times), median(milliseconds)};
  }
  return result;
}

}  // namespace fusebox::apps
