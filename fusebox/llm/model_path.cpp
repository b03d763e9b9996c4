#include "fusebox/llm/model_path.h"

#include <fmt/format.h>

#include <filesystem>

#include "fusebox/base/error.h"

namespace fusebox::llm {
namespace {

bool is_string_if_there(const nlohmann::ordered_json& meta, const char* name) {
  return !meta.contains(name) || meta[name].is_string();
}

bool has_string(const nlohmann::ordered_json& meta, const char* name) {
  return meta.contains(name) && meta[name].is_string();
}

}  // namespace

std::string checkpoint_path(const Artifact& artifact, const std::string& path) {
  const nlohmann::ordered_json& meta = artifact.meta;
  if (!has_string(meta, "kind") || meta["kind"] != kArtifactKind || !has_string(meta, "model") ||
      !has_string(meta, "stamp") || !has_string(meta, "dtype") || !is_string_if_there(meta, "cache_dtype") ||
      !meta.contains("context") || !meta["context"].is_number_integer())
    throw Error(ErrorKind::kInvalidFile, "the artifact holds no language model").file(path);
  const std::filesystem::path named(meta["model"].get<std::string>());
  const std::filesystem::path beside = std::filesystem::path(path).parent_path() / named.filename();
  std::error_code ignored;
  if (std::filesystem::exists(named, ignored)) return named.string();
  if (std::filesystem::exists(beside, ignored)) return beside.string();
  throw Error(ErrorKind::kNotFound, fmt::format("its model {} is not there", named.string())).file(path);
}

std::string checkpoint_path(const std::string& path) {
  return Artifact::is_artifact(path) ? checkpoint_path(Artifact::load(path), path) : path;
}

}  // namespace fusebox::llm
