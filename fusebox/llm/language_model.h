// LanguageModel: a model that is ready to talk: weights on a device, programs, tokenizer, template, defaults.
//
//   auto model = LanguageModel::open("SmolLM2-135M-Instruct.Q4_1.gguf");
//   Sequence sequence(model);
//   Reply reply = generate(sequence, model->tokenizer().encode("The capital of France is"), {}, {});
//
// Shared and thread-safe: any number of sequences, each on its own thread, use one model. Programs are
// compiled when first needed (or loaded from the cache); a second thread that needs the same one waits for
// it.
#pragma once

#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fusebox/llm/chunks.h"
#include "fusebox/llm/family.h"
#include "fusebox/llm/precision.h"
#include "fusebox/llm/programs.h"
#include "fusebox/llm/sampling.h"
#include "fusebox/runtime/runtime.h"
#include "fusebox/text/chat_template.h"
#include "fusebox/text/tokenizer.h"

namespace fusebox::llm {

struct ModelOptions {
  DeviceOptions device = {};
  // Of weights and caches: f32, bf16 or f16. Absent: low-bit weights as they are, if the file has them and
  // the device can multiply with them, with caches in f16; else what the device is fastest in.
  std::optional<DType> dtype = {};
  // Of caches alone: f32, bf16, f16, or i8, which keeps each row of a head in eight bits with a scale.
  std::optional<DType> cache_dtype = {};
  int64_t context = 0;    // tokens a sequence may have; 0: as many as the model was trained for
  bool use_cache = true;  // the user's compile cache
  // Chunk sizes whose programs are wanted first: they begin to be made ready while the rest is read.
  std::vector<int64_t> prepare = {};
  // Called when a stage is over, from any thread, one at a time: "open plugin", "load weights", "compile
  // decode", …
  std::function<void(std::string_view stage, double milliseconds)> on_stage = {};
};

class LanguageModel {
 public:
  // `path` is a Hugging Face folder, a .gguf file, or an artifact that names one (see save_artifact). Errors:
  // kNotFound, kInvalidFile, kUnsupported for the files; kCheckpoint if weights and config disagree;
  // kOutOfMemory before anything large is taken; kIncompatible for an artifact of another machine, plugin or
  // model.
  static std::shared_ptr<LanguageModel> open(const std::string& path, const ModelOptions& options = {});
  ~LanguageModel();

  const ModelSizes& sizes() const { return model_->sizes(); }
  const CausalModel& model() const { return *model_; }
  const Device& device() const { return device_; }
  const std::string& path() const { return path_; }  // of the checkpoint
  DType dtype() const { return precision_.dtype; }   // of weights that were expanded
  DType cache_dtype() const { return precision_.cache_dtype; }
  // Whether low-bit weights are used as they are.
  bool in_blocks() const { return precision_.trace.block_weights; }
  // What rows of padding cost in a prompt's last chunk.
  Padding padding() const {
    return in_blocks() && model_->pads_with_zeros() ? Padding::kSkipped : Padding::kComputed;
  }
  // For people: "f32", or "Q4_1" for most of the weights as they are.
  std::string weights_name() const;
  int64_t context() const { return context_; }
  // Of a sequence: its caches' tensors, and their bytes.
  std::vector<Shape> cache_shapes() const;
  int64_t cache_bytes() const;
  const std::shared_ptr<const text::Tokenizer>& tokenizer() const { return tokenizer_; }
  // Nothing if the files have none: then only plain prompts can be answered.
  const std::optional<text::ChatTemplate>& chat_template() const { return template_; }
  // From generation_config.json; the weakest level but the built-in values.
  const SamplingOverrides& defaults() const { return defaults_; }
  bool ends_reply(int32_t token) const;

  // The program for chunks of that many tokens with its weights bound; compiled if it is not there yet, and
  // again if that failed before. Weights that could not be loaded stay so: their error is thrown each time.
  Session session(int64_t tokens, ProgramKind kind = ProgramKind::kStep);
  // A decode step of several sequences at once, with room for so many tokens each; inputs and outputs are
  // those of trace_step. Compiled, or loaded from the cache, at each call.
  Session batch_session(int64_t slots, int64_t context);
  // Begins to make the program ready on another thread.
  void prepare(int64_t tokens, ProgramKind kind = ProgramKind::kStep);

  // All programs of generation in one file, to be opened in place of the model, which it names.
  void save_artifact(const std::string& path);

  TracedProgram trace(int64_t tokens, ProgramKind kind = ProgramKind::kStep) const;

 private:
  LanguageModel(std::string path, const ModelOptions& options);
  void open_artifact(std::string path);
  void open_text(const std::shared_ptr<const GgufFile>& gguf);
  void choose_context();
  StepSizes step_sizes(int64_t tokens) const;
  // A program before it is compiled: its outline, if one is kept, else its trace.
  struct Draft {
    std::string recipe = {};
    std::optional<Outline> outline = {};
    std::optional<TracedProgram> traced = {};
    const Signature& signature() const { return outline ? outline->signature : traced->signature; }
  };
  using Drafted = std::shared_ptr<const Draft>;
  Drafted draft(const StepSizes& sizes, ProgramKind kind, const std::string& name);
  Drafted draft_weights();
  const nlohmann::ordered_json* artifact_signature(const std::string& name) const;
  Drafted take_decode();
  CompiledModel make(int64_t tokens, ProgramKind kind);
  CompiledModel compile(const Draft& draft, const StepSizes& sizes, ProgramKind kind,
                        const std::string& name);
  std::shared_future<CompiledModel> begin(int64_t tokens, ProgramKind kind);
  CompiledModel program(int64_t tokens, ProgramKind kind);
  void forget_failed(int64_t tokens, ProgramKind kind);
  void stage(std::string_view name, double milliseconds);

  std::mutex stage_mutex_;  // of on_stage; first, because making the device already reports
  ModelOptions options_;
  std::string path_;
  std::optional<Artifact> artifact_;
  std::string artifact_path_;
  Device device_;
  std::shared_ptr<const CausalModel> model_;
  std::shared_ptr<const text::Tokenizer> tokenizer_;
  std::optional<text::ChatTemplate> template_;
  SamplingOverrides defaults_;
  std::vector<int32_t> end_tokens_;
  Precision precision_;
  int64_t context_ = 0;

  std::mutex mutex_;  // guards what follows
  // The decode step, which also says what weights are wanted; gone when it is compiled.
  std::shared_future<Drafted> decode_;
  std::shared_future<Weights> weights_;
  // Last, as their tasks use the decode step: they end before it goes.
  std::map<std::pair<ProgramKind, int64_t>, std::shared_future<CompiledModel>> programs_;
};

}  // namespace fusebox::llm
