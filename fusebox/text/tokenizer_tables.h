// TokenizerTables: a vocabulary as flat tables in one block of memory.
//
// The block is built once from whatever file the tokenizer came in and can be stored and read back as it is;
// nothing in it is a pointer. Reading it back checks everything that a lookup relies on, so that no block,
// however damaged, makes one leave its bounds or never end. (That nothing was damaged is for the cache to see
// to.)
//
// Block, all numbers little-endian, each section 8-byte aligned:
//   header    magic with version, bytes of each section
//   texts     u32 begin[ids + 1], then the tokens' bytes (an id that no token has is empty)
//   kinds     u8 per id: kInModel | kAdded | kSpecial …
//   slots     open-addressing hash table of token texts: {u32 hash, u32 id}
//   merges    open-addressing hash table: {u32 left, u32 right, u32 rank, u32 result}
//   added     u32 ids of the added tokens in the file's order
//   spec      JSON text of the small components (normalizer, pre_tokenizer, …)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/text/tokenizer_spec.h"

namespace fusebox::text {

// What a vocabulary says of one id, as bits.
enum TokenKind : uint8_t {
  kInModel = 1,     // BPE can produce it
  kAdded = 2,       // matched in the text before BPE sees it
  kSpecial = 4,     // an added token that stands for no text, such as an end mark
  kNormalized = 8,  // an added token that is matched in the normalised text
  kLeftStrip = 16,  // takes the white space before it along
  kRightStrip = 32,
  kSingleWord = 64,  // matched only where no word character touches it
};

// What a tokenizer file holds, still as its own strings (views into the file).
struct TokenizerSource {
  struct Token {
    std::string_view text;
    int64_t id;
  };
  struct Merge {
    std::string_view left, right;
  };
  struct Added {
    std::string_view text;
    std::optional<int64_t> id;  // as the file claims it
    uint8_t kind;               // TokenKind bits
  };
  std::vector<Token> vocabulary;
  std::vector<Merge> merges;  // best first
  std::vector<Added> added;
  Json spec;         // normalizer, pre_tokenizer, post_processor, decoder, model (without the lists), names
  std::string file;  // for errors
};

// Error kInvalidFile: an id twice, a token twice, an id far beyond the number of tokens, a merge of or into
// tokens that are not in the vocabulary, an added token whose id is another token's.
std::vector<std::byte> build_tokenizer_tables(const TokenizerSource& source);

class TokenizerTables {
 public:
  struct MergeResult {
    uint32_t rank;
    int32_t id;
  };

  // Takes the block over; Error kInvalidFile if it is not what build_tokenizer_tables() makes.
  explicit TokenizerTables(std::vector<std::byte> block);
  TokenizerTables(const TokenizerTables&) = delete;
  TokenizerTables& operator=(const TokenizerTables&) = delete;

  // One more than the largest id. Ids in between may have no token (exists() is false).
  int32_t size() const { return static_cast<int32_t>(kinds_.size()); }
  bool exists(int32_t id) const { return id >= 0 && id < size() && kinds_[static_cast<size_t>(id)] != 0; }
  uint8_t kind(int32_t id) const { return exists(id) ? kinds_[static_cast<size_t>(id)] : uint8_t{0}; }
  std::string_view text(int32_t id) const;  // empty unless exists(id)

  std::optional<int32_t> find(std::string_view text) const;
  // Only tokens that BPE can produce.
  std::optional<int32_t> find_in_model(std::string_view text) const;
  std::optional<MergeResult> merge(int32_t left, int32_t right) const;

  std::span<const uint32_t> added() const { return added_; }
  std::string_view spec() const { return spec_; }

  struct Slot {
    uint32_t hash, id;  // id kNone: empty
  };
  struct MergeSlot {
    uint32_t left, right, rank, result;  // rank kNone: empty
  };
  static constexpr uint32_t kNone = 0xFFFFFFFF;

 private:
  void check() const;

  std::vector<std::byte> block_;
  std::span<const uint32_t> begins_, added_;
  std::span<const uint8_t> kinds_;
  std::span<const Slot> slots_;
  std::span<const MergeSlot> merges_;
  std::string_view bytes_, spec_;
};

}  // namespace fusebox::text
