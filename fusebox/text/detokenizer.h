// Detokenizer: token texts back to text, as a "decoder" of a tokenizer.json says, one token at a time.
//
// A chain of stages; each takes tokens and passes tokens on, keeping what it cannot decide yet (half a
// character, a run of byte tokens) until it can. So a stream of tokens gives the very text that decoding them
// all at once gives. The Detokenizer itself is immutable and thread-safe; a stream's state is its own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/text/pre_tokenizer_regex.h"
#include "fusebox/text/tokenizer_spec.h"

namespace fusebox::text {

class Detokenizer {
 public:
  // `spec` may be null: then tokens are joined by spaces. Error kInvalidFile, kUnsupported.
  explicit Detokenizer(const Spec& spec);

  // What the stages of one stream keep.
  struct State {
    struct Stage {
      std::string held;
      size_t count = 0;
    };
    std::vector<Stage> stages;
  };
  State start() const;

  // Appends what is certain after one more token; after the last token.
  void push(State& state, std::string_view token, std::string& out) const { feed(state, 0, token, out); }
  void finish(State& state, std::string& out) const;

  // The bytes that a token stands for wherever it is in the middle of a text: not always valid UTF-8.
  std::string bytes_of(std::string_view token) const;

 private:
  enum class Kind { kByteLevel, kByteFallback, kReplace, kStrip, kMetaspace, kSuffix, kJoin };
  struct Stage {
    Kind kind;
    // Whether the tokens that reach the stage are pieces of one token, since a stage before it fused them.
    bool fused = false;
    std::shared_ptr<const Pattern> pattern = nullptr;  // kReplace
    std::string content = {};                          // kReplace, kStrip, kMetaspace (the mark), kSuffix
    size_t start = 0, stop = 0;                        // kStrip
    bool drops_first = false;                          // kMetaspace: marks of the first token vanish
  };

  void add(const Spec& spec, int depth);
  void add_stage(Stage stage, const Spec& spec);

  void feed(State& state, size_t stage, std::string_view token, std::string& out) const;
  void feed_byte_fallback(State& state, size_t stage, std::string_view token, std::string& out) const;
  void flush_byte_run(State& state, size_t stage, std::string& out) const;
  void feed_suffix(State& state, size_t stage, std::string_view token, std::string& out) const;
  std::string strip(State::Stage& state, const Stage& stage, std::string_view token) const;

  std::vector<Stage> stages_;
  bool fused_ = false;  // while building: what the next stage will see
};

}  // namespace fusebox::text
