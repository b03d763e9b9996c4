#include "fusebox/text/tokenizer_json_scanner.h"

#include <fmt/format.h>

#include <limits>

#include "fusebox/base/error.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool ends_word(char c) {
  return is_space(c) || std::string_view(",:[]{}\"").find(c) != std::string_view::npos;
}

}  // namespace

void JsonScanner::fail(std::string_view what, size_t offset) const {
  throw Error(ErrorKind::kInvalidFile, std::string(what)).file(file_).offset(offset);
}

char JsonScanner::peek() {
  while (at_ < text_.size() && is_space(text_[at_])) at_++;
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonScanner::take(char wanted) {
  if (peek() != wanted) return false;
  at_++;
  return true;
}

void JsonScanner::expect(char wanted) {
  if (take(wanted)) return;
  if (at_ >= text_.size()) fail(fmt::format("the JSON text ends where '{}' is due", wanted));
  fail(fmt::format("want '{}' in the JSON text here", wanted));
}

void JsonScanner::finish() {
  if (peek() != '\0' || at_ < text_.size()) fail("more text after the end of the JSON document");
}

std::string_view JsonScanner::string() {
  expect('"');
  const size_t begin = at_;
  for (; at_ < text_.size(); at_++) {
    const char c = text_[at_];
    if (c == '"') return text_.substr(begin, at_++ - begin);
    if (c == '\\') return escaped_string(begin);
    if (static_cast<uint8_t>(c) < 0x20) fail("a control character inside a JSON string");
  }
  fail("a JSON string without an end", begin - 1);
}

std::string_view JsonScanner::escaped_string(size_t begin) {
  std::string out(text_.substr(begin, at_ - begin));
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (static_cast<uint8_t>(c) < 0x20) fail("a control character inside a JSON string");
    at_++;
    if (c == '"') return escaped_.emplace_back(std::move(out));
    if (c == '\\')
      append_escape(out);
    else
      out += c;
  }
  fail("a JSON string without an end", begin - 1);
}

void JsonScanner::append_escape(std::string& out) {
  const char c = at_ < text_.size() ? text_[at_++] : '\0';
  switch (c) {
    case '"':
    case '\\':
    case '/': out += c; return;
    case 'b': out += '\b'; return;
    case 'f': out += '\f'; return;
    case 'n': out += '\n'; return;
    case 'r': out += '\r'; return;
    case 't': out += '\t'; return;
    case 'u': break;
    default: fail("an unknown escape in a JSON string", at_ - 1);
  }
  const uint32_t first = four_hex_digits();
  if (first < 0xD800 || first > 0xDFFF) return append_char(first, out);
  if (first > 0xDBFF || text_.substr(at_, 2) != "\\u") fail("half a surrogate pair in a JSON string");
  at_ += 2;
  const uint32_t second = four_hex_digits();
  if (second < 0xDC00 || second > 0xDFFF) fail("half a surrogate pair in a JSON string");
  append_char(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00), out);
}

uint32_t JsonScanner::four_hex_digits() {
  uint32_t value = 0;
  for (int i = 0; i < 4; i++, at_++) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    if (is_digit(c))
      value = value << 4 | static_cast<uint32_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      value = value << 4 | static_cast<uint32_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      value = value << 4 | static_cast<uint32_t>(c - 'A' + 10);
    else
      fail("want four hexadecimal digits after \\u");
  }
  return value;
}

int64_t JsonScanner::integer() {
  if (!is_digit(peek())) fail("want a whole number, not negative");
  const size_t begin = at_;
  int64_t value = 0;
  for (; at_ < text_.size() && is_digit(text_[at_]); at_++) {
    const int64_t digit = text_[at_] - '0';
    if (value > (std::numeric_limits<int64_t>::max() - digit) / 10) fail("the number is too large", begin);
    value = value * 10 + digit;
  }
  const char next = at_ < text_.size() ? text_[at_] : '\0';
  if (next == '.' || next == 'e' || next == 'E') fail("want a whole number, not a fraction", begin);
  return value;
}

std::string_view JsonScanner::raw() {
  if (peek() == '\0') fail("the JSON text ends where a value is due");
  const size_t begin = at_;
  int depth = 0;
  do {
    const char c = peek();
    if (c == '"') {
      string();
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxDepth) fail(fmt::format("JSON nested deeper than {}", kMaxDepth));
      at_++;
    } else if (c == '}' || c == ']') {
      if (depth-- == 0) fail("want a JSON value here");
      at_++;
    } else if (c == '\0') {
      fail("the JSON text ends inside a value");
    } else if (depth > 0 && (c == ',' || c == ':')) {
      at_++;
    } else {
      const size_t word = at_;
      while (at_ < text_.size() && !ends_word(text_[at_])) at_++;
      if (at_ == word) fail("want a JSON value here");
    }
  } while (depth > 0);
  return text_.substr(begin, at_ - begin);
}

}  // namespace fusebox::text
