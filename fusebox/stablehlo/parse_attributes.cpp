// Attribute values: by the type that the op's row names, or any value at all.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

#include "fusebox/base/quoted.h"
#include "fusebox/hlo/keywords.h"
#include "fusebox/stablehlo/parse_parts.h"

namespace fusebox::stablehlo {
namespace {

constexpr int64_t kMaxListItems = 4096;  // of lists that speak of dimensions

// The elements of a constant of integers or bits, one int64_t each.
Dims integers_of(Cursor& in, size_t at, const hlo::Literal& literal) {
  const DType dtype = literal.shape.dtype;
  const int64_t count = literal.shape.elements();
  if (!is_integer(dtype) && dtype != i1)
    in.fail(at, ErrorKind::kInvalidFile, "got elements of {}, want integers", name(dtype));
  if (count > kMaxListItems) in.fail(at, ErrorKind::kInvalidFile, "got a list of {} items", count);
  const size_t size = byte_size(dtype);
  Dims values;
  for (int64_t i = 0; i < count; i++) {
    int64_t value = 0;
    std::memcpy(&value, literal.data->data() + (literal.splat ? 0 : static_cast<size_t>(i) * size), size);
    const int unused = 64 - info(dtype).bits;
    if (is_signed_integer(dtype))
      value = static_cast<int64_t>(static_cast<uint64_t>(value) << unused) >> unused;
    values.push_back(value);
  }
  return values;
}

// ": i64" behind a number. How wide an attribute was written is not kept.
void skip_suffix(Cursor& in) {
  if (in.eat(':')) in.word("a type");
}

int64_t parse_item(Cursor& in) {
  if (in.eat_word("true")) return 1;
  if (in.eat_word("false")) return 0;
  const int64_t value = in.integer();
  skip_suffix(in);
  return value;
}

// "[1, 2]" and, one after the other, "[[1, 2], [3, 4]]".
void append_items(Cursor& in, Dims& values, bool nested) {
  in.want("[");
  if (in.eat(']')) return;
  do {
    const bool inner = nested && in.peek() == '[';
    inner ? append_items(in, values, false) : values.push_back(parse_item(in));
  } while (in.eat(','));
  in.want("]");
}

Dims parse_array(Cursor& in) {
  Dims values;
  in.want_word("array");
  in.want("<");
  in.word("an integer type");
  if (in.eat(':')) do
      values.push_back(parse_item(in));
    while (in.eat(','));
  in.want(">");
  return values;
}

// "array<i64: 1, 2>", "dense<[1, 2]> : tensor<2xi64>", "[1, 2]"
Dims parse_dims(Cursor& in) {
  const size_t start = in.at();
  if (in.peek() == '[') return parse_list(in);
  if (in.peek_word() == "array") return parse_array(in);
  if (in.peek_word() != "dense") in.unexpected("a list of numbers");
  return integers_of(in, start, parse_dense(in));
}

std::vector<bool> parse_bools(Cursor& in) {
  const Dims values = parse_dims(in);
  return {values.begin(), values.end()};
}

std::vector<std::string> parse_strings(Cursor& in) {
  std::vector<std::string> strings;
  in.want("[");
  if (in.eat(']')) return strings;
  do strings.push_back(in.peek() == '@' ? in.symbol() : in.string());
  while (in.eat(','));
  in.want("]");
  return strings;
}

// "LT" or "#stablehlo<comparison_direction LT>"
hlo::Keyword parse_keyword(Cursor& in, std::string_view type) {
  const auto values = hlo::keyword_values(type);
  const bool wrapped = in.eat("#stablehlo<");
  if (wrapped) in.want_word(type);
  const size_t at = in.at();
  const std::string_view value = in.peek_word();
  if (std::ranges::find(values, value) == values.end())
    in.unexpected(fmt::format("{}", fmt::join(values, ", ")));
  in.go(at + value.size());
  if (wrapped) in.want(">");
  return {type, std::string(value)};
}

std::vector<hlo::Keyword> parse_keywords(Cursor& in, std::string_view type) {
  std::vector<hlo::Keyword> keywords;
  in.want("[");
  if (in.eat(']')) return keywords;
  do keywords.push_back(parse_keyword(in, type));
  while (in.eat(','));
  in.want("]");
  return keywords;
}

double parse_double(Cursor& in) {
  const size_t at = in.at();
  const std::string_view text = in.number_text();
  if (text.empty()) in.unexpected("a number");
  const bool hex = text.find('x') != std::string_view::npos;
  uint64_t bits = 0;
  double value = 0;
  const char* first = text.data() + (hex ? 2 : text[0] == '+' ? 1 : 0);
  const char* last = text.data() + text.size();
  const auto [end, error] =
      hex ? std::from_chars(first, last, bits, 16) : std::from_chars(first, last, value);
  std::string_view suffix = "f64";
  if (in.eat(':')) suffix = in.word("a type");
  const bool fits = !hex || suffix == "f64" || (suffix == "f32" && bits <= UINT32_MAX);
  if (error != std::errc() || end != last || !fits)
    in.fail(at, ErrorKind::kInvalidFile, "got {}, want a value of {}", quoted(text), quoted(suffix));
  if (!hex) return value;
  return suffix == "f32" ? std::bit_cast<float>(static_cast<uint32_t>(bits)) : std::bit_cast<double>(bits);
}

// #name with an alias, or nothing. The cursor stays.
const size_t* find_alias(Cursor& in) {
  if (in.peek() != '#' && in.peek() != '!') return nullptr;
  const size_t start = in.at();
  const char mark = in.peek();
  Cursor there = in;
  there.name(mark, "a name");
  const auto found = in.source().aliases.find(in.slice(start, there.end()));
  return found == in.source().aliases.end() ? nullptr : &found->second;
}

// What an alias stands for, read by `parse`. An alias may name others, so their text is paid for from a
// budget.
template <typename Parse>
auto parse_alias(Cursor& in, size_t definition, Parse parse) {
  const size_t at = in.at();
  in.skip_value();
  Cursor there(in.source(), definition);
  auto value = parse(there);
  if (!in.source().pay(there.end() - definition))
    in.fail(at, ErrorKind::kUnsupported, "the aliases of this text stand for too much text");
  return value;
}

bool is_number_start(char c) { return is_digit(c) || c == '-' || c == '+'; }

hlo::Attribute parse_number(Cursor& in) {
  Cursor ahead = in;
  const std::string_view text = ahead.number_text();
  const bool decimal = text.find('.') != std::string_view::npos;
  const bool hex = text.find('x') != std::string_view::npos;
  const bool typed_float =
      hex && ahead.eat(':') && (ahead.peek_word() == "f32" || ahead.peek_word() == "f64");
  if (decimal || typed_float) return parse_double(in);
  return parse_attribute(in, "int");
}

hlo::AttributeDict parse_any_dict(Cursor& in, int depth) {
  hlo::AttributeDict dict;
  in.want("{");
  parse_dict(in, "}", [&](std::string key, size_t where) {
    if (std::ranges::find(dict, key, &std::pair<std::string, hlo::Attribute>::first) != dict.end())
      in.fail(where, ErrorKind::kInvalidFile, "got {} twice", quoted(key));
    dict.emplace_back(std::move(key), parse_attribute(in, "any", depth + 1));
  });
  return dict;
}

// Lists of strings are that; any other list stays as it is written.
hlo::Attribute parse_any_list(Cursor& in, int depth) {
  Cursor ahead = in;
  ahead.want("[");
  while (ahead.peek() == '"' && (ahead.raw_string(), ahead.eat(',')));
  const bool strings = ahead.next() == ']' && ahead.end() > in.at() + 1;
  if (strings) return parse_strings(in);
  return parse_opaque(in, depth);
}

// A constant whose type a program cannot hold stays text.
hlo::Attribute parse_any_dense(Cursor& in, int depth) {
  const size_t start = in.at();
  try {
    return parse_dense(in);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUnsupported) throw;
  }
  in.go(start);
  std::string text = parse_opaque(in, depth).text;
  if (in.eat(':')) text += " : " + parse_opaque(in, depth).text;
  return hlo::Opaque{std::move(text)};
}

hlo::Attribute parse_any_array(Cursor& in) {
  Cursor ahead = in;
  ahead.want_word("array");
  ahead.want("<");
  const std::string_view type = ahead.word("an element type");
  if (type == "i64") return parse_array(in);
  if (type == "i1") return parse_bools(in);
  return parse_opaque(in);
}

hlo::Attribute parse_any(Cursor& in, int depth) {
  const char c = in.peek();
  const std::string_view word = in.peek_word();
  if (c == ',' || c == '}') return hlo::Opaque{"unit"};
  if (c == '"') {
    std::string text = in.string();
    if (in.eat(':')) in.skip_value();
    return text;
  }
  if (c == '{') return parse_any_dict(in, depth);
  if (c == '[') return parse_any_list(in, depth);
  if (is_number_start(c)) return parse_number(in);
  if (word == "true" || word == "false") return parse_attribute(in, "bool");
  if (word == "dense" || word == "dense_resource") return parse_any_dense(in, depth);
  if (word == "array") return parse_any_array(in);
  if (const auto dtype = dtype_from_name(word)) {
    in.word("a type");
    return *dtype;
  }
  if (c != '@') return parse_opaque(in, depth);
  Cursor ahead = in;
  std::string name = ahead.symbol();
  if (ahead.at_mark("::")) return parse_opaque(in, depth);
  in = ahead;
  return hlo::SymbolRef{std::move(name)};
}

// "#stablehlo.gather<…>", or "<…>" alone.
hlo::Attribute parse_named_struct(Cursor& in, std::string_view type) {
  if (in.peek() != '<') {
    in.want("#stablehlo.");
    in.want_word(type == "algorithm" ? "dot_algorithm" : type);
  }
  return parse_struct(in, type);
}

}  // namespace

