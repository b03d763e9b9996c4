// Byte-pair encoding of one word: split into characters, then join the best-ranked pair until none is left.
//
// Ranks and ties (the leftmost of equal pairs first) are those of Hugging Face's BPE, and so are the rules
// for characters the vocabulary lacks. Immutable and thread-safe. A word of n characters takes O(n log n).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/text/tokenizer_spec.h"
#include "fusebox/text/tokenizer_tables.h"

namespace fusebox::text {

class Bpe {
 public:
  // `model` is the "model" object of a tokenizer.json without its lists; `tables` must outlive the Bpe.
  Bpe(const TokenizerTables& tables, const Spec& model);

  // Appends the ids of a word written in the vocabulary's own characters (valid UTF-8).
  void encode(std::string_view word, std::vector<int32_t>& ids) const;

  // Appends the ids of a word of raw bytes, each standing for its character of the byte alphabet.
  void encode_bytes(std::string_view word, std::vector<int32_t>& ids) const;

 private:
  void add_unknown_character(std::string_view character, std::vector<int32_t>& symbols, bool& pending) const;
  void merge(std::vector<int32_t>& symbols) const;
  void merge_short(std::vector<int32_t>& symbols) const;
  void merge_long(std::vector<int32_t>& symbols) const;

  const TokenizerTables& tables_;
  std::string prefix_, suffix_;  // of characters that are not the first, or are the last, of a word
  std::optional<int32_t> unknown_;
  bool fuse_unknown_, byte_fallback_, ignore_merges_;
  bool plain_bytes_;                       // each raw byte is its one symbol, or nothing
  std::array<int32_t, 256> byte_ids_;      // of the byte alphabet's characters; -1: no token
  std::array<int32_t, 256> fallback_ids_;  // of "<0x00>" … "<0xFF>"; -1: no token
};

}  // namespace fusebox::text
