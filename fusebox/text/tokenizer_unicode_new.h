// Characters that Unicode 15.0, 15.1 and 16.0 added.
//
// Debian 12's PCRE2 knows Unicode 14 and its utf8proc Unicode 15, while Hugging Face's tokenizers split by
// Unicode 16: without this list, newly added letters and digits would be cut otherwise than there.
#pragma once

#include <span>
#include <string_view>

namespace fusebox::text {

struct NewCharacters {
  char32_t begin, end;  // both belong
  std::string_view category;
};

// Sorted by code point.
std::span<const NewCharacters> new_characters();

// Whether a new character's category is, or begins with, this one ("N": Nd, Nl and No).
bool is_new(char32_t point, std::string_view category);

}  // namespace fusebox::text
