// Normalizer: the first stage of a tokenizer.json, which rewrites the text (Unicode normal forms, lower case,
// replacements). Immutable and thread-safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/text/tokenizer_spec.h"

namespace fusebox::text {

class Normalizer {
 public:
  // From the "normalizer" of a tokenizer.json, which may be null; Error kInvalidFile, kUnsupported.
  explicit Normalizer(const Spec& spec);

  bool changes_nothing() const { return steps_.empty(); }

  // `text` is valid UTF-8, and so is the result.
  std::string apply(std::string_view text) const;

 private:
  using Step = std::function<std::string(std::string_view)>;

  void add(const Spec& spec, int depth);

  std::vector<Step> steps_;
};

}  // namespace fusebox::text
