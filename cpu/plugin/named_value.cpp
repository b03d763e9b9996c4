#include "cpu/plugin/named_value.h"

#include <charconv>

#include "fusebox/pjrt/abi/api.h"

namespace fusebox::cpu::plugin {

PJRT_NamedValue& NamedValues::next(std::string name, PJRT_NamedValue_Type type, size_t size) {
  const std::string& kept = texts_.emplace_back(std::move(name));
  PJRT_NamedValue value = {};
  value.struct_size = PJRT_NamedValue_STRUCT_SIZE;
  value.name = kept.c_str();
  value.name_size = kept.size();
  value.type = type;
  value.value_size = size;
  return values_.emplace_back(value);
}

void NamedValues::add(std::string name, std::string value) {
  const std::string& kept = texts_.emplace_back(std::move(value));
  next(std::move(name), PJRT_NamedValue_Type_kString, kept.size()).string_value = kept.c_str();
}

void NamedValues::add(std::string name, int64_t value) {
  next(std::move(name), PJRT_NamedValue_Type_kInt64, 1).int64_value = value;
}

void NamedValues::add(std::string name, std::vector<int64_t> value) {
  const std::vector<int64_t>& kept = lists_.emplace_back(std::move(value));
  next(std::move(name), PJRT_NamedValue_Type_kInt64List, kept.size()).int64_array_value = kept.data();
}

void NamedValues::add(std::string name, float value) {
  next(std::move(name), PJRT_NamedValue_Type_kFloat, 1).float_value = value;
}

std::string_view name_of(const PJRT_NamedValue& value) {
  return value.name == nullptr ? std::string_view() : std::string_view(value.name, value.name_size);
}

std::optional<int64_t> as_integer(const PJRT_NamedValue& value) {
  switch (value.type) {
    case PJRT_NamedValue_Type_kInt64: return value.int64_value;
    case PJRT_NamedValue_Type_kBool: return value.bool_value ? 1 : 0;
    case PJRT_NamedValue_Type_kString: {
      if (value.string_value == nullptr) return std::nullopt;
      const std::string_view text(value.string_value, value.value_size);
      if (text == "true") return 1;
      if (text == "false") return 0;
      int64_t number = 0;
      const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
      return number;
    }
    default: return std::nullopt;
  }
}

std::optional<std::string> as_text(const PJRT_NamedValue& value) {
  if (value.type != PJRT_NamedValue_Type_kString || value.string_value == nullptr) return std::nullopt;
  return std::string(value.string_value, value.value_size);
}

}  // namespace fusebox::cpu::plugin
