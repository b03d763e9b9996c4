#include "apps/inspection.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "fusebox/base/error.h"
#include "fusebox/checkpoint/config.h"
#include "fusebox/llm/chunks.h"
#include "fusebox/llm/step.h"
#include "fusebox/runtime/device.h"
#include "fusebox/stablehlo/printer.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

constexpr size_t kShownElements = 16;  // of an array in metadata
constexpr int64_t kMostTokens = 1 << 16;

ordered_json to_json(const GgufValue& value) {
  switch (value.type()) {
    case GgufType::kString: return std::string(value.as_string());
    case GgufType::kBool: return value.as_bool();
    case GgufType::kFloat32:
    case GgufType::kFloat64: return value.as_float();
    case GgufType::kUint64: return ordered_json::parse(value.to_string());
    case GgufType::kArray: break;
    default: return value.as_int();
  }
  const GgufType element = value.element_type();
  if (value.size() > kShownElements || element == GgufType::kArray) return value.to_string();
  if (element == GgufType::kString)
    return std::vector<std::string>(value.as_strings().begin(), value.as_strings().end());
  if (element == GgufType::kFloat32 || element == GgufType::kFloat64) return value.as_floats();
  return value.as_ints();
}

std::string_view stored_as(const StoredTensor& tensor) {
  if (!tensor.unreadable.empty()) return tensor.unreadable;
  return tensor.info.format ? info(*tensor.info.format).name : name(tensor.info.shape.dtype);
}

// N of "prefill_N", if that is what `text` is.
std::optional<int64_t> number_after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1 || number > kMostTokens)
    return std::nullopt;
  return number;
}

}  // namespace

std::pair<llm::ProgramKind, int64_t> program_named(const std::string& name) {
  if (name == "decode") return {llm::ProgramKind::kStep, 1};
  if (name == "copy") return {llm::ProgramKind::kCopy, 1};
  if (const auto tokens = number_after(name, "prefill_")) return {llm::ProgramKind::kStep, *tokens};
  if (const auto tokens = number_after(name, "score_")) return {llm::ProgramKind::kScore, *tokens};
  if (const auto tokens = number_after(name, "logits_")) return {llm::ProgramKind::kLogits, *tokens};
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("no program '{}', want decode, prefill_N, score_N, logits_N or copy", name));
}

Inspection::Inspection(const std::string& path, const InspectionOptions& options)
    : path_(path), options_(options) {
  if (Artifact::is_artifact(path)) {
    artifact_ = Artifact::load(path);
    const ordered_json& meta = artifact_->meta;
    if (!meta.contains("model") || !meta["model"].is_string()) return;  // one program, no language model
    path_ = meta["model"].get<std::string>();
    options_.dtype = dtype_from_name(meta.value("dtype", ""));  // none if it takes the blocks
    options_.cache_dtype = dtype_from_name(meta.value("cache_dtype", ""));
    options_.context = meta.value("context", options_.context);
    if (!std::filesystem::exists(path_)) return;
  }
  checkpoint_ = Checkpoint::open(path_);
  try {
    model_ = llm::open_model(path_);
  } catch (const Error& error) {
    why_not_ = error.what();
  }
}

const llm::CausalModel& Inspection::model() const {
  if (!model_)
    throw Error(ErrorKind::kUnsupported, why_not_.empty() ? "there is no language model in it" : why_not_)
        .file(path_);
  return *model_;
}

int64_t Inspection::context() const {
  const int64_t trained = model().sizes().context;
  if (options_.context > trained)
    throw Error(
        ErrorKind::kContextOverflow,
        fmt::format("a context of {} was asked for; the model was trained for {}", options_.context, trained))
        .file(path_);
  return options_.context > 0 ? options_.context : trained;
}

ordered_json Inspection::artifact() const {
  if (!artifact_) return nullptr;
  ordered_json sections = ordered_json::object();
  for (const auto& [name, bytes] : artifact_->sections) sections[name] = bytes.size();
  ordered_json meta = artifact_->meta;
  meta.erase("signatures");
  return {{"identity", artifact_->identity.parts}, {"meta", meta}, {"sections", sections}};
}

