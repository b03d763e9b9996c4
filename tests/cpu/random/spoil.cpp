#include "tests/cpu/random/spoil.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "cpu/compiler/compiler.h"
#include "cpu/level.h"
#include "fusebox/base/error.h"
#include "fusebox/hlo/op.h"
#include "tests/cpu/random/random.h"

namespace fusebox::cpu::test {
namespace {

constexpr size_t kDeep = 10'000;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1);
    lines.push_back(text.substr(at, end + 1 - at));
    at = end + 1;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

// The end of the word that begins there.
size_t word_end(const std::string& text, size_t at) {
  while (at < text.size() && (std::isalnum(static_cast<unsigned char>(text[at])) || text[at] == '_')) ++at;
  return at;
}

// Puts `other` in place of one of the words that follow `before`.
std::string other_word(std::string text, std::string_view before, const std::string& other, Random& r) {
  std::vector<size_t> places;
  for (size_t at = text.find(before); at != text.npos; at = text.find(before, at + 1))
    places.push_back(at + before.size());
  if (places.empty()) return text;
  const size_t at = r.pick(places);
  return text.replace(at, word_end(text, at) - at, other);
}

std::string other_number(std::string text, Random& r) {
  std::vector<size_t> places;
  for (size_t i = 0; i < text.size(); ++i)
    if (std::isdigit(static_cast<unsigned char>(text[i]))) places.push_back(i);
  if (places.empty()) return text;
  const size_t at = r.pick(places);
  size_t end = at;
  while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end]))) ++end;
  return text.replace(at, end - at,
                      r.pick({"0", "1", "-1", "2", "7", "64", "65", "4611686018427387904",
                              "9223372036854775807", "99999999999999999999"}));
}

std::string nested(std::string text, Random& r) {
  const char* piece =
      r.pick({"stablehlo.while() cond {", "\"stablehlo.if\"(%0) ({", "(", "[", "{", "dense<", "tuple<"});
  std::string deep;
  for (size_t i = 0; i < kDeep; ++i) deep += piece;
  return text.insert(r.below(text.size()), deep);
}

std::string spoil_once(std::string text, Random& r) {
  std::vector<std::string> lines = lines_of(text);
  switch (r.below(10)) {
    case 0: return text.substr(0, r.below(text.size()));
    case 1: return text.erase(r.below(text.size()), 1 + r.below(20));
    case 2:
      lines.insert(lines.begin() + static_cast<ptrdiff_t>(r.below(lines.size())), r.pick(lines));
      return joined(lines);
    case 3: std::swap(r.pick(lines), r.pick(lines)); return joined(lines);
    case 4: lines.erase(lines.begin() + static_cast<ptrdiff_t>(r.below(lines.size()))); return joined(lines);
    case 5:
    case 6: return other_number(std::move(text), r);
    case 7: {
      const char* type = r.pick({"f32", "f64", "bf16", "f16", "i1", "i8", "i64", "ui32", "complex<f32>",
                                 "f8E4M3FN", "i4", "!stablehlo.token", "9"});
      return other_word(std::move(text), r.pick({"x", "tensor<"}), type, r);
    }
    case 8: return other_word(std::move(text), "stablehlo.", std::string(r.pick(hlo::all_ops()).name), r);
    default:
      return r.chance(0.1) ? nested(std::move(text), r)
                           : other_word(std::move(text), "%", r.pick({"0", "1", "2", "arg0", "none"}), r);
  }
}

}  // namespace

std::string spoil(const std::string& text, uint64_t seed) {
  Random random(seed ^ 0x5b01);
  std::string spoiled = text;
  for (size_t i = 1 + random.below(3); i-- > 0 && !spoiled.empty();) spoiled = spoil_once(spoiled, random);
  return spoiled;
}

Verdict check_spoiled(const std::string& text) {
  try {
    compile(text, {.level = std::string(cpu_level())});
    return {};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) return {Verdict::Kind::kWrong, error.what()};
    return {Verdict::Kind::kRefused, error.what()};
  } catch (const std::exception& error) {
    return {Verdict::Kind::kWrong, error.what()};
  }
}

}  // namespace fusebox::cpu::test