Dims parse_list(Cursor& in) {
  Dims values;
  append_items(in, values, true);
  return values;
}

void parse_list_pair(Cursor& in, Dims& left, Dims& right) {
  left = parse_list(in);
  in.want_word("x");
  right = parse_list(in);
}

hlo::Opaque parse_opaque(Cursor& in, int depth) {
  if (depth > kMaxAttributeNesting)
    in.fail(in.at(), ErrorKind::kUnsupported, "got aliases that nest deeper than {}", kMaxAttributeNesting);
  if (const size_t* definition = find_alias(in))
    return parse_alias(in, *definition, [&](Cursor& there) { return parse_opaque(there, depth + 1); });
  const size_t start = in.at();
  in.skip_value();
  const size_t end = in.end();
  const std::string_view text = in.slice(start, end);
  std::string out;
  size_t copied = start;
  for (size_t mark = text.find('#', 1); mark != std::string_view::npos; mark = text.find('#', mark + 1)) {
    Cursor use(in.source(), start + mark);
    const char after = text.substr(mark + 1, 1).empty() ? '\0' : text[mark + 1];
    const size_t* definition = is_letter(after) ? find_alias(use) : nullptr;
    if (!definition) continue;
    out += in.slice(copied, start + mark);
    out += parse_alias(use, *definition, [&](Cursor& there) { return parse_opaque(there, depth + 1); }).text;
    copied = use.end();
  }
  return {out.append(in.slice(copied, end))};
}

