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
  // What weights are expanded to, and what caches are kept in. Absent: as the device would run it; f32 and
  // the same where no device is asked.
  std::optional<DType> dtype = {}, cache_dtype = {};
  int64_t context = 0;  // 0: the model's
  std::string plugin = {};
};

// What "decode", "prefill_N", "score_N", "logits_N" or "copy" means, with its number of tokens. Error
// kInvalidArgument for other names.
std::pair<llm::ProgramKind, int64_t> program_named(const std::string& name);

// One model, opened by its files alone: no weight is read, and no device opened but where it says so.
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
  // bytes. If `ask`, it is what would run on the device, and the last two are what its compiler says of the
  // decode program: it may have to compile it. Error kContextOverflow if options ask for more context than
  // the model has; errors of Device.
  nlohmann::ordered_json memory(bool ask) const;
  // The text of a program (see program_named): what would run on the device, or, of a given dtype, in plain
  // ops for any; errors of Device.
  std::string stablehlo(const std::string& program) const;

 private:
  const llm::CausalModel& model() const;
  int64_t context() const;
  llm::StepSizes step_sizes(int64_t tokens, const llm::Precision& precision) const;
  llm::Precision plain() const;
  llm::Precision on(const Device& device) const;

  std::string path_;
  InspectionOptions options_;
  std::optional<Artifact> artifact_;
  std::optional<Checkpoint> checkpoint_;
  std::shared_ptr<const llm::CausalModel> model_;  // null if the family is not known
  std::string why_not_;
};

}  // namespace fusebox::apps
