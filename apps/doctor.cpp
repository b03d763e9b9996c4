// fusebox doctor: whether this machine and installation can run models, and what to do if not.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "apps/command.h"
#include "apps/host.h"
#include "apps/no_weights.h"
#include "apps/terminal.h"
#include "fusebox/base/cache.h"
#include "fusebox/base/error.h"
#include "fusebox/runtime/memory.h"
#include "fusebox/runtime/runtime.h"
#include "fusebox/trace/trace.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExamples =
    "  fusebox doctor\n"
    "  fusebox doctor --json --plugin /usr/lib/libpjrt_other.so\n"
    "\n"
    "Exit code 0 only if all is well. The text is made to be pasted into a report.";

constexpr int64_t kLittleMemory = int64_t{1} << 30, kLittleDisk = int64_t{1} << 29;

constexpr double kTolerance = 1e-4;  // relative, of f32 sums over 64 products

struct Finding {
  std::string what, remedy;
};

ordered_json to_json(const std::vector<Finding>& findings) {
  ordered_json all = ordered_json::array();
  for (const Finding& finding : findings) all.push_back({{"what", finding.what}, {"remedy", finding.remedy}});
  return all;
}

class Doctor {
 public:
  explicit Doctor(DeviceOptions options) : options_(std::move(options)) {}

  // {"cpu": …, "memory": …, "cache": …, "plugin": …, "self_test": …, "problems": […]}
  ordered_json examine() {
    report_["fusebox"] = FUSEBOX_VERSION;
    look_at_host();
    look_at_cache();
    try {
      look_at_plugin();
    } catch (const Error& error) {
      problems_.push_back({error.file().empty() ? error.message() : error.file() + ": " + error.message(),
                           error.hint().empty() ? "try another plugin: --plugin PATH" : error.hint()});
    }
    report_["problems"] = to_json(problems_);
    report_["notes"] = to_json(notes_);
    return report_;
  }
  bool well() const { return problems_.empty(); }

 private:
  void look_at_host();
  void look_at_cache();
  void look_at_plugin();
  void test(const Device& device);

  DeviceOptions options_;
  ordered_json report_ = ordered_json::object();
  std::vector<Finding> problems_, notes_;  // what keeps models from running well; what could be better
};

void Doctor::look_at_host() {
  const HostInfo host = host_info();
  report_["cpu"] = {
      {"model", host.processor},
      {"processors", host.processors},
      {"usable", host.usable_processors},
      {"limit", host.processor_limit ? ordered_json(*host.processor_limit) : ordered_json(nullptr)},
      {"features", host.features}};
  report_["memory"] = {
      {"total", host.memory},
      {"available", host.available_memory},
      {"limit", host.memory_limit ? ordered_json(*host.memory_limit) : ordered_json(nullptr)}};
  if (host.processor_limit && *host.processor_limit + 0.5 < host.usable_processors)
    notes_.push_back({fmt::format("the control group allows {:.1f} processors, but {} threads would run",
                                  *host.processor_limit, host.usable_processors),
                      fmt::format("--threads {}", std::max(1, static_cast<int>(*host.processor_limit)))});
  const int64_t memory = host_memory().value_or(host.available_memory);
  if (memory < kLittleMemory)
    problems_.push_back(
        {fmt::format("only {} of memory are free", format_bytes(memory)),
         "end other programs; a 135M model wants 1 GB, or less with --dtype bf16 --context 1024"});
}

