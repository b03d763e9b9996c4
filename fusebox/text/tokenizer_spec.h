// Spec: one component of a tokenizer.json ({"type": "Split", …}) with the place it stands at, so that whoever
// builds it can say what is wrong and where: "[tokenizer.json] pre_tokenizer.pretokenizers[1].behavior: …".
//
// Reading is strict: a field of another type than wanted is Error kInvalidFile, a component or value that is
// not done here is Error kUnsupported. Fields nobody asks for are ignored, as Hugging Face's reader does.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fusebox::text {

using Json = nlohmann::ordered_json;

class Spec {
 public:
  // `json` and `file` must outlive the Spec.
  Spec(const Json& json, std::string_view file, std::string place)
      : json_(&json), file_(file), place_(std::move(place)) {}

  bool is_null() const { return json_->is_null(); }
  const Json& json() const { return *json_; }

  // The field "type"; the component must be an object that has it.
  std::string type() const;

  // Fields of an object. Without a default the field must be there; null counts as absent.
  bool has(std::string_view key) const;
  Spec at(std::string_view key) const;
  bool boolean(std::string_view key, std::optional<bool> absent = std::nullopt) const;
  std::string string(std::string_view key) const;
  std::string string(std::string_view key, std::string_view absent) const;
  int64_t integer(std::string_view key) const;
  // The elements of an array field.
  std::vector<Spec> list(std::string_view key) const;

  // The string at this place, which must be exactly one character.
  char32_t character() const;
  std::string as_string() const;
  int64_t as_integer() const;

  [[noreturn]] void invalid(std::string_view what) const;
  [[noreturn]] void unsupported(std::string_view what) const;
  // kUnsupported: "component X is not supported (this does A, B, C)".
  [[noreturn]] void unsupported_type(std::initializer_list<std::string_view> known) const;

  std::string_view file() const { return file_; }
  const std::string& place() const { return place_; }

 private:
  const Json* json_;
  std::string_view file_;
  std::string place_;
};

}  // namespace fusebox::text
