// A GGUF file under Hugging Face's names and row order: the view that each family gives its own table to.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "fusebox/checkpoint/gguf.h"

namespace fusebox::llm {

// Names without the ending (".weight", ".bias"); of layers without "blk.N.".
struct GgufNames {
  std::map<std::string, std::string> whole;  // "token_embd" → "model.embed_tokens"
  std::string layer_prefix;                  // "model.layers."
  std::map<std::string, std::string> layer;  // "attn_q" → "self_attn.q_proj"
  // Heads of the layer tensors whose rows stand in rotary pairs (2i, 2i + 1) instead of halves (i, i + size /
  // 2).
  std::map<std::string, int64_t> paired_rows;
  std::set<std::string> ignored = {};  // tensors, by whole name, that are no weights
};

// Tensors that the table has no name for keep their own, so that they show up as unexpected.
std::shared_ptr<const WeightSource> gguf_view(std::shared_ptr<const GgufFile> file, GgufNames names);

}  // namespace fusebox::llm
