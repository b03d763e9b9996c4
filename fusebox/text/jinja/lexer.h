// Lexer: a template's source into tokens, with jinja2's rules for white space: trim_blocks (a line break
// after a statement goes), lstrip_blocks (blanks before a statement that starts its line go), and the signs -
// and + in tags. Comments and {% raw %} are gone after it.
//
//   "a {%- if x %}b"  →  data "a", block begin, name "if", name "x", block end, data "b"
//
// Throws SyntaxFailure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/error.h"

namespace fusebox::text::jinja {

// A mistake in the source: what, and at which byte.
struct SyntaxFailure {
  ErrorKind kind = ErrorKind::kInvalidArgument;
  std::string message;
  uint32_t place = 0;
};

enum class TokenKind : uint8_t {
  kData,
  kVariableBegin,
  kVariableEnd,
  kBlockBegin,
  kBlockEnd,
  kName,
  kString,
  kInteger,
  kFloat,
  kOperator,
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  uint32_t place = 0;
  std::string text = {};  // data, name, operator, or the string without quotes and escapes
  int64_t integer = 0;
  double number = 0;
};

// Line breaks as "\n", and the last one gone: jinja2 works on that, and places count in it.
std::string normalize_source(std::string_view source);

std::vector<Token> tokenize(std::string_view normalized_source);

}  // namespace fusebox::text::jinja
