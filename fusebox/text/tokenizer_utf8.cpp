#include "fusebox/text/tokenizer_utf8.h"

#include <cstring>

namespace fusebox::text {
namespace {

// Length of the character a byte begins (0: none), and the allowed range of its second byte.
struct Lead {
  uint8_t length, low, high;
};

Lead lead(uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// Bytes from `at` on that are ASCII, eight at a time.
size_t ascii_run(std::string_view text, size_t at) {
  size_t end = at;
  while (end + 8 <= text.size()) {
    uint64_t word;
    std::memcpy(&word, text.data() + end, 8);
    if (word & 0x8080808080808080u) break;
    end += 8;
  }
  while (end < text.size() && static_cast<uint8_t>(text[end]) < 0x80) end++;
  return end - at;
}

}  // namespace

Utf8Step utf8_step(std::string_view text, size_t at) {
  const uint8_t first = static_cast<uint8_t>(text[at]);
  const Lead want = lead(first);
  if (want.length == 1) return {Utf8Step::kValid, 1, first};
  if (want.length == 0) return {Utf8Step::kInvalid, 1, 0};
  char32_t point = first & (0xFFu >> (want.length + 1));
  for (uint8_t i = 1; i < want.length; i++) {
    if (at + i >= text.size()) return {Utf8Step::kIncomplete, i, 0};
    const uint8_t byte = static_cast<uint8_t>(text[at + i]);
    const uint8_t low = i == 1 ? want.low : uint8_t{0x80}, high = i == 1 ? want.high : uint8_t{0xBF};
    if (byte < low || byte > high) return {Utf8Step::kInvalid, i, 0};
    point = point << 6 | (byte & 0x3F);
  }
  return {Utf8Step::kValid, want.length, point};
}

bool is_valid_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    at += ascii_run(text, at);
    if (at == text.size()) break;
    const Utf8Step step = utf8_step(text, at);
    if (step.kind != Utf8Step::kValid) return false;
    at += step.length;
  }
  return true;
}

size_t append_repaired(std::string_view bytes, std::string& out) {
  size_t at = 0;
  while (at < bytes.size()) {
    const size_t ascii = ascii_run(bytes, at);
    out.append(bytes.substr(at, ascii));
    at += ascii;
    if (at == bytes.size()) break;
    const Utf8Step step = utf8_step(bytes, at);
    if (step.kind == Utf8Step::kIncomplete) break;
    out.append(step.kind == Utf8Step::kValid ? bytes.substr(at, step.length) : kReplacementCharacter);
    at += step.length;
  }
  return at;
}

std::string repaired_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  if (append_repaired(bytes, out) < bytes.size()) out += kReplacementCharacter;
  return out;
}

char32_t next_char(std::string_view valid, size_t& at) {
  const Utf8Step step = utf8_step(valid, at);
  at += step.length;
  return step.point;
}

void append_char(char32_t point, std::string& out) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | point >> 12);
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | point >> 18);
    out += static_cast<char>(0x80 | (point >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (point >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

}  // namespace fusebox::text