void Doctor::look_at_cache() {
  const FileCache& cache = FileCache::user();
  int64_t bytes = 0, entries = 0;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(cache.directory(), failed)) {
    if (!entry.is_regular_file(failed)) continue;
    bytes += static_cast<int64_t>(entry.file_size(failed));
    ++entries;
  }
  struct statvfs disk = {};
  const bool known = statvfs(cache.directory().c_str(), &disk) == 0;
  const auto room = static_cast<int64_t>(disk.f_bavail * disk.f_frsize);
  report_["cache"] = {{"folder", cache.directory()},
                      {"writable", cache.writable()},
                      {"entries", entries},
                      {"bytes", bytes},
                      {"disk_free", known ? ordered_json(room) : ordered_json(nullptr)}};
  if (!cache.writable())
    problems_.push_back(
        {fmt::format("the cache {} cannot be written to: every start compiles anew", cache.directory()),
         "make it yours with mode 0700, or name another folder with FUSEBOX_CACHE"});
  else if (known && room < kLittleDisk)
    problems_.push_back({fmt::format("the disk of the cache has only {} left", format_bytes(room)),
                         "make room, or name a folder on another disk with FUSEBOX_CACHE"});
}

void Doctor::look_at_plugin() {
  const std::string path = options_.plugin.empty() ? find_plugin() : options_.plugin;
  report_["plugin"] = {{"path", path}};
  const Device device = Device::open(options_);
  const pjrt::Client client = device.handle().client();
  const pjrt::Version api = client.plugin().version();
  report_["plugin"].update({{"pjrt_api", fmt::format("{}.{}", api.major, api.minor)},
                            {"platform", client.platform_name()},
                            {"version", client.platform_version()},
                            {"fastest_dtype", name(device.fastest_dtype())}});
  report_["devices"] = ordered_json::array();
  for (const pjrt::Device& each : client.devices()) {
    ordered_json shown = {{"id", each.id()}, {"kind", each.kind()}, {"description", each.description()}};
    if (const auto stats = each.memory_stats(); stats && stats->bytes_limit)
      shown["memory"] = *stats->bytes_limit;
    report_["devices"].push_back(shown);
  }
  test(device);
}

constexpr int64_t kRows = 8, kInner = 64, kColumns = 32;

// softmax(x · y) row by row, in double.
std::vector<double> reference(const std::vector<float>& x, const std::vector<float>& y) {
  std::vector<double> z(kRows * kColumns);
  for (size_t row = 0; row < kRows; ++row) {
    double sum = 0;
    for (size_t column = 0; column < kColumns; ++column) {
      double dot = 0;
      for (size_t i = 0; i < kInner; ++i)
        dot += double{x[row * kInner + i]} * double{y[i * kColumns + column]};
      sum += z[row * kColumns + column] = std::exp(dot);
    }
    for (size_t column = 0; column < kColumns; ++column) z[row * kColumns + column] /= sum;
  }
  return z;
}

// Compiles a small program, runs it, and compares with what it should give.
void Doctor::test(const Device& device) {
  const auto begin = std::chrono::steady_clock::now();
  const auto build = [](TraceCx& cx) {
    const Tensor x = cx.input("x", {kRows, kInner}, f32), y = cx.input("y", {kInner, kColumns}, f32);
    return softmax(matmul(x, y));
  };
  std::vector<float> x(kRows * kInner), y(kInner * kColumns);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 37 % 101) / 101 - 0.5F;
  for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(i * 53 % 97) / 97 - 0.5F;
  const CompiledModel model = device.compile("self_test", build, {.use_cache = false});
  const Outputs outputs =
      model.session(device.load(NoWeights(), model.signature())).run({{"x", x}, {"y", y}});
  const std::span<const float> got = outputs[0].as<float>();
  const std::vector<double> want = reference(x, y);
  double worst = 0;
  for (size_t i = 0; i < want.size(); ++i)
    worst = std::max(worst, std::abs(double{got[i]} - want[i]) / want[i]);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  const bool right = worst < kTolerance;  // false for NaN
  report_["self_test"] = {{"ok", right}, {"largest_error", worst}, {"ms", std::round(took.count())}};
  if (!right)
    problems_.push_back({fmt::format("the self-test's numbers are wrong: relative error {:.1e}", worst),
                         "try another plugin: --plugin PATH; report this with the text above"});
}

