// AddedTokens: finds added tokens (<|im_end|> and the like) in a text before anything else looks at it.
//
// At each place the longest token that begins there wins, as in Hugging Face's matcher; what a token's flags
// then say (strip white space, only as a whole word) is applied to that match. Immutable and thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "fusebox/text/tokenizer_tables.h"

namespace fusebox::text {

class AddedTokens {
 public:
  // No tokens yet; `tables` must outlive the object.
  explicit AddedTokens(const TokenizerTables& tables) : tables_(tables) { roots_.fill(kNoNode); }

  // `text`, not empty, is what to look for; it may be another than the token's own (normalised).
  void add(std::string_view text, int32_t id);
  bool empty() const { return nodes_.empty(); }

  // Cuts `text` (valid UTF-8) into tokens and what is between them, and calls found(part, id), where no id
  // means plain text. Special tokens are left in the plain text unless `parse_special`.
  void split(std::string_view text, bool parse_special,
             const std::function<void(std::string_view part, std::optional<int32_t> id)>& found) const;

 private:
  static constexpr int32_t kNoNode = -1;

  // A trie: a node's children are a list linked by `sibling`.
  struct Node {
    uint8_t byte;
    int32_t id = -1;  // of the token that ends here; -1: none
    int32_t child = kNoNode, sibling = kNoNode;
  };
  struct Found {
    size_t end;
    int32_t id;
  };

  std::optional<Found> longest(std::string_view text, size_t at) const;

  const TokenizerTables& tables_;
  std::array<int32_t, 256> roots_;
  std::vector<Node> nodes_;
};

}  // namespace fusebox::text
