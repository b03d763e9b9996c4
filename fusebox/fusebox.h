// fusebox: all that a program needs which builds, compiles and runs models. Each header stands for its
// folder, and opens with what the folder is for and what it knows.
//
//   #include "fusebox/fusebox.h"                        target_link_libraries(mine PRIVATE fusebox)
//
// README.md has a first program, docs/tour.md the way of the data, examples/ whole models.
#pragma once

#include "fusebox/checkpoint/checkpoint.h"  // weights from safetensors and GGUF
#include "fusebox/checkpoint/config.h"      // the JSON files beside them
#include "fusebox/llm/conversation.h"       // language models: LanguageModel, generate, Conversation
#include "fusebox/nn/nn.h"                  // Linear, Embedding, norms, rotary positions, attention
#include "fusebox/runtime/runtime.h"        // Device, Weights, CompiledModel, Session
#include "fusebox/text/chat_template.h"     // a conversation as one text
#include "fusebox/text/tokenizer.h"         // texts as ids
#include "fusebox/trace/trace.h"            // Tensor, TraceCx, the ops
