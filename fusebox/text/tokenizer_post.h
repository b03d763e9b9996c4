// What encode() puts around a text: the "post_processor" of a tokenizer.json, for single texts.
#pragma once

#include <cstdint>
#include <vector>

#include "fusebox/text/tokenizer_spec.h"
#include "fusebox/text/tokenizer_tables.h"

namespace fusebox::text {

struct PostProcessor {
  std::vector<int32_t> before, after;

  // `spec` may be null. Error kInvalidFile (ids that no token has), kUnsupported.
  static PostProcessor from(const Spec& spec, const TokenizerTables& tables);
};

}  // namespace fusebox::text
