// Reading tokenizers: from the files they come in to the one form the tables are built from. Not for users of
// the folder: see tokenizer.h.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/checkpoint/gguf.h"
#include "fusebox/text/tokenizer_tables.h"

namespace fusebox::text {

// A source and the strings that its views need besides the file.
struct OwnedSource {
  TokenizerSource source;
  std::deque<std::string> strings;
};

// Both texts must outlive the result; `config` may be empty. Error kInvalidFile, kUnsupported.
OwnedSource read_tokenizer_json(std::string_view json, std::string_view file, std::string_view config,
                                std::string_view config_file);

// The file must outlive the result. Error kInvalidFile, kUnsupported (a model or pre-tokenizer not known).
OwnedSource read_tokenizer_gguf(const GgufFile& gguf);

// Of all the metadata that read_tokenizer_gguf() may look at, as 32 hexadecimal digits.
std::string hash_tokenizer_gguf(const GgufFile& gguf);

// Parses a part of a file that begins at `offset`; Error kInvalidFile.
Json parse_json_part(std::string_view part, std::string_view file, size_t offset);

}  // namespace fusebox::text
