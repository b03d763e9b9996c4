// Tokenizer files for the tests: the real SmolLM2 GGUF, and a tokenizer.json made from its metadata as the
// one the model was published with (it is too large to be kept with the tests).
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include "fusebox/checkpoint/gguf.h"
#include "tests/text/tokenizer_json.h"

namespace fusebox::text {

inline const std::string kSmolLm2Gguf = FUSEBOX_ASSETS_DIR "/SmolLM2-135M-Instruct.Q4_1.gguf";

inline nlohmann::ordered_json smollm2_tokenizer_json() {
  using Ordered = nlohmann::ordered_json;
  const auto gguf = GgufFile::open(kSmolLm2Gguf);
  const auto tokens = gguf->at("tokenizer.ggml.tokens").as_strings();
  const auto types = gguf->at("tokenizer.ggml.token_type").as_ints();
  Ordered added = Ordered::array(), vocabulary = Ordered::object(), merges = Ordered::array();
  // ordered_json looks a key up before it adds it; as a vector of members it does not.
  auto& members = vocabulary.get_ref<Ordered::object_t&>();
  members.reserve(tokens.size());
  constexpr int64_t kControl = 3;
  for (size_t id = 0; id < tokens.size(); id++) {
    static_cast<std::vector<Ordered::object_t::value_type>&>(members).emplace_back(std::string(tokens[id]),
                                                                                   id);
    if (types[id] != kControl) continue;
    added.push_back(special_token(id, std::string(tokens[id])));
  }
  for (const std::string_view merge : gguf->at("tokenizer.ggml.merges").as_strings()) merges.push_back(merge);
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added},
          {"normalizer", nullptr},
          {"pre_tokenizer",
           {{"type", "Sequence"},
            {"pretokenizers", {{{"type", "Digits"}, {"individual_digits", true}}, byte_level()}}}},
          {"post_processor", nullptr},
          {"decoder", byte_level()},
          {"model",
           {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", std::move(vocabulary)},
            {"merges", std::move(merges)}}}};
}

inline void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary).write(text.data(), static_cast<std::streamsize>(text.size()));
}

// A new, empty folder of the test that runs.
inline std::filesystem::path test_folder(const std::string& name) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / ("fusebox-" + name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

// A Hugging Face folder of SmolLM2: tokenizer.json and tokenizer_config.json.
inline std::filesystem::path smollm2_folder() {
  const auto folder = test_folder("smollm2-tokenizer");
  write_text(folder / "tokenizer.json", smollm2_tokenizer_json().dump(1));
  write_text(folder / "tokenizer_config.json",
             R"({"bos_token": "<|im_start|>", "eos_token": {"content": "<|im_end|>", "special": true},)"
             R"( "pad_token": "<|im_end|>", "unk_token": "<|endoftext|>", "model_max_length": 8192})");
  return folder;
}

inline nlohmann::json read_golden(const std::string& name) {
  std::ifstream file(FUSEBOX_SOURCE_DIR "/tests/golden/" + name);
  return nlohmann::json::parse(file);
}

}  // namespace fusebox::text
