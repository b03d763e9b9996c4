// PreTokenizer: cuts normalised text into the words that BPE works on.
//
// Built from the "pre_tokenizer" of a tokenizer.json; each component does to the pieces what Hugging Face's
// component of that name does. Immutable and thread-safe.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/text/tokenizer_spec.h"

namespace fusebox::text {

// A text under way through the components: pieces are byte ranges of it, none is empty.
struct Pieces {
  struct Range {
    size_t begin, end;
  };
  std::string_view text;
  std::vector<Range> ranges;
  bool at_start = true;   // whether the text begins where the whole input does
  std::string rewritten;  // holds `text` once a component changed it

  // One piece, the whole of `whole`, which must outlive this.
  void reset(std::string_view whole, bool is_at_start);
  std::string_view operator[](size_t index) const {
    return text.substr(ranges[index].begin, ranges[index].end - ranges[index].begin);
  }
};

class PreTokenizer {
 public:
  // `spec` may be null: then a text is one word. Error kInvalidFile, kUnsupported.
  explicit PreTokenizer(const Spec& spec);

  void split(Pieces& pieces) const;

  // Whether the words are raw bytes that stand for their characters of the byte alphabet (see
  // tokenizer_bytes.h). Only so because the last component is ByteLevel.
  bool byte_words() const { return byte_words_; }

 private:
  using Step = std::function<void(Pieces&)>;

  void add(const Spec& spec, int depth);

  std::vector<Step> steps_;
  bool byte_words_ = false;
};

}  // namespace fusebox::text
