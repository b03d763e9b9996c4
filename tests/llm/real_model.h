// The real SmolLM2-135M-Instruct on XLA's CPU plugin, opened once for all tests of a program.
#pragma once

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "fusebox/llm/language_model.h"
#include "tests/test_plugin.h"

namespace fusebox::llm {

inline const std::string kModelPath = FUSEBOX_ASSETS_DIR "/SmolLM2-135M-Instruct.Q4_1.gguf";
inline const std::string kPluginPath = test::test_plugin();

inline std::shared_ptr<LanguageModel> real_model() {
  static const std::shared_ptr<LanguageModel> model =
      LanguageModel::open(kModelPath, {.device = {.plugin = kPluginPath}, .dtype = f32, .context = 2048});
  return model;
}

inline nlohmann::ordered_json golden(const std::string& name) {
  std::ifstream file(std::string(FUSEBOX_SOURCE_DIR "/tests/golden/") + name);
  return nlohmann::ordered_json::parse(file);
}

}  // namespace fusebox::llm
