#include "fusebox/llm/language_model.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "fusebox/base/error.h"
#include "fusebox/base/log.h"
#include "fusebox/checkpoint/config.h"
#include "fusebox/llm/chunks.h"
#include "fusebox/llm/model_path.h"
#include "fusebox/llm/model_stamp.h"
#include "fusebox/runtime/memory.h"

namespace fusebox::llm {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kInBlocks = "blocks";  // in place of a dtype, in artifacts
constexpr int64_t kSmallestContext = 512;         // less is of no use for a conversation

double milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

// "eos_token_id": a number or a list of them. `file` is for messages.
void add_end_tokens(const std::optional<ordered_json>& config, const std::string& file,
                    std::vector<int32_t>& tokens) {
  if (!config || !config->is_object()) return;
  const ordered_json value = config->value("eos_token_id", ordered_json());
  if (value.is_null()) return;
  for (const ordered_json& item : value.is_array() ? value : ordered_json::array({value})) {
    const bool fits = item.is_number_unsigned()
                          ? item.get<uint64_t>() <= INT32_MAX
                          : item.is_number_integer() && item.get<int64_t>() >= INT32_MIN;
    if (!fits)
      throw Error(ErrorKind::kInvalidFile,
                  fmt::format("'eos_token_id' is {}, want token ids", value.dump().substr(0, 80)))
          .file(file);
    tokens.push_back(item.get<int32_t>());
  }
}

}  // namespace

std::shared_ptr<LanguageModel> LanguageModel::open(const std::string& path, const ModelOptions& options) {
  return std::shared_ptr<LanguageModel>(new LanguageModel(path, options));
}

LanguageModel::LanguageModel(std::string path, const ModelOptions& options)
    : options_(options), path_(std::move(path)), device_([&] {
        const auto begin = std::chrono::steady_clock::now();
        if (Artifact::is_artifact(path_)) open_artifact(path_);
        std::error_code ignored;  // a name that the system finds too long is not there either
        if (!std::filesystem::exists(path_, ignored))
          throw Error(ErrorKind::kNotFound, "no such file or folder").file(path_);
        Device device = Device::open(options.device);
        stage("open plugin", milliseconds_since(begin));
        return device;
      }()) {
  if (artifact_)
    device_.check_fits(*artifact_, artifact_path_);  // its programs are loaded when they are needed
  const Checkpoint checkpoint = Checkpoint::open(path_);
  model_ = open_model(checkpoint, path_);
  precision_ = choose_precision(device_, model_->weights(), options_.dtype, options_.cache_dtype);
  choose_context();
  decode_ = std::async(std::launch::async, [this] { return draft_weights(); }).share();
  weights_ = std::async(std::launch::async, [this, decode = decode_]() mutable {
               const Drafted drafted =
                   std::exchange(decode, {}).get();  // or this task would keep it for good
               const auto begin = std::chrono::steady_clock::now();
               Weights weights = device_.load(model_->weights(), drafted->signature());
               stage("load weights", milliseconds_since(begin));
               return weights;
             }).share();
  for (const int64_t tokens : options_.prepare) prepare(tokens);
  open_text(checkpoint.gguf());
}

LanguageModel::~LanguageModel() = default;

void LanguageModel::open_artifact(std::string path) {
  artifact_path_ = path;  // path_ becomes the model's
  artifact_ = Artifact::load(path);
  const ordered_json& meta = artifact_->meta;
  path_ = checkpoint_path(*artifact_, path);
  if (const std::string stamp = model_stamp(path_); stamp != meta["stamp"].get<std::string>())
    throw Error(ErrorKind::kIncompatible, fmt::format("it was made for other weights than {} has now", path_))
        .file(path)
        .hint("compile it again: fusebox compile MODEL -o FILE");
  const auto precision = meta["dtype"].get<std::string>();
  const std::optional<DType> dtype = dtype_from_name(precision);
  // Artifacts of earlier builds do not say it: it was f16 beside blocks, else that of the weights.
  const std::string caches =
      meta.value("cache_dtype", precision == kInBlocks ? std::string(name(f16)) : precision);
  const std::optional<DType> cache_dtype = dtype_from_name(caches);
  const auto context = meta["context"].get<int64_t>();
  if ((!dtype && precision != kInBlocks) || !cache_dtype || context <= 0)
    throw Error(ErrorKind::kInvalidFile, "the artifact holds no language model").file(path);
  if ((options_.dtype && dtype != options_.dtype) ||
      (options_.cache_dtype && cache_dtype != options_.cache_dtype) ||
      (options_.context > 0 && context != options_.context))
    throw Error(ErrorKind::kIncompatible,
                fmt::format("it was compiled for {} and a context of {}, with caches in {}", precision,
                            context, caches))
        .file(path);
  options_.dtype = dtype;
  options_.cache_dtype = cache_dtype;
  options_.context = context;
}