std::string limit(const ordered_json& value, const std::string& shown) {
  return value.is_null() ? std::string() : fmt::format(", the control group allows {}", shown);
}

std::string host_text(const ordered_json& report) {
  const ordered_json &cpu = report["cpu"], &memory = report["memory"], &cache = report["cache"];
  const auto bytes = [](const ordered_json& value) {
    return format_bytes(value.is_null() ? 0 : value.get<int64_t>());
  };
  std::string text = fmt::format("fusebox    {}\n", report["fusebox"].get<std::string>());
  text += fmt::format("processor  {}, {} of {} usable{}\n", cpu["model"].get<std::string>(),
                      cpu["usable"].get<int>(), cpu["processors"].get<int>(),
                      limit(cpu["limit"], cpu["limit"].dump()));
  text += fmt::format("features   {}\n", fmt::join(cpu["features"].get<std::vector<std::string>>(), " "));
  text += fmt::format("memory     {}, {} free{}\n", bytes(memory["total"]), bytes(memory["available"]),
                      limit(memory["limit"], bytes(memory["limit"])));
  text += fmt::format("cache      {}, {}, {} in {} files, {} free on its disk\n",
                      cache["folder"].get<std::string>(),
                      cache["writable"].get<bool>() ? "writable" : "NOT writable", bytes(cache["bytes"]),
                      cache["entries"].get<int64_t>(), bytes(cache["disk_free"]));
  return text;
}

std::string device_text(const ordered_json& report) {
  if (!report.contains("plugin")) return "plugin     none\n";
  const ordered_json& plugin = report["plugin"];
  std::string text = fmt::format("plugin     {}\n", plugin["path"].get<std::string>());
  if (!report.contains("devices")) return text;
  std::string version = plugin["version"].get<std::string>();
  std::replace(version.begin(), version.end(), '\n', ' ');
  version = version == plugin["platform"].get<std::string>() ? "" : " " + version;
  text +=
      fmt::format("platform   {}{}, PJRT {}, fastest in {}\n", plugin["platform"].get<std::string>(), version,
                  plugin["pjrt_api"].get<std::string>(), plugin["fastest_dtype"].get<std::string>());
  for (const ordered_json& device : report["devices"])
    text +=
        fmt::format("device     {}{}\n", device["description"].get<std::string>(),
                    device.contains("memory") ? ", " + format_bytes(device["memory"].get<int64_t>()) : "");
  if (!report.contains("self_test")) return text;
  const ordered_json& test = report["self_test"];
  return text + fmt::format("self-test  {}, compiled and run in {:.0f} ms, largest error {:.1e}\n",
                            test["ok"].get<bool>() ? "ok" : "WRONG", test["ms"].get<double>(),
                            test["largest_error"].get<double>());
}

std::string findings_text(const ordered_json& report) {
  std::string text;
  for (const auto& [kind, key] : {std::pair("problem", "problems"), std::pair("note", "notes")})
    for (const ordered_json& finding : report[key])
      text += fmt::format("\n{}: {}\n  {}\n", kind, finding["what"].get<std::string>(),
                          finding["remedy"].get<std::string>());
  return report["problems"].empty() ? text + "\nall is well\n" : text;
}

}  // namespace

Runner add_doctor(CLI::App& app) {
  struct Flags {
    DeviceOptions device;
    bool json = false;
  };
  const auto flags = std::make_shared<Flags>();
  app.add_option("--plugin", flags->device.plugin, "the PJRT plugin to look at")->envname("FUSEBOX_PLUGIN");
  app.add_flag("--json", flags->json, "one JSON object");
  app.footer(kExamples);
  return [flags] {
    Doctor doctor(flags->device);
    const ordered_json report = doctor.examine();
    put(flags->json ? report.dump(2) + "\n"
                    : host_text(report) + device_text(report) + findings_text(report));
    return doctor.well() ? kOk : kFailed;
  };
}

}  // namespace fusebox::apps
