#include "fusebox/text/tokenizer_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fusebox/base/error.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {

void Spec::invalid(std::string_view what) const {
  throw Error(ErrorKind::kInvalidFile, fmt::format("{}: {}", place_, what)).file(file_);
}

void Spec::unsupported(std::string_view what) const {
  throw Error(ErrorKind::kUnsupported, fmt::format("{}: {}", place_, what)).file(file_);
}

void Spec::unsupported_type(std::initializer_list<std::string_view> known) const {
  unsupported(fmt::format("component \"{}\" is not supported; done are {}", type(), fmt::join(known, ", ")));
}

std::string Spec::type() const {
  if (!json_->is_object()) invalid(fmt::format("want an object with a \"type\", got {}", json_->type_name()));
  return string("type");
}

bool Spec::has(std::string_view key) const {
  if (!json_->is_object()) invalid(fmt::format("want an object, got {}", json_->type_name()));
  const auto found = json_->find(std::string(key));
  return found != json_->end() && !found->is_null();
}

Spec Spec::at(std::string_view key) const {
  if (!has(key)) invalid(fmt::format("\"{}\" is missing", key));
  return Spec(*json_->find(std::string(key)), file_, fmt::format("{}.{}", place_, key));
}

bool Spec::boolean(std::string_view key, std::optional<bool> absent) const {
  if (absent && !has(key)) return *absent;
  const Spec field = at(key);
  if (!field.json().is_boolean())
    field.invalid(fmt::format("want true or false, got {}", field.json().type_name()));
  return field.json().get<bool>();
}

std::string Spec::string(std::string_view key) const { return at(key).as_string(); }

std::string Spec::string(std::string_view key, std::string_view absent) const {
  return has(key) ? string(key) : std::string(absent);
}

int64_t Spec::integer(std::string_view key) const { return at(key).as_integer(); }

std::vector<Spec> Spec::list(std::string_view key) const {
  const Spec field = at(key);
  std::vector<Spec> items;
  if (field.json().is_array()) {
    for (size_t i = 0; i < field.json().size(); i++) {
      items.emplace_back(field.json()[i], file_, fmt::format("{}[{}]", field.place(), i));
    }
  } else {
    field.invalid(fmt::format("want a list, got {}", field.json().type_name()));
  }
  return items;
}

std::string Spec::as_string() const {
  if (!json_->is_string()) invalid(fmt::format("want a string, got {}", json_->type_name()));
  return json_->get<std::string>();
}

int64_t Spec::as_integer() const {
  const bool fits = json_->is_number_unsigned() && json_->get<uint64_t>() <= INT64_MAX;
  if (!fits) invalid("want a whole number, not negative");
  return json_->get<int64_t>();
}

char32_t Spec::character() const {
  const std::string text = as_string();
  size_t at = 0;
  const char32_t point = text.empty() ? 0 : next_char(text, at);
  if (text.empty() || at != text.size()) invalid(fmt::format("want one character, got \"{}\"", text));
  return point;
}

}  // namespace fusebox::text
