#include "fusebox/text/jinja/string_literal.h"

#include <fmt/format.h>

#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A simple escape's character, or 0.
char simple_escape(char c) {
  constexpr std::string_view kFrom = "abfnrtv\\'\"", kTo = "\a\b\f\n\r\t\v\\'\"";
  size_t at = kFrom.find(c);
  return at == std::string_view::npos ? '\0' : kTo[at];
}

class Decoder {
 public:
  Decoder(std::string_view literal, std::string& text, std::string& why)
      : literal_(literal), text_(text), why_(why) {}

  bool run() {
    while (at_ < literal_.size()) {
      if (literal_[at_] != '\\') {
        text_ += literal_[at_++];
        continue;
      }
      ++at_;
      if (!escape()) return false;
    }
    return true;
  }

 private:
  bool escape() {
    if (at_ >= literal_.size()) {
      why_ = "\\ at end of string";
      return false;
    }
    char c = literal_[at_];
    if (char plain = simple_escape(c)) {
      ++at_;
      text_ += plain;
      return true;
    }
    switch (c) {
      case '\n': ++at_; return true;
      case 'x': return hex(2);
      case 'u': return hex(4);
      case 'U': return hex(8);
      case 'N': why_ = "a character by its name (\\N) is not supported"; return false;
      default: break;
    }
    if (c >= '0' && c <= '7') return octal();
    text_ += '\\';
    if (static_cast<unsigned char>(c) >= 0x80) escaped_again();
    return true;
  }

  // jinja2 writes characters beyond ASCII as escapes before it decodes them; behind a backslash that shows.
  void escaped_again() {
    auto c = static_cast<uint32_t>(next_char(literal_, at_));
    text_ += c < 0x100     ? fmt::format("x{:02x}", c)
             : c < 0x10000 ? fmt::format("u{:04x}", c)
                           : fmt::format("U{:08x}", c);
  }

  bool hex(size_t digits) {
    uint32_t value = 0;
    ++at_;
    for (size_t i = 0; i < digits; ++i, ++at_) {
      int digit = at_ < literal_.size() ? hex_digit(literal_[at_]) : -1;
      if (digit < 0) {
        why_ = fmt::format("truncated \\{} escape", digits == 2   ? "xXX"
                                                    : digits == 4 ? "uXXXX"
                                                                  : "UXXXXXXXX");
        return false;
      }
      value = value << 4 | static_cast<uint32_t>(digit);
    }
    return character(value);
  }

  bool octal() {
    uint32_t value = 0;
    for (int i = 0; i < 3 && at_ < literal_.size() && literal_[at_] >= '0' && literal_[at_] <= '7';
         ++i, ++at_) {
      value = value * 8 + static_cast<uint32_t>(literal_[at_] - '0');
    }
    return character(value);
  }

  bool character(uint32_t value) {
    if (value > 0x10ffff) {
      why_ = "illegal Unicode character";
      return false;
    }
    if (value >= 0xd800 && value <= 0xdfff) {
      why_ = "half of a surrogate pair is not supported";
      return false;
    }
    append_char(text_, value);
    return true;
  }

  std::string_view literal_;
  std::string& text_;
  std::string& why_;
  size_t at_ = 0;
};

}  // namespace

bool decode_string_literal(std::string_view literal, std::string& text, std::string& why) {
  return Decoder(literal, text, why).run();
}

}  // namespace fusebox::text::jinja
