// JsonScanner: reads one JSON document front to back without building it in memory.
//
// A tokenizer.json is a few small settings around two huge lists (vocabulary and merges). The lists are read
// here, straight into where they belong; raw() hands a small part to a JSON library. Every mistake is an
// Error kInvalidFile with the file and the byte offset. Nothing recurses, so deep input is harmless.
//
//   scanner.object([&](std::string_view key) {
//     if (key == "vocab") scanner.object([&](std::string_view token) { add(token, scanner.integer()); });
//     else scanner.raw();
//   });
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace fusebox::text {

class JsonScanner {
 public:
  // `text` must be valid UTF-8 and outlive the scanner; so must `escaped`, which keeps the strings that are
  // not in `text` as they read because they are written with escapes.
  JsonScanner(std::string_view text, std::string_view file, std::deque<std::string>& escaped)
      : text_(text), file_(file), escaped_(escaped) {}

  // Calls member(key) with the scanner before each value; it must read the value.
  template <typename Member>
  void object(Member&& member) {
    expect('{');
    if (take('}')) return;
    do {
      const std::string_view key = string();
      expect(':');
      member(key);
    } while (take(','));
    expect('}');
  }

  // Calls element() with the scanner before each value; it must read the value.
  template <typename Element>
  void array(Element&& element) {
    expect('[');
    if (take(']')) return;
    do element();
    while (take(','));
    expect(']');
  }

  // A string, without its quotes and escapes. The view lives as long as the text and the escaped strings.
  std::string_view string();

  // A number that is whole, not negative and below 2^63.
  int64_t integer();

  // The text of one value of any kind, brackets in it balanced, at most kMaxDepth deep.
  std::string_view raw();

  // The first character of what comes next, or 0 at the end.
  char peek();
  size_t offset() const { return at_; }

  // Nothing but white space may be left.
  void finish();

  [[noreturn]] void fail(std::string_view what) const { fail(what, at_); }
  [[noreturn]] void fail(std::string_view what, size_t offset) const;

 private:
  static constexpr int kMaxDepth = 64;

  bool take(char wanted);
  void expect(char wanted);
  std::string_view escaped_string(size_t begin);
  void append_escape(std::string& out);
  uint32_t four_hex_digits();

  std::string_view text_, file_;
  std::deque<std::string>& escaped_;
  size_t at_ = 0;
};

}  // namespace fusebox::text
