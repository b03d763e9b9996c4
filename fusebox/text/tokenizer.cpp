#include "fusebox/text/tokenizer.h"

#include <algorithm>

#include "fusebox/base/error.h"
#include "fusebox/text/tokenizer_impl.h"
#include "fusebox/text/tokenizer_source.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

Json parse_spec(const TokenizerTables& tables, std::string_view file) {
  Json spec = parse_json_part(tables.spec(), file, 0);
  if (!spec.is_object())
    throw Error(ErrorKind::kInvalidFile, "the tokenizer's settings are no object").file(file);
  return spec;
}

}  // namespace

Tokenizer::Impl::Impl(std::vector<std::byte> block, std::string_view file)
    : tables(std::move(block)),
      spec_json(parse_spec(tables, file)),
      normalizer(Spec(spec_json["normalizer"], file, "normalizer")),
      pre_tokenizer(Spec(spec_json["pre_tokenizer"], file, "pre_tokenizer")),
      bpe(tables, Spec(spec_json["model"], file, "model")),
      detokenizer(Spec(spec_json["decoder"], file, "decoder")),
      post(PostProcessor::from(Spec(spec_json["post_processor"], file, "post_processor"), tables)),
      raw_tokens(tables),
      normalized_tokens(tables) {
  index_added_tokens();
  find_marks(file);
}

void Tokenizer::Impl::index_added_tokens() {
  for (const uint32_t index : tables.added()) {
    const int32_t id = static_cast<int32_t>(index);
    const bool normalized = tables.kind(id) & kNormalized;
    const std::string text = decoded_form(id);
    if (!text.empty()) (normalized ? normalized_tokens : raw_tokens).add(text, id);
  }
}

void Tokenizer::Impl::find_marks(std::string_view file) {
  const Spec special(spec_json["special"], file, "special");
  const auto find = [&](std::string_view mark) -> std::optional<int32_t> {
    if (!special.has(mark)) return std::nullopt;
    return tables.find(special.string(mark));
  };
  bos = find("bos");
  unk = find("unk");
  pad = find("pad");
  if (!special.has("eos")) return;
  for (const Spec& end : special.list("eos")) {
    const auto id = tables.find(end.as_string());
    if (id && std::ranges::find(eos, *id) == eos.end()) eos.push_back(*id);
  }
}

std::string Tokenizer::Impl::decoded_form(int32_t id) const {
  const std::string_view text = tables.text(id);
  return tables.kind(id) & kNormalized ? normalizer.apply(text) : std::string(text);
}

void Tokenizer::Impl::decode(int32_t id, bool skip_special, Detokenizer::State& state,
                             std::string& out) const {
  const uint8_t kind = tables.kind(id);
  if (kind == 0 || (skip_special && (kind & kSpecial))) return;
  if (kind & kNormalized)
    detokenizer.push(state, decoded_form(id), out);
  else
    detokenizer.push(state, tables.text(id), out);
}

void Tokenizer::Impl::encode(std::string_view text, bool parse_special, std::vector<int32_t>& ids) const {
  const auto plain = [&](std::string_view part) {
    encode_plain(part, part.data() == text.data(), parse_special, ids);
  };
  if (raw_tokens.empty()) return plain(text);
  raw_tokens.split(text, parse_special, [&](std::string_view part, std::optional<int32_t> id) {
    if (id)
      ids.push_back(*id);
    else
      plain(part);
  });
}

void Tokenizer::Impl::encode_plain(std::string_view text, bool at_start, bool parse_special,
                                   std::vector<int32_t>& ids) const {
  std::string storage;
  if (!normalizer.changes_nothing()) {
    storage = normalizer.apply(text);
    text = storage;
  }
  if (normalized_tokens.empty()) return encode_words(text, at_start, ids);
  normalized_tokens.split(text, parse_special, [&](std::string_view part, std::optional<int32_t> id) {
    if (id)
      ids.push_back(*id);
    else
      encode_words(part, at_start && part.data() == text.data(), ids);
  });
}

void Tokenizer::Impl::encode_words(std::string_view text, bool at_start, std::vector<int32_t>& ids) const {
  Pieces pieces;
  pieces.reset(text, at_start);
  pre_tokenizer.split(pieces);
  for (size_t i = 0; i < pieces.ranges.size(); i++) {
    if (pre_tokenizer.byte_words())
      bpe.encode_bytes(pieces[i], ids);
    else
      bpe.encode(pieces[i], ids);
  }
}

Tokenizer::Tokenizer(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::~Tokenizer() = default;

std::vector<int32_t> Tokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  std::vector<int32_t> ids;
  if (options.add_special) ids = impl_->post.before;
  if (is_valid_utf8(text))
    impl_->encode(text, options.parse_special, ids);
  else
    impl_->encode(repaired_utf8(text), options.parse_special, ids);
  if (options.add_special) ids.insert(ids.end(), impl_->post.after.begin(), impl_->post.after.end());
  return ids;
}

std::string Tokenizer::decode(std::span<const int32_t> ids, const DecodeOptions& options) const {
  std::string out;
  Detokenizer::State state = impl_->detokenizer.start();
  for (const int32_t id : ids) impl_->decode(id, options.skip_special, state, out);
  impl_->detokenizer.finish(state, out);
  return out;
}

int32_t Tokenizer::size() const { return impl_->tables.size(); }
std::optional<int32_t> Tokenizer::token_id(std::string_view token) const { return impl_->tables.find(token); }
std::string_view Tokenizer::token_text(int32_t id) const { return impl_->tables.text(id); }
bool Tokenizer::is_special(int32_t id) const { return impl_->tables.kind(id) & kSpecial; }
std::string Tokenizer::token_bytes(int32_t id) const {
  return impl_->tables.exists(id) ? impl_->detokenizer.bytes_of(impl_->decoded_form(id)) : std::string();
}

std::optional<int32_t> Tokenizer::bos_id() const { return impl_->bos; }
std::optional<int32_t> Tokenizer::eos_id() const {
  return impl_->eos.empty() ? std::nullopt : std::optional(impl_->eos.front());
}
std::optional<int32_t> Tokenizer::unk_id() const { return impl_->unk; }
std::optional<int32_t> Tokenizer::pad_id() const { return impl_->pad; }
const std::vector<int32_t>& Tokenizer::eos_ids() const { return impl_->eos; }
bool Tokenizer::adds_bos() const {
  return impl_->bos && !impl_->post.before.empty() && impl_->post.before.front() == *impl_->bos;
}

struct StreamDecoder::State {
  Detokenizer::State stages;
  bool skip_special;
};

StreamDecoder::StreamDecoder(std::shared_ptr<const Tokenizer> tokenizer, bool skip_special)
    : tokenizer_(std::move(tokenizer)),
      state_(std::make_unique<State>(State{tokenizer_->impl_->detokenizer.start(), skip_special})) {}
StreamDecoder::~StreamDecoder() = default;
StreamDecoder::StreamDecoder(StreamDecoder&&) noexcept = default;
StreamDecoder& StreamDecoder::operator=(StreamDecoder&&) noexcept = default;

std::string StreamDecoder::push(int32_t id) {
  std::string out;
  tokenizer_->impl_->decode(id, state_->skip_special, state_->stages, out);
  return out;
}

std::string StreamDecoder::finish() {
  std::string out;
  tokenizer_->impl_->detokenizer.finish(state_->stages, out);
  state_->stages = tokenizer_->impl_->detokenizer.start();
  return out;
}

}  // namespace fusebox::text
