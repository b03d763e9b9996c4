// Tokenizer: text to token ids and back, as Hugging Face's `tokenizers` does it, id for id.
//
// Read from a tokenizer.json (byte-level and other BPE models; every component it names is either done
// exactly or refused by name) or from the tokenizer.ggml.* metadata of a GGUF file, where the name in
// tokenizer.ggml.pre stands for the components. Not done, and refused: WordPiece, Unigram, WordLevel models.
// The "truncation" and "padding" of a tokenizer.json are the business of whoever batches texts: not applied.
//
// A Tokenizer is immutable and safe to use from any number of threads at once.
//
//   auto tokenizer = Tokenizer::open("model-folder");
//   auto ids = tokenizer->encode("<|im_start|>user\nHi<|im_end|>\n");
//   tokenizer->decode(ids, {.skip_special = true});   // "user\nHi\n"
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/cache.h"

namespace fusebox {
class GgufFile;
}

namespace fusebox::text {

struct EncodeOptions {
  bool add_special = true;    // what the model wants around a text (a begin mark, …); often nothing
  bool parse_special = true;  // special tokens written in the text become their ids; else plain text
};

struct DecodeOptions {
  bool skip_special = false;  // leave special tokens out
};

struct TokenizerOptions {
  // Where the tables made from a vocabulary are kept, so that the next start need not make them again; they
  // are found by a hash of what they were made from. nullptr: nowhere.
  FileCache* cache = &FileCache::user();
};

class Tokenizer {
 public:
  // A folder that holds a tokenizer.json, such a file, or a .gguf. A tokenizer_config.json beside the
  // tokenizer.json says which tokens are bos, eos, unk and pad. Error kNotFound, kIo; kInvalidFile with the
  // file and the place in it; kUnsupported with the component that is not done.
  static std::shared_ptr<const Tokenizer> open(const std::string& path, const TokenizerOptions& options = {});
  static std::shared_ptr<const Tokenizer> from_gguf(const GgufFile& gguf,
                                                    const TokenizerOptions& options = {});
  // From the texts of both files; the second may be empty. Not cached. `name` is for errors.
  static std::shared_ptr<const Tokenizer> from_json(std::string_view tokenizer_json,
                                                    std::string_view config_json = {},
                                                    std::string_view name = "tokenizer.json");
  ~Tokenizer();

  // Ids of a text. Bytes that are no UTF-8 are read as U+FFFD, one for each longest broken sequence. Linear
  // in the length but for a logarithm. Error kUnsupported if the tokenizer's own regular expression fails on
  // the text (it backtracks without end).
  std::vector<int32_t> encode(std::string_view text, const EncodeOptions& options = {}) const;

  // The text of ids, always valid UTF-8: bytes that make no character become U+FFFD. Ids without a token are
  // left out.
  std::string decode(std::span<const int32_t> ids, const DecodeOptions& options = {}) const;

  // One more than the largest id.
  int32_t size() const;
  // The id of a token as the vocabulary writes it ("Ġthe", "<|im_end|>").
  std::optional<int32_t> token_id(std::string_view token) const;
  // The token as the vocabulary writes it; empty if the id has none.
  std::string_view token_text(int32_t id) const;
  // The bytes it stands for in the middle of a text (" the"); they need not be whole characters.
  std::string token_bytes(int32_t id) const;
  // Whether `skip_special` leaves it out.
  bool is_special(int32_t id) const;

  // Marks that the file names; nothing if it names none or the vocabulary lacks it.
  std::optional<int32_t> bos_id() const;
  std::optional<int32_t> eos_id() const;
  std::optional<int32_t> unk_id() const;
  std::optional<int32_t> pad_id() const;
  // All that end a reply: eos_id() first, then what else the file names (GGUF: end of turn, of message).
  const std::vector<int32_t>& eos_ids() const;
  // Whether encode() puts bos_id() in front.
  bool adds_bos() const;

 private:
  friend class StreamDecoder;
  struct Impl;
  explicit Tokenizer(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

// StreamDecoder: the text of ids as they come. All pieces joined are exactly decode() of all ids: a character
// comes out whole, when its last byte is there. For one stream and one thread at a time.
class StreamDecoder {
 public:
  explicit StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer, bool skip_special = false);
  ~StreamDecoder();
  StreamDecoder(StreamDecoder&&) noexcept;
  StreamDecoder& operator=(StreamDecoder&&) noexcept;

  // The text that is certain now; often empty in the middle of a character.
  std::string push(int32_t id);
  // What is left: U+FFFD for half a character. The stream is then as new.
  std::string finish();

 private:
  struct State;
  std::shared_ptr<const Tokenizer> tokenizer_;
  std::unique_ptr<State> state_;
};

}  // namespace fusebox::text
