#include "fusebox/text/jinja/lexer.h"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include "fusebox/text/jinja/string_literal.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

constexpr size_t kNone = std::string_view::npos;
// Longer operators first: the first that fits is taken.
constexpr std::array<std::string_view, 26> kOperators = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                                         "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                                         ">",  "<",  "=",  ".",  ":",  "|",  ",", ";"};

bool is_digit_char(char c) { return c >= '0' && c <= '9'; }

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) text_and_tag();
    add(TokenKind::kEnd, source_.size());
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void fail(std::string message, size_t place) {
    throw SyntaxFailure{ErrorKind::kInvalidArgument, std::move(message), static_cast<uint32_t>(place)};
  }

  Token& add(TokenKind kind, size_t place, std::string_view text = {}) {
    tokens_.push_back({kind, static_cast<uint32_t>(place), std::string(text)});
    return tokens_.back();
  }

  char peek(size_t at) const { return at < source_.size() ? source_[at] : '\0'; }

  void skip_space() { at_ = source_.size() - strip_left(source_.substr(at_)).size(); }

  void add_data(size_t start, std::string_view text) {
    if (!text.empty()) add(TokenKind::kData, start, text);
  }

  // What stays of the text before a tag whose sign is '-', '+' or none.
  std::string_view before_tag(size_t start, size_t end, char sign, bool is_variable) const {
    std::string_view text = source_.substr(start, end - start);
    if (sign == '-') return strip_right(text);
    if (sign == '+' || is_variable) return text;
    size_t line = text.rfind('\n') + 1;  // npos + 1 is 0
    bool starts_line = line > 0 || start == 0 || source_[start - 1] == '\n';
    return starts_line && strip_left(text.substr(line)).empty() ? text.substr(0, line) : text;
  }

  size_t find_tag(size_t from) const {
    for (size_t at = source_.find('{', from); at != kNone; at = source_.find('{', at + 1)) {
      char next = peek(at + 1);
      if (next == '{' || next == '%' || next == '#') return at;
    }
    return kNone;
  }

  void text_and_tag() {
    size_t start = at_;
    size_t tag = find_tag(start);
    if (tag == kNone) {
      add_data(start, source_.substr(start));
      at_ = source_.size();
      return;
    }
    char type = source_[tag + 1];
    char sign = peek(tag + 2);
    bool signed_tag = sign == '-' || sign == '+';
    add_data(start, before_tag(start, tag, sign, type == '{'));
    at_ = tag + (signed_tag ? 3 : 2);
    if (type == '#') return comment(tag);
    if (type == '{') return inside(tag, TokenKind::kVariableBegin, TokenKind::kVariableEnd, "}}");
    if (raw_begins()) return raw(tag);
    inside(tag, TokenKind::kBlockBegin, TokenKind::kBlockEnd, "%}");
  }

  // Past the end of a tag at `end`, with what its sign makes of the white space behind it.
  void leave_tag(size_t end, char sign, bool trims) {
    at_ = end;
    if (sign == '-') {
      skip_space();
    } else if (sign != '+' && trims && peek(at_) == '\n') {
      ++at_;
    }
  }

  void comment(size_t tag) {
    size_t end = source_.find("#}", at_);
    if (at_ == source_.size()) return;  // jinja2 lets a tag pass that opens at the very end
    if (end == kNone) fail("Missing end of comment tag", tag);
    leave_tag(end + 2, end > at_ ? source_[end - 1] : '\0', true);
  }

  // At "raw %}" behind "{%": the tag is passed then.
  bool raw_begins() {
    size_t at = at_;
    skip_space();
    bool word = source_.substr(at_).starts_with("raw");
    at_ += word ? 3 : 0;
    skip_space();
    std::string_view rest = source_.substr(at_);
    if (word && rest.starts_with("-%}")) {
      leave_tag(at_ + 3, '-', false);
    } else if (word && rest.starts_with("%}")) {
      at_ += 2;
    } else {
      at_ = at;
      return false;
    }
    return true;
  }

  void raw(size_t tag) {
    size_t start = at_;
    if (start == source_.size()) return;
    for (size_t end = source_.find("{%", start); end != kNone; end = source_.find("{%", end + 1)) {
      char sign = peek(end + 2);
      at_ = end + (sign == '-' || sign == '+' ? 3 : 2);
      skip_space();
      if (!source_.substr(at_).starts_with("endraw")) continue;
      at_ += 6;
      skip_space();
      char end_sign = peek(at_);
      size_t close = at_ + (end_sign == '-' || end_sign == '+' ? 1 : 0);
      if (!source_.substr(close).starts_with("%}")) continue;
      add_data(start, before_tag(start, end, sign, false));
      return leave_tag(close + 2, end_sign, true);
    }
    fail("Missing end of raw directive", tag);
  }

  // Takes the end of the tag if it is here and no bracket is open.
  bool tag_ends(TokenKind kind, std::string_view close) {
    if (!brackets_.empty()) return false;
    char sign = peek(at_);
    bool block = kind == TokenKind::kBlockEnd;
    bool signed_end = (sign == '-' || (block && sign == '+')) && source_.substr(at_ + 1).starts_with(close);
    if (!signed_end && !source_.substr(at_).starts_with(close)) return false;
    add(kind, at_);
    leave_tag(at_ + (signed_end ? 3 : 2), signed_end ? sign : '\0', block);
    return true;
  }

  void inside(size_t tag, TokenKind begin, TokenKind end, std::string_view close) {
    add(begin, tag);
    brackets_.clear();
    while (at_ < source_.size()) {
      if (tag_ends(end, close)) return;
      size_t place = at_;
      size_t after = at_;
      char32_t c = next_char(source_, after);
      if (is_space(c)) {
        at_ = after;
      } else if (is_digit_char(source_[at_])) {
        number();
      } else if (is_word(c) || is_identifier_part(c)) {
        name();
      } else if (c == '\'' || c == '"') {
        string();
      } else if (!operation()) {
        fail(fmt::format("unexpected char '{}'", source_.substr(place, after - place)), place);
      }
    }
  }

  void name() {
    size_t start = at_;
    bool valid = true;
    for (size_t after = at_; at_ < source_.size(); at_ = after) {
      bool first = at_ == start;
      char32_t c = next_char(source_, after);
      if (!is_word(c) && !is_identifier_part(c)) break;
      valid = valid && (first ? is_identifier_start(c) : is_identifier_part(c));
    }
    if (!valid) fail("Invalid character in identifier", start);
    add(TokenKind::kName, start, source_.substr(start, at_ - start));
  }

  void string() {
    size_t start = at_;
    char quote = source_[at_++];
    while (at_ < source_.size() && source_[at_] != quote) at_ += source_[at_] == '\\' ? 2 : 1;
    if (at_ >= source_.size()) fail(fmt::format("unexpected char '{}': the string has no end", quote), start);
    std::string_view literal = source_.substr(start + 1, at_ - start - 1);
    ++at_;
    std::string why;
    std::string text;
    if (!decode_string_literal(literal, text, why)) fail(why, start);
    add(TokenKind::kString, start, text);
  }

  // Digits with single underscores between them; the place after, or `at` if there are none.
  template <typename IsDigit>
  size_t digits(size_t at, IsDigit is_digit_of) const {
    if (!is_digit_of(peek(at))) return at;
    while (is_digit_of(peek(at)) || (peek(at) == '_' && is_digit_of(peek(at + 1)))) ++at;
    return at;
  }

  // The end of a float that starts here, or kNone.
  size_t float_end() const {
    if (at_ > 0 && source_[at_ - 1] == '.') return kNone;  // "a.0.1" is two subscripts
    size_t whole = digits(at_, is_digit_char);
    size_t end = whole;
    if (peek(end) == '.') {
      size_t fraction = digits(end + 1, is_digit_char);
      if (fraction > end + 1) end = fraction;
    }
    if (peek(end) == 'e' || peek(end) == 'E') {
      size_t exponent = end + 1 + (peek(end + 1) == '+' || peek(end + 1) == '-' ? 1 : 0);
      size_t after = digits(exponent, is_digit_char);
      if (after > exponent) end = after;
    }
    return end == whole ? kNone : end;
  }

  size_t integer_end(int& base) const {
    char mark = static_cast<char>(std::tolower(static_cast<unsigned char>(peek(at_ + 1))));
    base = peek(at_) != '0' ? 10 : mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
    if (base != 10) {
      auto in_base = [&](char c) {
        int digit = is_digit_char(c) ? c - '0' : std::isxdigit(static_cast<unsigned char>(c)) ? 10 : 99;
        return digit < base || (base == 16 && digit == 10);
      };
      size_t start = at_ + 2 + (peek(at_ + 2) == '_' ? 1 : 0);
      size_t end = digits(start, in_base);
      if (end > start) return end;
      base = 10;
    }
    if (peek(at_) != '0') return digits(at_, is_digit_char);
    return digits(at_, [](char c) { return c == '0'; });
  }

  void number() {
    size_t start = at_;
    int base = 10;
    size_t end = float_end();
    bool is_float = end != kNone;
    if (!is_float) end = integer_end(base);
    std::string text(source_.substr(start, end - start));
    std::erase(text, '_');
    Token& token = add(is_float ? TokenKind::kFloat : TokenKind::kInteger, start);
    at_ = end;
    if (is_float) {
      if (std::from_chars(text.data(), text.data() + text.size(), token.number).ec ==
          std::errc::result_out_of_range) {
        token.number =
            text.find("e-") != std::string::npos || text.find("E-") != std::string::npos ? 0 : HUGE_VAL;
      }
      return;
    }
    const char* digits_start = text.data() + (base == 10 ? 0 : 2);
    if (std::from_chars(digits_start, text.data() + text.size(), token.integer, base).ec != std::errc()) {
      fail("an integer beyond 64 bits", start);
    }
  }

  bool operation() {
    for (std::string_view op : kOperators) {
      if (!source_.substr(at_).starts_with(op)) continue;
      balance(op[0]);
      add(TokenKind::kOperator, at_, op);
      at_ += op.size();
      return true;
    }
    return false;
  }

  void balance(char c) {
    if (c == '{' || c == '(' || c == '[') brackets_ += c == '{' ? '}' : c == '(' ? ')' : ']';
    if (c != '}' && c != ')' && c != ']') return;
    if (brackets_.empty()) fail(fmt::format("unexpected '{}'", c), at_);
    if (brackets_.back() != c) fail(fmt::format("unexpected '{}', expected '{}'", c, brackets_.back()), at_);
    brackets_.pop_back();
  }

  std::string_view source_;
  size_t at_ = 0;
  std::string brackets_;  // those that have to close before the tag may end
  std::vector<Token> tokens_;
};

}  // namespace

std::string normalize_source(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] != '\r') {
      out += source[i];
      continue;
    }
    out += '\n';
    if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
  }
  if (out.ends_with('\n')) out.pop_back();
  return out;
}

std::vector<Token> tokenize(std::string_view normalized_source) { return Lexer(normalized_source).run(); }

}  // namespace fusebox::text::jinja
