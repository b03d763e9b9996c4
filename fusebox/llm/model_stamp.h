// Telling models apart without reading them whole.
#pragma once

#include <string>

namespace fusebox::llm {

// A hash over sizes, heads and tails of the files of a model (a .gguf, or a folder's weights and JSON files):
// other weights have another stamp, unless they differ in the middle of a file only. Error kIo.
std::string model_stamp(const std::string& path);

}  // namespace fusebox::llm
