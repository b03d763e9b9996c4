// Regular expressions as tokenizer.json files write them, matched as Hugging Face's tokenizers match them.
//
// Those expressions are in Oniguruma's Ruby dialect; we match with PCRE2 (UTF, Unicode properties, JIT). The
// two differ in what \s, \w, \h or \v mean, in nested sets, in {n,m}+ and in what a script property covers,
// so patterns are translated first; what has no translation is Error kUnsupported, never matched otherwise.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/text/tokenizer_spec.h"

namespace fusebox::text {

// The PCRE2 pattern (for UTF | UCP | MULTILINE) that matches what `ruby` matches; Error kUnsupported.
std::string translate_regex(std::string_view ruby);

struct Match {
  size_t begin, end;
};

// Immutable and thread-safe; copies share the compiled code.
class Regex {
 public:
  explicit Regex(std::string_view ruby);

  // The first match that begins at or after `from`; `text` must be valid UTF-8. Error kUnsupported if the
  // pattern backtracks beyond a limit.
  std::optional<Match> find(std::string_view text, size_t from) const;

 private:
  std::shared_ptr<const void> code_;
};

// What a Split or Replace component looks for: fixed text or a regular expression.
class Pattern {
 public:
  // From {"String": …} or {"Regex": …}.
  explicit Pattern(const Spec& spec);
  explicit Pattern(Regex regex) : regex_(std::move(regex)) {}
  // An empty text is never found.
  static Pattern text(std::string text) { return Pattern(std::move(text)); }

  // All matches, left to right, not overlapping.
  void find_all(std::string_view text, std::vector<Match>& matches) const;

 private:
  explicit Pattern(std::string text) : text_(std::move(text)) {}

  std::string text_;
  std::optional<Regex> regex_;
};

}  // namespace fusebox::text
