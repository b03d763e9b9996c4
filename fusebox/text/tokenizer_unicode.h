// Character classes as Hugging Face's tokenizers know them (Rust's char methods and regex classes).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fusebox::text {

bool is_white_space(char32_t point);     // the property White_Space
bool is_numeric(char32_t point);         // category N: digits, but also ½ and Ⅷ
bool is_punctuation(char32_t point);     // category P, or an ASCII symbol
bool is_word(char32_t point);            // letters, marks, decimal digits, connecting punctuation
bool is_combining_mark(char32_t point);  // category M
void append_lowercase(char32_t point, std::string& out);

// All of valid UTF-8.
bool begins_with_word(std::string_view text);
bool ends_with_word(std::string_view text);
size_t space_at_begin(std::string_view text);  // bytes of white space
size_t space_at_end(std::string_view text);

}  // namespace fusebox::text
