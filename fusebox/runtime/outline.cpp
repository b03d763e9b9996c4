#include "fusebox/runtime/outline.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <span>

#include "fusebox/base/build_id.h"
#include "fusebox/base/cache.h"
#include "fusebox/base/error.h"
#include "fusebox/base/log.h"
#include "fusebox/runtime/artifact.h"
#include "fusebox/stablehlo/printer.h"

namespace fusebox {

using nlohmann::ordered_json;

std::string text_hash(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

// The libraries of fusebox are linked into one file, so that one address stands for what traces and prints.
std::string outline_name(std::string_view recipe) {
  static const std::string id = build_id(reinterpret_cast<const void*>(&stablehlo::print));
  if (id.empty() || recipe.empty()) return {};
  return fmt::format("outline-{}", text_hash(fmt::format("{}\n{}", id, recipe)));
}

namespace {

void check_weights(const Signature& signature, const WeightSource& weights, const TraceOptions& options) {
  for (const Signature::Parameter& parameter : signature.parameters) {
    if (parameter.kind != Signature::Parameter::Kind::kWeight) continue;
    const std::optional<WeightInfo> found = weights.find(parameter.name);
    if (!found || parameter != weight_parameter(parameter.name, *found, options))
      throw Error(ErrorKind::kIncompatible,
                  fmt::format("its weight '{}' is not the model's", parameter.name));
  }
}

}  // namespace

std::optional<Outline> find_outline(std::string_view recipe, const WeightSource* weights,
                                    const TraceOptions& options) {
  const std::string name = outline_name(recipe);
  if (name.empty()) return std::nullopt;
  const std::optional<MappedFile> entry = FileCache::user().find(name);
  if (!entry) return std::nullopt;
  try {
    std::string text(entry->bytes().size(), '\0');
    entry->guarded_read([&] { std::memcpy(text.data(), entry->bytes().data(), text.size()); });
    const ordered_json json = ordered_json::parse(text);
    Outline outline{json.at("text").get<std::string>(), signature_from_json(json.at("signature"))};
    if (weights) check_weights(outline.signature, *weights, options);
    return outline;
  } catch (const std::exception& error) {
    log_message(LogLevel::kInfo, "the cache's entry {} is not used: {}", name, error.what());
    FileCache::user().remove(name);
    return std::nullopt;
  }
}

void store_outline(std::string_view recipe, const Outline& outline) {
  const std::string name = outline_name(recipe);
  if (name.empty()) return;
  std::string text;
  try {
    text = ordered_json{{"text", outline.text_hash}, {"signature", to_json(outline.signature)}}.dump();
  } catch (const nlohmann::json::exception& error) {  // names need not be UTF-8, in JSON they are
    log_message(LogLevel::kDebug, "the outline is not kept: {}", error.what());
    return;
  }
  FileCache::user().store(name, std::as_bytes(std::span(text)));
}

}  // namespace fusebox
