// llm: language models. Families (one file each), sampling, generation, conversations. Knows no terminal and
// no network.
//
// A family turns a checkpoint of its kind into a CausalModel: sizes, weights under Hugging Face's names, and
// a function that traces it. To add one: write the file, add a row to the table in family.cpp, add a golden
// test.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fusebox/base/weight_source.h"
#include "fusebox/checkpoint/checkpoint.h"
#include "fusebox/nn/nn.h"
#include "fusebox/trace/trace.h"

namespace fusebox::llm {

// What generation needs to know of a model, whatever its family.
struct ModelSizes {
  int64_t vocabulary = 0, context = 0;  // context: positions it was trained for
  int64_t layers = 0, kv_heads = 0, head_size = 0;
};

// n tokens per slot on their way through the model.
struct Chunk {
  Tensor tokens;  // i32 [slots, n]; past count[slot] they are padding: what is made of it must be finite
  Tensor start;   // i32 [slots]: the position of the first
  Tensor count;   // i32 [slots]: how many are valid
  // Sees the residual stream, f32 [slots, n, hidden]: after the embedding (layer -1) and after each layer.
  std::function<void(int layer, const Tensor&)> tap = {};
};

// A model inside one trace.
class TracedModel {
 public:
  virtual ~TracedModel() = default;
  // The final hidden states, [slots, n, hidden]; `caches`, one per layer, become the updated ones.
  virtual Tensor hidden(const Chunk& chunk, std::vector<nn::KvCache>& caches) const = 0;
  // Logits in f32 of hidden states [slots, n, hidden]: [slots, n, vocabulary].
  virtual Tensor logits(const Tensor& hidden) const = 0;
};

// A checkpoint opened by its family. Immutable and thread-safe.
class CausalModel {
 public:
  virtual ~CausalModel() = default;
  virtual const ModelSizes& sizes() const = 0;
  virtual const std::string& architecture() const = 0;  // "LlamaForCausalLM"
  virtual const WeightSource& weights() const = 0;
  virtual std::unique_ptr<TracedModel> trace(TraceCx& cx) const = 0;
  // Whether the trace makes rows of padding zero and they stay so, which kernels for low-bit weights pass
  // over.
  virtual bool pads_with_zeros() const { return false; }
  // Everything that trace() depends on besides the names, shapes and formats of the weights: models of equal
  // settings and weights are traced alike, so that the next process need not (runtime/outline.h). Empty: not
  // known, and traced at every start.
  virtual std::string settings() const { return {}; }
};

// Opens a Hugging Face folder or a .gguf file with the family it names. Errors: kUnsupported with the
// families there are, kNotFound, kInvalidFile, kIo.
std::shared_ptr<const CausalModel> open_model(const std::string& path);
// The same of a checkpoint that is open already; `path` is for messages.
std::shared_ptr<const CausalModel> open_model(const Checkpoint& checkpoint, const std::string& path);

}  // namespace fusebox::llm