// `gguf`: the file that has the weights, if it is such a file.
void LanguageModel::open_text(const std::shared_ptr<const GgufFile>& gguf) {
  const auto begin = std::chrono::steady_clock::now();
  const bool folder = std::filesystem::is_directory(path_);
  const bool in_file = gguf && !folder;
  tokenizer_ = in_file ? text::Tokenizer::from_gguf(*gguf) : text::Tokenizer::open(path_);
  template_ = in_file ? text::find_chat_template(*gguf) : text::find_chat_template(path_);
  end_tokens_ = tokenizer_->eos_ids();
  if (folder) {
    const auto generation = read_json_if_there(path_ + "/generation_config.json");
    if (generation && generation->is_object()) try {
        defaults_ = SamplingOverrides::from_generation_config(*generation);
      } catch (Error& error) {
        throw error.file(path_ + "/generation_config.json");
      }
    add_end_tokens(generation, path_ + "/generation_config.json", end_tokens_);
    add_end_tokens(read_json_if_there(path_ + "/config.json"), path_ + "/config.json", end_tokens_);
  }
  stage("read tokenizer", milliseconds_since(begin));
}

std::string LanguageModel::weights_name() const { return llm::weights_name(model_->weights(), precision_); }

StepSizes LanguageModel::step_sizes(int64_t tokens) const {
  return {1, tokens, cache_capacity(context_, kLargestChunk), cache_dtype()};
}

std::vector<Shape> LanguageModel::cache_shapes() const {
  return llm::cache_shapes(model_->sizes(), step_sizes(1));
}

int64_t LanguageModel::cache_bytes() const { return llm::cache_bytes(model_->sizes(), step_sizes(1)); }

// The context asked for, or the model's own, or as much of that as there is memory for.
void LanguageModel::choose_context() {
  const int64_t trained = model_->sizes().context;
  if (options_.context < 0)
    throw Error(ErrorKind::kInvalidArgument, fmt::format("a context of {} was asked for", options_.context));
  if (options_.context > trained)
    throw Error(ErrorKind::kContextOverflow,
                fmt::format("a context of {} was asked for; the model was trained for {}", options_.context,
                            trained));
  context_ = options_.context > 0 ? options_.context : trained;
  const int64_t weights = weight_bytes(model_->weights(), precision_);
  const std::optional<int64_t> have = available_memory(device_.handle());
  while (have && options_.context == 0 && weights + cache_bytes() > *have && context_ > kSmallestContext)
    context_ = std::max(kSmallestContext, context_ / 2);
  if (context_ < trained && options_.context == 0)
    log_message(LogLevel::kWarn, "memory allows a context of {} tokens; the model was trained for {}",
                context_, trained);
  check_memory(device_.handle(), weights + cache_bytes(), "weights and cache",
               in_blocks() ? "--cache-dtype i8 halves the cache, --context N makes it smaller"
                           : "--dtype bf16 halves both, --context N makes the cache smaller");
}

bool LanguageModel::ends_reply(int32_t token) const {
  return std::find(end_tokens_.begin(), end_tokens_.end(), token) != end_tokens_.end();
}

void LanguageModel::stage(std::string_view name, double milliseconds) {
  std::scoped_lock lock(stage_mutex_);
  if (options_.on_stage) options_.on_stage(name, milliseconds);
}

TracedProgram LanguageModel::trace(int64_t tokens, ProgramKind kind) const {
  return trace_program(*model_, kind, step_sizes(tokens), precision_.trace);
}

LanguageModel::Drafted LanguageModel::draft(const StepSizes& sizes, ProgramKind kind,
                                            const std::string& name) {
  auto made = std::make_shared<Draft>();
  if (options_.use_cache) {
    made->recipe = program_recipe(*model_, kind, sizes, precision_.trace);
    made->outline = find_outline(made->recipe, &model_->weights(), precision_.trace);
  }
  if (made->outline) return made;
  const auto begin = std::chrono::steady_clock::now();
  made->traced = trace_program(*model_, kind, sizes, precision_.trace);
  stage("trace " + name, milliseconds_since(begin));
  return made;
}

// The decode step's: its weights are those of all programs.
LanguageModel::Drafted LanguageModel::draft_weights() {
  const std::string name = program_name(1, ProgramKind::kStep);
  const ordered_json* signature = artifact_signature(name);
  if (!signature) return draft(step_sizes(1), ProgramKind::kStep, name);
  try {
    return std::make_shared<Draft>(Draft{.outline = Outline{"", signature_from_json(*signature)}});
  } catch (Error& error) {
    throw error.file(artifact_path_);
  }
}

// The signature of a program that the artifact holds; null if it holds no such program, or lacks that.
const ordered_json* LanguageModel::artifact_signature(const std::string& name) const {
  if (!artifact_ || !artifact_->sections.contains(name)) return nullptr;
  const auto all = artifact_->meta.find("signatures");
  return all != artifact_->meta.end() && all->contains(name) ? &all->at(name) : nullptr;
}

