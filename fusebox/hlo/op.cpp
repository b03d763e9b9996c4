#include "fusebox/hlo/op.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "fusebox/base/error.h"
#include "fusebox/hlo/infer.h"
#include "fusebox/hlo/keywords.h"
#include "fusebox/hlo/program.h"

namespace fusebox::hlo {
namespace {

// "iota_dimension int" or "lower bool?"
constexpr AttributeInfo parse_attribute(std::string_view text) {
  const bool optional = text.back() == '?';
  if (optional) text.remove_suffix(1);
  const size_t space = text.find(' ');
  return {text.substr(0, space), text.substr(space + 1), !optional};
}

template <typename... Texts>
constexpr std::array<AttributeInfo, sizeof...(Texts)> parse_attributes(Texts... texts) {
  return {parse_attribute(texts)...};
}

// One array of attributes per row, then the rows.
#define FUSEBOX_OP(enumerator, text, lo, hi, regions, rule, form, ...) \
  constexpr auto k_##enumerator##_attributes = parse_attributes(__VA_ARGS__);
#include "fusebox/hlo/op_table.def"
#undef FUSEBOX_OP

const std::array kRows = {
#define FUSEBOX_OP(enumerator, text, lo, hi, regions, rule, form, ...) \
  OpInfo{OpCode::enumerator, text, lo, hi, regions, rules::rule, Form::form, k_##enumerator##_attributes},
#include "fusebox/hlo/op_table.def"
#undef FUSEBOX_OP
};

struct KeywordType {
  std::string_view type;
  std::array<std::string_view, 6> values;  // the rest is empty
};

constexpr KeywordType kKeywords[] = {
    {"comparison_direction", {"EQ", "NE", "GE", "GT", "LE", "LT"}},
    {"comparison_type", {"FLOAT", "TOTALORDER", "SIGNED", "UNSIGNED"}},
    {"precision", {"DEFAULT", "HIGH", "HIGHEST"}},
    {"rng_algorithm", {"DEFAULT", "THREE_FRY", "PHILOX"}},
    {"rng_distribution", {"UNIFORM", "NORMAL"}},
    {"fft_type", {"FFT", "IFFT", "RFFT", "IRFFT"}},
    {"transpose", {"NO_TRANSPOSE", "TRANSPOSE", "ADJOINT"}},
};

}  // namespace

const OpInfo& info(OpCode code) { return kRows[static_cast<size_t>(code)]; }

std::span<const OpInfo> all_ops() { return kRows; }

std::optional<OpCode> op_from_name(std::string_view name) {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, OpCode> map;
    for (const OpInfo& row : kRows) map.emplace(row.name, row.code);
    return map;
  }();
  const auto found = by_name.find(name);
  if (found == by_name.end()) return std::nullopt;
  return found->second;
}

std::span<const std::string_view> keyword_values(std::string_view type) {
  for (const KeywordType& row : kKeywords) {
    if (row.type != type) continue;
    const auto end = std::find(row.values.begin(), row.values.end(), std::string_view());
    return {row.values.data(), static_cast<size_t>(end - row.values.begin())};
  }
  return {};
}

Attributes::Attributes(std::initializer_list<std::pair<std::string_view, Attribute>> list) {
  for (const auto& [name, value] : list) set(name, value);
}

void Attributes::set(std::string_view name, Attribute value) {
  for (auto& [have, old] : list_) {
    if (have != name) continue;
    old = std::move(value);
    return;
  }
  list_.emplace_back(std::string(name), std::move(value));
}

const Attribute* Attributes::find(std::string_view name) const {
  for (const auto& [have, value] : list_)
    if (have == name) return &value;
  return nullptr;
}

void Attributes::missing(std::string_view name) {
  throw InternalError(fmt::format("attribute {} is absent or of another type", name));
}

const Shape& OpView::shape(size_t operand) const { return operands[operand]->shape; }

}  // namespace fusebox::hlo
