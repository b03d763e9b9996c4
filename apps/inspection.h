// What there is to know of a model's files, as JSON; `fusebox inspect` prints it.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "fusebox/base/dtype.h"
#include "fusebox/checkpoint/checkpoint.h"
#include "fusebox/llm/family.h"
#include "fusebox/llm/language_model.h"
#include "fusebox/runtime/artifact.h"

namespace fusebox::apps {

struct InspectionOptions {
  DType dtype = DType::f32;               // that weights are expanded to
  std::optional<DType> cache_dtype = {};  // absent: the same
  int64_t context = 0;                    // 0: the model's
  std::string plugin = {};
};

// What "decode", "prefill_N", "score_N", "logits_N" or "copy" means, with its number of tokens. Error
// kInvalidArgument for other names.
std::pair<llm::ProgramKind, int64_t> program_named(const std::string& name);

// One model, opened by its files alone: no device, and no weight is read.
class Inspection {
 public:
  // `path` is a model's folder, .gguf or .safetensors file, or an artifact. Errors as Checkpoint::open.
  Inspection(const std::string& path, const InspectionOptions& options);

  // {"identity", "meta", "sections"}; null if it is no artifact.
  nlohmann::ordered_json artifact() const;
  // {"model": sizes or null, "why_not"?, "format", "metadata" or the JSON files by name}
  nlohmann::ordered_json config() const;
  // {"tensors": [{"name", "dtype", "shape", "bytes"}], "count", "elements", "bytes"}
  nlohmann::ordered_json tensors() const;
  // {"dtype", "cache_dtype", "context", "weights", "cache", "cache_per_token", "temporaries"?, "code"?} in
  // bytes. The last two are what the device's compiler says of the decode program, if `compile`: it may have
  // to compile it. Error kContextOverflow if options ask for more context than the model has; errors of
  // Device.
  nlohmann::ordered_json memory(bool compile) const;
  // The text of a program; see program_named.
  std::string stablehlo(const std::string& program) const;

 private:
  const llm::CausalModel& model() const;
  int64_t context() const;
  llm::StepSizes step_sizes(int64_t tokens) const;

  std::string path_;
  InspectionOptions options_;
  std::optional<Artifact> artifact_;
  std::optional<Checkpoint> checkpoint_;
  std::shared_ptr<const llm::CausalModel> model_;  // null if the family is not known
  std::string why_not_;
};

}  // namespace fusebox::apps