CompiledModel LanguageModel::make(int64_t tokens, ProgramKind kind) {
  const std::string name = program_name(tokens, kind);
  const auto begin = std::chrono::steady_clock::now();
  if (artifact_ && artifact_->sections.contains(name)) {
    Artifact part;
    part.identity = artifact_->identity;
    if (const ordered_json* signature = artifact_signature(name)) part.meta["signature"] = *signature;
    part.sections["executable"] = artifact_->sections.at(name);
    CompiledModel compiled = device_.from_artifact(part, artifact_path_);
    stage("load " + name, milliseconds_since(begin));
    return compiled;
  }
  Drafted drafted = tokens == 1 && kind == ProgramKind::kStep ? take_decode() : nullptr;
  if (!drafted) drafted = draft(step_sizes(tokens), kind, name);
  return compile(*drafted, step_sizes(tokens), kind, name);
}

// The first to ask gets it, and it goes with him.
LanguageModel::Drafted LanguageModel::take_decode() {
  std::shared_future<Drafted> decode;
  {
    std::scoped_lock lock(mutex_);
    decode = std::exchange(decode_, {});
  }
  return decode.valid() ? decode.get() : nullptr;
}

CompiledModel LanguageModel::compile(const Draft& draft, const StepSizes& sizes, ProgramKind kind,
                                     const std::string& name) {
  CompileOptions options;
  options.use_cache = options_.use_cache;
  options.recipe = draft.recipe;
  options.on_stage = [&](const CompileStage& done) {
    stage(fmt::format("{} {}", done.name, name), done.milliseconds);
  };
  if (draft.traced) return device_.compile(*draft.traced, options);
  if (auto found = device_.find(*draft.outline, options)) return *found;
  const auto begin = std::chrono::steady_clock::now();
  const TracedProgram traced = trace_program(*model_, kind, sizes, precision_.trace);
  stage("trace " + name, milliseconds_since(begin));
  return device_.compile(traced, options);
}

std::shared_future<CompiledModel> LanguageModel::begin(int64_t tokens, ProgramKind kind) {
  std::scoped_lock lock(mutex_);
  auto& entry = programs_[{kind, tokens}];
  if (!entry.valid())
    entry = std::async(std::launch::async, [=, this] { return make(tokens, kind); }).share();
  return entry;
}

void LanguageModel::prepare(int64_t tokens, ProgramKind kind) { static_cast<void>(begin(tokens, kind)); }

CompiledModel LanguageModel::program(int64_t tokens, ProgramKind kind) {
  const std::shared_future<CompiledModel> made = begin(tokens, kind);
  try {
    return made.get();
  } catch (...) {
    forget_failed(tokens, kind);
    throw;
  }
}

// What failed is made anew by whoever asks next; what is being made anew already stays.
void LanguageModel::forget_failed(int64_t tokens, ProgramKind kind) {
  std::scoped_lock lock(mutex_);
  const auto entry = programs_.find({kind, tokens});
  if (entry == programs_.end() ||
      entry->second.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
    return;
  try {
    entry->second.get();
  } catch (...) {
    programs_.erase(entry);
  }
}

Session LanguageModel::session(int64_t tokens, ProgramKind kind) {
  const CompiledModel compiled = program(tokens, kind);
  return compiled.session(weights_.get());
}

Session LanguageModel::batch_session(int64_t slots, int64_t context) {
  const StepSizes sizes{slots, 1, cache_capacity(context, 0), cache_dtype()};
  const std::string name = fmt::format("decode of {}", slots);
  const CompiledModel compiled =
      compile(*draft(sizes, ProgramKind::kStep, name), sizes, ProgramKind::kStep, name);
  return compiled.session(weights_.get());
}

void LanguageModel::save_artifact(const std::string& path) {
  Artifact artifact;
  artifact.identity = device_.identity();
  artifact.meta = {{"kind", kArtifactKind},
                   {"model", std::filesystem::absolute(path_).lexically_normal().string()},
                   {"stamp", model_stamp(path_)},
                   {"dtype", in_blocks() ? std::string(kInBlocks) : std::string(name(dtype()))},
                   {"cache_dtype", name(cache_dtype())},
                   {"context", context_},
                   {"signatures", ordered_json::object()}};
  for (const int64_t tokens : kChunkSizes) prepare(tokens);  // side by side
  for (const int64_t tokens : kChunkSizes) {
    const CompiledModel compiled = program(tokens, ProgramKind::kStep);
    const std::string name = program_name(tokens, ProgramKind::kStep);
    artifact.meta["signatures"][name] = to_json(compiled.signature());
    artifact.sections[name] = compiled.executable().serialize();
  }
  artifact.save(path);
}

}  // namespace fusebox::llm
