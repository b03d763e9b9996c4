// The programs of generation: one step of n tokens per slot, sampler included; and scoring of given tokens.
//
// Everything a step changes stays on the device: it returns the next token, position and counts as buffers
// that the next step takes as they are, and the caches are donated, one K and one V buffer per layer.
#pragma once

#include "fusebox/llm/family.h"
#include "fusebox/llm/sampler.h"
#include "fusebox/trace/trace.h"

namespace fusebox::llm {

struct StepSizes {
  int64_t slots = 1;
  int64_t tokens = 1;              // per slot; 1 is a decode step, more a chunk of a prompt
  int64_t capacity = 0;            // of the caches; see cache_capacity
  DType cache_dtype = DType::f32;  // or i8: see nn::KvCache
};

// Room for `context` tokens and a whole chunk past them, in whole attention blocks.
int64_t cache_capacity(int64_t context, int64_t largest_chunk);

// All caches' tensors, in the order of the programs' inputs and outputs; and their bytes.
std::vector<Shape> cache_shapes(const ModelSizes& model, const StepSizes& sizes);
int64_t cache_bytes(const ModelSizes& model, const StepSizes& sizes);

// Inputs:  tokens i32 [slots, n], start i32 [slots], count i32 [slots], sampler.*, counts i32 [slots, 2,
//          vocabulary], caches.<layer>.k/v (of i8: and k_scale/v_scale, as everywhere) and, for n = 1, reply
//          i32 [slots]: 1 if the token is part of the reply.
// Outputs: token i32 [slots, 1], start i32 [slots] (the position after the chunk), logits f32 [slots,
// vocabulary]
//          of the last valid token, caches.<layer>.k/v (donated) and, for n = 1, counts (donated; `reply` is
//          added to the count of the token that was fed).
TracedProgram trace_step(const CausalModel& model, const StepSizes& sizes, const TraceOptions& options);

// Inputs:  tokens, start, count, caches as above; targets i32 [slots, n], the token that follows each.
// Outputs: log_probs f32 [slots, n] (natural logarithm), caches.
TracedProgram trace_score(const CausalModel& model, const StepSizes& sizes, const TraceOptions& options);

// Inputs:  tokens, start, count, caches as above.
// Outputs: logits f32 [slots, n, vocabulary] after each token, caches.
TracedProgram trace_logits(const CausalModel& model, const StepSizes& sizes, const TraceOptions& options);

// Inputs and outputs: caches.<layer>.k/v and counts; nothing is donated, so the outputs are copies.
TracedProgram trace_copy(const CausalModel& model, const StepSizes& sizes);

}  // namespace fusebox::llm