ordered_json Inspection::config() const {
  ordered_json all = ordered_json::object();
  all["path"] = path_;
  all["model"] = nullptr;
  if (model_) {
    const llm::ModelSizes& sizes = model_->sizes();
    all["model"] = {{"architecture", model_->architecture()},
                    {"vocabulary", sizes.vocabulary},
                    {"context", sizes.context},
                    {"layers", sizes.layers},
                    {"kv_heads", sizes.kv_heads},
                    {"head_size", sizes.head_size}};
  } else {
    all["why_not"] = why_not_;
  }
  if (!checkpoint_) return all;
  if (const auto gguf = checkpoint_->gguf()) {
    all["format"] = fmt::format("GGUF, version {}", gguf->version());
    for (const GgufEntry& entry : gguf->metadata())
      all["metadata"][std::string(entry.key)] = to_json(entry.value);
    return all;
  }
  all["format"] = "safetensors";
  for (const auto& [key, value] : checkpoint_->safetensors()->metadata()) all["metadata"][key] = value;
  if (!std::filesystem::is_directory(path_)) return all;
  for (const char* file : {"config.json", "generation_config.json"})
    if (auto json = read_json_if_there(path_ + "/" + file)) all[file] = std::move(*json);
  return all;
}

ordered_json Inspection::tensors() const {
  ordered_json all = {{"tensors", ordered_json::array()}};
  uint64_t elements = 0, bytes = 0;  // of formats that we cannot read, only what the file claims
  if (checkpoint_) {
    const auto gguf = checkpoint_->gguf();
    const std::span<const StoredTensor> stored =
        gguf ? gguf->tensors() : checkpoint_->safetensors()->tensors();
    for (const StoredTensor& tensor : stored) {
      all["tensors"].push_back({{"name", tensor.info.name},
                                {"dtype", stored_as(tensor)},
                                {"shape", tensor.info.shape.dims},
                                {"bytes", tensor.size}});
      elements += static_cast<uint64_t>(tensor.info.shape.elements());
      bytes += tensor.size;
    }
  }
  all["count"] = all["tensors"].size();
  all["elements"] = elements;
  all["bytes"] = bytes;
  return all;
}

llm::StepSizes Inspection::step_sizes(int64_t tokens, const llm::Precision& precision) const {
  return {1, tokens, llm::cache_capacity(context(), llm::kLargestChunk), precision.cache_dtype};
}

llm::Precision Inspection::plain() const {
  const DType dtype = options_.dtype.value_or(f32);
  llm::Precision precision{dtype, options_.cache_dtype.value_or(dtype)};
  precision.trace.weight_dtype = dtype;
  return precision;
}

llm::Precision Inspection::on(const Device& device) const {
  return llm::choose_precision(device, model().weights(), options_.dtype, options_.cache_dtype);
}

ordered_json Inspection::memory(bool ask) const {
  context();  // refused before a device is opened
  const std::optional<Device> device =
      ask ? std::optional(Device::open({.plugin = options_.plugin})) : std::nullopt;
  const llm::Precision precision = device ? on(*device) : plain();
  const llm::StepSizes sizes = step_sizes(1, precision);
  const int64_t cache = llm::cache_bytes(model().sizes(), sizes);
  ordered_json all = {{"dtype", llm::weights_name(model().weights(), precision)},
                      {"cache_dtype", name(sizes.cache_dtype)},
                      {"context", context()},
                      {"weights", llm::weight_bytes(model().weights(), precision)},
                      {"cache", cache},
                      {"cache_per_token", cache / sizes.capacity}};
  if (!device) return all;
  const CompiledModel decode = device->compile(llm::trace_step(model(), sizes, precision.trace));
  if (const auto stats = decode.executable().memory_stats()) {
    all["temporaries"] = stats->temporaries;
    all["code"] = stats->generated_code;
  }
  return all;
}

std::string Inspection::stablehlo(const std::string& program) const {
  const auto [kind, tokens] = program_named(program);
  context();  // as above
  const llm::Precision precision = options_.dtype ? plain() : on(Device::open({.plugin = options_.plugin}));
  return stablehlo::print(
      llm::trace_program(model(), kind, step_sizes(tokens, precision), precision.trace).program);
}

}  // namespace fusebox::apps