hlo::Attribute parse_attribute(Cursor& in, std::string_view type, int depth) {
  if (depth > kMaxAttributeNesting)
    in.fail(in.at(), ErrorKind::kUnsupported, "got attributes that nest deeper than {}",
            kMaxAttributeNesting);
  if (const size_t* definition = find_alias(in))
    return parse_alias(in, *definition,
                       [&](Cursor& there) { return parse_attribute(there, type, depth + 1); });
  if (type == "any") return parse_any(in, depth);
  if (type == "dims") return parse_dims(in);
  if (type == "int") return parse_item(in);
  if (type == "double") return parse_double(in);
  if (type == "bools") return parse_bools(in);
  if (type == "strings") return parse_strings(in);
  if (type == "literal") return parse_dense(in);
  if (type == "symbol") return hlo::SymbolRef{in.symbol()};
  if (type == "dict") return parse_any_dict(in, depth);
  if (type == "string") return in.peek() == '@' ? in.symbol() : in.string();
  if (type == "bool") {
    const int64_t value = in.eat_word("unit") || in.peek() == ',' || in.peek() == '}' ? 1 : parse_item(in);
    return value != 0;
  }
  if (type.ends_with("[]")) return parse_keywords(in, type.substr(0, type.size() - 2));
  if (!hlo::keyword_values(type).empty()) return parse_keyword(in, type);
  return parse_named_struct(in, type);
}

}  // namespace fusebox::stablehlo
