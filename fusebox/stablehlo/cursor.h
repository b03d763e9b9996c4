// A place in a program's text, and the marks, words, numbers and strings that stand there. Inside stablehlo
// only.
//
// StableHLO's text cannot be cut into tokens without knowing what is wanted ("2x3xf32", "[0:4:2]", "[b,
// 0]x[0, o]"), so each part of the parser asks the cursor for what may come next. Nothing is copied but
// strings.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "fusebox/base/error.h"
#include "fusebox/base/shape.h"

namespace fusebox::stablehlo {

// The whole text. Outlives every cursor in it.
struct Source {
  std::string_view text;
  std::string_view file;
  // Where the definition of each "#name = …" at the start of a line begins: uses may come first.
  std::unordered_map<std::string_view, size_t> aliases;

  // Types that were read already, by their text: programs repeat few of them often.
  mutable std::unordered_map<std::string_view, Shape> types = {};

  // Aliases of aliases can stand for more text than there is memory: false once that is out of proportion.
  bool pay(size_t characters) const {
    expanded += characters;
    return expanded <= (size_t{1} << 20) + 8 * text.size();
  }
  mutable size_t expanded = 0;
};

// Makes an error one of a place: "FILE:LINE:COLUMN: message", the line and a caret.
void place_error(Error& error, const Source& source, size_t at);

class Cursor {
 public:
  explicit Cursor(const Source& source, size_t at = 0) : source_(&source), at_(at) {}

  const Source& source() const { return *source_; }
  // The place of the next thing, after blanks and comments.
  size_t at() { return skip(), at_; }
  // The place right behind what was read last.
  size_t end() const { return at_; }
  void go(size_t at) { at_ = at; }
  bool done() { return at() == source_->text.size(); }

  // The next character that is no blank; 0 at the end.
  char peek() {
    skip();
    return next();
  }
  // The very next character, blank or not.
  char next() const { return at_ < source_->text.size() ? source_->text[at_] : '\0'; }

  bool eat(char mark) {
    if (peek() != mark || done()) return false;
    at_++;
    return true;
  }
  bool at_mark(std::string_view mark) { return source_->text.substr(at(), mark.size()) == mark; }
  bool eat(std::string_view mark) {
    if (!at_mark(mark)) return false;
    at_ += mark.size();
    return true;
  }
  void want(std::string_view mark) {
    if (!eat(mark)) unexpected(fmt::format("'{}'", mark));
  }

  // Words are letters, digits, '_', '$' and '.', and start with no digit. The next word, or nothing.
  std::string_view peek_word();
  bool eat_word(std::string_view word);
  // `what` is for the message: "a dtype".
  std::string_view word(std::string_view what);
  void want_word(std::string_view word) {
    if (!eat_word(word)) unexpected(fmt::format("'{}'", word));
  }

  // "name" of %name, #name, ^name; the mark must be next.
  std::string_view name(char mark, std::string_view what);
  // @name or @"name".
  std::string symbol();
  // "…" without its quotes and escapes.
  std::string string();
  // The same as written, quotes included.
  std::string_view raw_string();

  // Decimal or 0x…, with a sign or not.
  int64_t integer(std::string_view what = "a number");
  // The characters of a number: -1.5e+3, 0x7FC00000. Empty if none is next.
  std::string_view number_text();

  // Walks over what is next up to the bracket that closes it, or over one word, string or number.
  void skip_value();
  // The same and the type behind it.
  void skip_typed_value() {
    skip_value();
    if (eat(':')) skip_value();
  }

  // The text between two places.
  std::string_view slice(size_t from, size_t to) const { return source_->text.substr(from, to - from); }

  [[noreturn]] void unexpected(std::string_view wanted);
  template <typename... Args>
  [[noreturn]] void fail(size_t at, ErrorKind kind, fmt::format_string<Args...> format,
                         Args&&... args) const {
    fail_at(at, Error(kind, fmt::format(format, std::forward<Args>(args)...)));
  }
  [[noreturn]] void fail_at(size_t at, Error error) const {
    place_error(error, *source_, at);
    throw error;
  }

 private:
  void skip() {
    if (at_ < source_->text.size() && source_->text[at_] > ' ' && source_->text[at_] != '/') return;
    skip_blanks();
  }
  void skip_blanks();
  void skip_line();
  void skip_name();
  void skip_brackets();
  void skip_one_value();

  const Source* source_;
  size_t at_;
};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '$' || c == '.'; }
// The value of a hexadecimal digit; -1 for any other character.
constexpr int hex_digit(char c) {
  return is_digit(c)            ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

}  // namespace fusebox::stablehlo
