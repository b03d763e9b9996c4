// JSON files beside the weights: config.json, generation_config.json, tokenizer_config.json.
//
//   const auto config = read_json(folder + "/config.json");
//   const int64_t layers = config.at("num_hidden_layers");
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace fusebox {

struct JsonLimits {
  size_t bytes = size_t{64} << 20;
  int depth = 64;  // arrays and objects within each other
};

// Parses one JSON document, keys in their order. `path` is for messages. Error kInvalidFile with the byte
// where it went wrong: not JSON, invalid UTF-8, larger or deeper than the limits.
nlohmann::ordered_json parse_json(std::string_view text, const std::string& path,
                                  const JsonLimits& limits = {});

// Reads and parses a file; Error kNotFound or kIo as MappedFile::open gives them. The optional form has
// nothing if there is no such file.
nlohmann::ordered_json read_json(const std::string& path, const JsonLimits& limits = {});
std::optional<nlohmann::ordered_json> read_json_if_there(const std::string& path,
                                                         const JsonLimits& limits = {});

}  // namespace fusebox
