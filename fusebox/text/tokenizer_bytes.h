// The byte alphabet of byte-level BPE: each of the 256 bytes has a printable character that stands for it in
// the vocabulary. Bytes that are printable in Latin-1 stand for themselves; the others, in order, are the
// characters from U+0100 on (so a space is U+0120, "Ġ").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fusebox::text {

char32_t byte_to_char(uint8_t byte);
std::optional<uint8_t> char_to_byte(char32_t point);

// Each byte of `bytes` as its character, in UTF-8.
std::string to_byte_alphabet(std::string_view bytes);

// The bytes that `token` stands for; a token that holds any other character stands for its own UTF-8.
std::string from_byte_alphabet(std::string_view token);

}  // namespace fusebox::text
