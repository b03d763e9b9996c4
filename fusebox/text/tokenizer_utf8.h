// UTF-8 for the tokenizer: validation, one character at a time, and repair of what is no UTF-8.
//
// Repair follows the Unicode recommendation (and so Python's errors="replace" and Rust's from_utf8_lossy):
// each longest prefix of a character that cannot be completed becomes one U+FFFD.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fusebox::text {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

// What starts at a byte of possibly broken UTF-8.
struct Utf8Step {
  enum Kind : uint8_t { kValid, kInvalid, kIncomplete };  // kIncomplete: a character cut off by the end
  Kind kind;
  uint8_t length;  // bytes of the character, or of the broken sequence
  char32_t point;  // the character, if kValid
};

// `at` < text.size().
Utf8Step utf8_step(std::string_view text, size_t at);

bool is_valid_utf8(std::string_view text);

// Appends `bytes` with broken sequences replaced, but leaves a character cut off by the end alone. Returns
// how many bytes were taken: all but that cut-off character's (at most 3).
size_t append_repaired(std::string_view bytes, std::string& out);

// All of `bytes`, a cut-off character at the end replaced too.
std::string repaired_utf8(std::string_view bytes);

// The character at `at` of valid UTF-8, which is moved past it.
char32_t next_char(std::string_view valid, size_t& at);

void append_char(char32_t point, std::string& out);

}  // namespace fusebox::text
