// The inside of a Tokenizer: the tables and the stages built over them. Not for users of the folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/text/bpe.h"
#include "fusebox/text/detokenizer.h"
#include "fusebox/text/pre_tokenizer.h"
#include "fusebox/text/tokenizer.h"
#include "fusebox/text/tokenizer_added.h"
#include "fusebox/text/tokenizer_normalizer.h"
#include "fusebox/text/tokenizer_post.h"
#include "fusebox/text/tokenizer_tables.h"

namespace fusebox::text {

struct Tokenizer::Impl {
  // `block` as build_tokenizer_tables() makes it; `file` is for errors.
  Impl(std::vector<std::byte> block, std::string_view file);

  void encode(std::string_view text, bool parse_special, std::vector<int32_t>& ids) const;
  void encode_plain(std::string_view text, bool at_start, bool parse_special,
                    std::vector<int32_t>& ids) const;
  void encode_words(std::string_view text, bool at_start, std::vector<int32_t>& ids) const;

  // The token as the detokenizer takes it.
  std::string decoded_form(int32_t id) const;
  // What push() of one id does for a stream.
  void decode(int32_t id, bool skip_special, Detokenizer::State& state, std::string& out) const;

  TokenizerTables tables;
  Json spec_json;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  Bpe bpe;
  Detokenizer detokenizer;
  PostProcessor post;
  AddedTokens raw_tokens, normalized_tokens;  // found in the text as it is; found after the normalizer

  std::optional<int32_t> bos, unk, pad;
  std::vector<int32_t> eos;

 private:
  void index_added_tokens();
  void find_marks(std::string_view file);
};

}  // namespace fusebox::text
