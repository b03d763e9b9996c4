#include "fusebox/llm/family.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <span>

#include "fusebox/base/error.h"
#include "fusebox/llm/llama.h"

namespace fusebox::llm {
namespace {

// One row a family: config.json's model_type or GGUF's general.architecture, and who opens it.
struct Row {
  std::string_view name;
  std::shared_ptr<const CausalModel> (*open)(const Checkpoint&);
};
constexpr Row kFamilies[] = {{"llama", open_llama}, {"mistral", open_llama}};

std::string family_name(const Checkpoint& checkpoint) {
  if (const auto gguf = checkpoint.gguf()) return std::string(gguf->at("general.architecture").as_string());
  const std::string path = checkpoint.folder() + "/config.json";
  const auto config = read_json(path);
  const auto found = config.is_object() ? config.find("model_type") : config.end();
  if (found == config.end() || !found->is_string())
    throw Error(ErrorKind::kInvalidFile, "'model_type' is missing").file(path);
  return found->get<std::string>();
}

// Tensors that no one can expand are no weights; a family would only miss them.
void check_readable(const Checkpoint& checkpoint, const std::string& path) {
  const auto gguf = checkpoint.gguf();
  const std::span<const StoredTensor> all = gguf ? gguf->tensors() : checkpoint.safetensors()->tensors();
  size_t count = 0;
  std::string first;
  std::set<std::string> types;
  for (const StoredTensor& tensor : all) {
    if (tensor.unreadable.empty()) continue;
    if (count++ == 0) first = tensor.info.name;
    types.insert(tensor.unreadable);
  }
  if (count == 0) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("{} of {} tensors are stored as {}, which fusebox cannot expand; the first is {}",
                          count, all.size(), fmt::join(types, ", "), fusebox::quoted(first)))
      .file(path)
      .hint("take the same model in another format, such as Q8_0, Q4_K_M, F16 or BF16");
}

}  // namespace

std::shared_ptr<const CausalModel> open_model(const std::string& path) {
  return open_model(Checkpoint::open(path), path);
}

std::shared_ptr<const CausalModel> open_model(const Checkpoint& checkpoint, const std::string& path) {
  const std::string name = family_name(checkpoint);
  std::string known;
  for (const Row& row : kFamilies) {
    if (row.name == name) {
      check_readable(checkpoint, path);
      return row.open(checkpoint);
    }
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  throw Error(ErrorKind::kUnsupported, fmt::format("the model family '{}'; fusebox has {}", name, known))
      .file(path);
}

}  // namespace fusebox::llm
