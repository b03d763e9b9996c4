#include "fusebox/text/tokenizer_bytes.h"

#include <array>

#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

constexpr int kAlphabetEnd = 0x144;  // one past the last character of the alphabet

struct Alphabet {
  std::array<uint16_t, 256> character{};
  std::array<int16_t, kAlphabetEnd> byte{};  // -1: no byte
};

constexpr bool stands_for_itself(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr Alphabet make_alphabet() {
  Alphabet alphabet;
  alphabet.byte.fill(-1);
  int next = 0x100;
  for (int byte = 0; byte < 256; byte++) {
    const int character = stands_for_itself(byte) ? byte : next++;
    alphabet.character[static_cast<size_t>(byte)] = static_cast<uint16_t>(character);
    alphabet.byte[static_cast<size_t>(character)] = static_cast<int16_t>(byte);
  }
  return alphabet;
}

constexpr Alphabet kAlphabet = make_alphabet();

}  // namespace

char32_t byte_to_char(uint8_t byte) { return kAlphabet.character[byte]; }

std::optional<uint8_t> char_to_byte(char32_t point) {
  if (point >= kAlphabetEnd || kAlphabet.byte[point] < 0) return std::nullopt;
  return static_cast<uint8_t>(kAlphabet.byte[point]);
}

std::string to_byte_alphabet(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes) append_char(byte_to_char(static_cast<uint8_t>(byte)), out);
  return out;
}

std::string from_byte_alphabet(std::string_view token) {
  std::string out;
  for (size_t at = 0; at < token.size();) {
    const auto byte = char_to_byte(next_char(token, at));
    if (!byte) return std::string(token);
    out += static_cast<char>(*byte);
  }
  return out;
}

}  // namespace fusebox::text
