// Tiny Llamas of random weights, as Hugging Face folders and as GGUF files: what generation does is tested on
// them in milliseconds, and in shapes that SmolLM2 has not. tools/make_tiny_llama_goldens.py makes the same
// models.
//
//   auto model = tiny_model("tied");          // opened once for all tests of a program
//   TemporaryFolder folder;
//   write_tiny_llama(folder, tiny_llama("untied"));   // the files alone
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fusebox/llm/language_model.h"
#include "tests/base/temporary_folder.h"
#include "tests/checkpoint/file_builders.h"
#include "tests/nn/pattern.h"
#include "tests/test_plugin.h"

namespace fusebox::llm {

using nlohmann::ordered_json;

// The tokenizer: printable ASCII one by one, four merges, the two bytes of é, three special tokens. The
// model's table has rows for two ids more, as is usual.
inline constexpr int64_t kTinyVocabulary = 108;
inline constexpr int32_t kTinyEnd = 103;  // <|end|>

struct TinyLlama {
  int64_t hidden, inner, layers, heads, kv_heads, head_size;
  double eps, theta;
  bool untied, bias;
  ordered_json scaling;
};

TinyLlama tiny_llama(const std::string& name);  // tied, untied or yarn

struct TinyTensor {
  std::vector<int64_t> dims;
  std::vector<float> values;
};
// With Hugging Face's names.
std::map<std::string, TinyTensor> tiny_tensors(const TinyLlama& c);

ordered_json tiny_config(const TinyLlama& c);

// A Hugging Face folder; with `shards`, the tensors lie in that many files and an index.
void write_tiny_llama(const TemporaryFolder& folder, const TinyLlama& c, size_t shards = 1);

// For scaling of kind llama3, `divisors` has what the converter works out: one per rotary pair.
std::string tiny_gguf(const TinyLlama& c, const std::vector<float>& divisors = {});

ModelOptions tiny_options();
std::shared_ptr<LanguageModel> tiny_model(const std::string& name = "tied");

}  // namespace fusebox::llm
