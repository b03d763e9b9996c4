// Programs of f32, compiled for this machine and run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cpu/compiler/compiler.h"
#include "cpu/execute/program.h"
#include "cpu/level.h"

namespace fusebox::cpu {

using Floats = std::vector<float>;

inline Blob compiled(std::string_view text) { return compile(text, {.level = std::string(cpu_level())}); }

// Runs a program whose parameters and results are all f32. What is donated starts in the result's memory.
inline std::vector<Floats> run(const Blob& blob, std::vector<Floats> arguments, int threads = 1) {
  std::vector<Floats> results;
  std::vector<std::byte*> inputs, outputs;
  for (const Shape& shape : blob.results) results.emplace_back(static_cast<size_t>(shape.elements()));
  for (Floats& result : results) outputs.push_back(reinterpret_cast<std::byte*>(result.data()));
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto alias = blob.parameters[i].alias;
    if (alias) results[static_cast<size_t>(*alias)] = arguments[i];
    inputs.push_back(alias ? reinterpret_cast<std::byte*>(results[static_cast<size_t>(*alias)].data())
                           : reinterpret_cast<std::byte*>(arguments[i].data()));
  }
  for (size_t i = 0; i < results.size(); ++i) outputs[i] = reinterpret_cast<std::byte*>(results[i].data());
  for (size_t i = 0; i < arguments.size(); ++i)
    if (blob.parameters[i].alias) inputs[i] = outputs[static_cast<size_t>(*blob.parameters[i].alias)];
  Program(deserialize(serialize(blob))).run(inputs, outputs, threads);
  return results;
}

}  // namespace fusebox::cpu
