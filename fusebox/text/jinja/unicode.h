// Text as Python sees it: UTF-8 bytes addressed by character, Python's idea of white space, line breaks and
// case.
//
// Every function takes valid UTF-8 (`valid_utf8` is asked once, where text enters) and none throws. Character
// counts and positions are in code points. Case mappings are the full ones of Unicode ("ß" in capitals is
// "SS").
//
//   count_chars("né")  == 2
//   upper("straße")    == "STRASSE"
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fusebox::text::jinja {

bool valid_utf8(std::string_view text);  // no overlong forms, no surrogates
int64_t count_chars(std::string_view text);

// The character that starts at byte `at`, which then points past it.
char32_t next_char(std::string_view text, size_t& at);
void append_char(std::string& out, char32_t c);
// The byte where character `index` starts; text.size() at and past the end.
size_t byte_of_char(std::string_view text, int64_t index);

// Where `wanted` starts at or after byte `from`, or npos. Linear time whatever the texts are.
size_t find_text(std::string_view text, std::string_view wanted, size_t from = 0);

// str.isspace and the other predicates of Python, for one character.
bool is_space(char32_t c);
bool is_line_break(char32_t c);  // where str.splitlines cuts
bool is_alpha(char32_t c);
bool is_decimal(char32_t c);
int decimal_value(char32_t c);  // 0 to 9 for is_decimal, as in int("٣")
bool is_digit(char32_t c);
bool is_numeric(char32_t c);
bool is_upper(char32_t c);
bool is_lower(char32_t c);
bool is_title(char32_t c);
bool is_printable(char32_t c);
bool is_word(char32_t c);  // \w of a regular expression
bool is_identifier_start(char32_t c);
bool is_identifier_part(char32_t c);

std::string upper(std::string_view text);
std::string lower(std::string_view text);
std::string title(std::string_view text);  // a capital after every character that has no case
std::string capitalize(std::string_view text);
std::string swap_case(std::string_view text);
std::string fold_case(std::string_view text);

std::string_view strip_left(std::string_view text);
std::string_view strip_right(std::string_view text);
std::string_view strip(std::string_view text);

}  // namespace fusebox::text::jinja
