// Text: between characters and token ids, and between a conversation and one string.
//
//   auto tokenizer = Tokenizer::open("SmolLM2-135M-Instruct");   // folder, tokenizer.json or .gguf
//   std::vector<int32_t> ids = tokenizer->encode("Hello");
//   StreamDecoder stream(tokenizer);
//   for (int32_t id : ids) std::cout << stream.push(id);
//   std::cout << stream.finish();
//
// tokenizer.h has tokenizers and the streaming decoder, chat_template.h the templates of chat models. A text
// is UTF-8, an id an int32_t. This folder reads checkpoints' text parts (fusebox/checkpoint) and knows
// nothing of tensors, models or devices.
#pragma once

#include "fusebox/text/tokenizer.h"
