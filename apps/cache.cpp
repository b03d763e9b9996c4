// fusebox cache: what is kept between runs.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/command.h"
#include "apps/terminal.h"
#include "fusebox/base/cache.h"
#include "fusebox/base/error.h"
#include "fusebox/base/quoted.h"
#include "fusebox/runtime/artifact.h"
#include "fusebox/runtime/memory.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

constexpr const char* kExamples =
    "  fusebox cache\n"
    "  fusebox cache size\n"
    "  fusebox cache clear\n"
    "\n"
    "Compiled programs, outlines by which they are found without tracing, and vocabularies made ready. All "
    "of\n"
    "them are made again when they are needed.";

// What a program is called and fits, or why that is not known.
void describe_program(const FileCache& cache, const std::string& name, ordered_json& entry) {
  const std::optional<MappedFile> bytes = cache.peek(name);
  if (!bytes) {
    entry["problem"] = "damaged, will be made again";
    return;
  }
  try {
    const Artifact artifact = Artifact::decode(*bytes);
    if (artifact.meta.is_object() && artifact.meta.value("program", ordered_json()).is_string())
      entry["program"] = artifact.meta["program"];
    entry["fits"] = artifact.identity.parts;
  } catch (const Error& error) {
    entry["problem"] = error.message();
  }
}

// {"name", "kind", "bytes", "age_s"} and of programs {"program", "fits"} or {"problem"}
ordered_json describe(const FileCache& cache, const CacheEntry& entry) {
  const auto age = std::chrono::system_clock::now() - entry.used;
  const bool program = entry.name.starts_with("program-");
  ordered_json described = {{"name", entry.name},
                            {"kind", program                                ? "program"
                                     : entry.name.starts_with("outline-")   ? "outline"
                                     : entry.name.starts_with("tokenizer-") ? "vocabulary"
                                                                            : "other"},
                            {"bytes", entry.bytes},
                            {"age_s", std::chrono::duration_cast<std::chrono::seconds>(age).count()}};
  if (program) describe_program(cache, entry.name, described);
  return described;
}

std::string age_text(int64_t seconds) {
  if (seconds < 60) return "now";
  if (seconds < 3600) return fmt::format("{} min ago", seconds / 60);
  if (seconds < 86400) return fmt::format("{} h ago", seconds / 3600);
  return fmt::format("{} days ago", seconds / 86400);
}

// The device that a program was compiled for: platform, version or level, and threads if it depends on them.
std::string device_text(const ordered_json& entry) {
  if (entry.contains("problem")) return quoted(entry["problem"].get<std::string>());
  if (!entry.contains("fits")) return "";
  const ordered_json& fits = entry["fits"];
  const auto part = [&](const char* name) { return fits.value(name, std::string()); };
  std::string text = part("platform"), version = part("platform version");
  version.resize(std::min(version.size(), version.find('\n')));
  if (version.starts_with(text)) text.clear();  // "fusebox_cpu" and "fusebox_cpu 0.1.0, v3"
  if (!version.empty()) text += (text.empty() ? "" : " ") + version;
  if (!part("threads").empty()) text += fmt::format(", {} threads", part("threads"));
  return text;
}

uint64_t total_bytes(const std::vector<CacheEntry>& entries) {
  uint64_t bytes = 0;
  for (const CacheEntry& entry : entries) bytes += entry.bytes;
  return bytes;
}

std::string total_text(const FileCache& cache, size_t count, uint64_t bytes) {
  return fmt::format("{} {}, {} of at most {}, in {}\n", count, count == 1 ? "entry" : "entries",
                     format_bytes(static_cast<int64_t>(bytes)),
                     format_bytes(static_cast<int64_t>(cache.max_bytes())),
                     cache.directory().empty() ? "no folder" : cache.directory());
}

ordered_json totals(const FileCache& cache, const std::vector<CacheEntry>& entries) {
  return {{"folder", cache.directory()},
          {"entries", entries.size()},
          {"bytes", total_bytes(entries)},
          {"most_bytes", cache.max_bytes()}};
}

int list(const FileCache& cache, bool json) {
  const std::vector<CacheEntry> entries = cache.entries();
  ordered_json all = ordered_json::array();
  for (const CacheEntry& entry : entries) all.push_back(describe(cache, entry));
  if (json) {
    ordered_json report = totals(cache, entries);
    report["entries"] = std::move(all);
    put(report.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
    return kOk;
  }
  std::string text;
  for (const ordered_json& entry : all) {
    const std::string name = entry["name"];
    text += fmt::format("{:<10}  {:<20}  {:<16}  {:>8}  {:>12}  {}\n", entry["kind"].get<std::string>(),
                        name.size() > 20 ? name.substr(0, 19) + "…" : name, entry.value("program", ""),
                        format_bytes(entry["bytes"].get<int64_t>()), age_text(entry["age_s"].get<int64_t>()),
                        device_text(entry));
  }
  put(text + total_text(cache, entries.size(), total_bytes(entries)));
  return kOk;
}

int size(const FileCache& cache, bool json) {
  const std::vector<CacheEntry> entries = cache.entries();
  put(json ? totals(cache, entries).dump(2) + "\n" : total_text(cache, entries.size(), total_bytes(entries)));
  return kOk;
}

int clear(FileCache& cache, bool json) {
  if (!cache.writable())
    throw Error(ErrorKind::kIo, "the cache cannot be written to")
        .file(cache.directory().empty() ? "no folder" : cache.directory());
  const std::vector<CacheEntry> entries = cache.entries();
  for (const CacheEntry& entry : entries) cache.remove(entry.name);
  const std::vector<CacheEntry> left = cache.entries();
  const uint64_t before = total_bytes(entries), after = total_bytes(left);
  const size_t removed = entries.size() - std::min(entries.size(), left.size());
  const uint64_t freed = before - std::min(before, after);
  if (json)
    put(ordered_json{{"folder", cache.directory()}, {"removed", removed}, {"bytes", freed}}.dump(2) + "\n");
  else
    put(fmt::format("removed {} {}, {}, from {}\n", removed, removed == 1 ? "entry" : "entries",
                    format_bytes(static_cast<int64_t>(freed)), cache.directory()));
  return left.empty() ? kOk : kFailed;
}

}  // namespace

Runner add_cache(CLI::App& app) {
  const auto json = std::make_shared<bool>(false);
  app.add_flag("--json", *json, "one JSON object");
  app.footer(kExamples);
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.add_subcommand("list", "every entry: kind, name, size, last use, device (the default)");
  const CLI::App* only_size = app.add_subcommand("size", "how much there is");
  const CLI::App* all_gone = app.add_subcommand("clear", "remove everything");
  return [json, only_size, all_gone] {
    FileCache& cache = FileCache::user();
    if (all_gone->parsed()) return clear(cache, *json);
    return only_size->parsed() ? size(cache, *json) : list(cache, *json);
  };
}

}  // namespace fusebox::apps
