#include "fusebox/text/tokenizer_unicode.h"

#include <utf8proc.h>

#include "fusebox/text/tokenizer_unicode_new.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

utf8proc_category_t category(char32_t point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(point));
}

// Where the last character of not empty, valid UTF-8 begins.
size_t last_char(std::string_view text) {
  size_t at = text.size() - 1;
  while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) at--;
  return at;
}

// Letters in the wide sense of the property Alphabetic that are of no letter category: letter numbers and
// circled letters.
bool is_other_alphabetic(char32_t point) {
  return category(point) == UTF8PROC_CATEGORY_NL || (point >= 0x24B6 && point <= 0x24E9) ||
         (point >= 0x1F130 && point <= 0x1F149) || (point >= 0x1F150 && point <= 0x1F169) ||
         (point >= 0x1F170 && point <= 0x1F189);
}

}  // namespace

bool is_white_space(char32_t point) {
  if (point < 0x80) return point == ' ' || (point >= '\t' && point <= '\r');
  if (point == 0x85) return true;
  const auto kind = category(point);
  return kind == UTF8PROC_CATEGORY_ZS || kind == UTF8PROC_CATEGORY_ZL || kind == UTF8PROC_CATEGORY_ZP;
}

bool is_numeric(char32_t point) {
  if (point < 0x80) return point >= '0' && point <= '9';
  const auto kind = category(point);
  return kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_NL || kind == UTF8PROC_CATEGORY_NO ||
         is_new(point, "N");
}

bool is_punctuation(char32_t point) {
  if (point < 0x80)
    return std::string_view(R"(!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~)").find(static_cast<char>(point)) !=
           std::string_view::npos;
  const auto kind = category(point);
  return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

bool is_combining_mark(char32_t point) {
  const auto kind = category(point);
  return kind == UTF8PROC_CATEGORY_MN || kind == UTF8PROC_CATEGORY_MC || kind == UTF8PROC_CATEGORY_ME;
}

bool is_word(char32_t point) {
  const auto kind = category(point);
  const bool letter = kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LO;
  const bool newer = is_new(point, "L") || is_new(point, "M") || is_new(point, "Nd");
  return letter || newer || kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_PC ||
         is_combining_mark(point) || is_other_alphabetic(point) || point == 0x200C || point == 0x200D;
}

void append_lowercase(char32_t point, std::string& out) {
  if (point == 0x130) {  // İ: the one letter whose lower case is two characters
    out += "i\xCC\x87";
  } else {
    append_char(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(point))), out);
  }
}

bool begins_with_word(std::string_view text) {
  size_t at = 0;
  return !text.empty() && is_word(next_char(text, at));
}

bool ends_with_word(std::string_view text) {
  if (text.empty()) return false;
  size_t at = last_char(text);
  return is_word(next_char(text, at));
}

size_t space_at_begin(std::string_view text) {
  size_t end = 0;
  for (size_t at = 0; at < text.size() && is_white_space(next_char(text, at));) end = at;
  return end;
}

size_t space_at_end(std::string_view text) {
  const size_t size = text.size();
  while (!text.empty()) {
    const size_t begin = last_char(text);
    size_t at = begin;
    if (!is_white_space(next_char(text, at))) break;
    text = text.substr(0, begin);
  }
  return size - text.size();
}

}  // namespace fusebox::text
