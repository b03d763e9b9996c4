#include "fusebox/text/bpe.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "fusebox/text/tokenizer_bytes.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

constexpr size_t kShortWord = 48;  // symbols; above it a queue is faster than looking at all pairs

// A possible merge of the symbol at `at` with its right neighbour. Best first: least rank, then leftmost.
struct Candidate {
  uint32_t rank;
  int32_t result;
  size_t at;
  bool operator<(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : at > other.at;  // std heaps keep the largest on top
  }
};

}  // namespace

Bpe::Bpe(const TokenizerTables& tables, const Spec& model)
    : tables_(tables),
      prefix_(model.string("continuing_subword_prefix", "")),
      suffix_(model.string("end_of_word_suffix", "")),
      fuse_unknown_(model.boolean("fuse_unk", false)),
      byte_fallback_(model.boolean("byte_fallback", false)),
      ignore_merges_(model.boolean("ignore_merges", false)) {
  if (model.has("dropout") && model.at("dropout").json() != 0) {
    model.unsupported("\"dropout\" makes encoding random, which only training wants");
  }
  if (model.has("unk_token")) {
    unknown_ = tables.find_in_model(model.string("unk_token"));
    if (!unknown_) model.at("unk_token").invalid("no token of the vocabulary");
  }
  for (size_t byte = 0; byte < 256; byte++) {
    const char character = static_cast<char>(byte);
    byte_ids_[byte] = tables.find_in_model(to_byte_alphabet({&character, 1})).value_or(-1);
    fallback_ids_[byte] = tables.find_in_model(fmt::format("<0x{:02X}>", byte)).value_or(-1);
  }
  const bool all_known = std::ranges::all_of(byte_ids_, [](int32_t id) { return id >= 0; });
  plain_bytes_ = prefix_.empty() && suffix_.empty() && (all_known || (!unknown_ && !byte_fallback_));
}

void Bpe::encode(std::string_view word, std::vector<int32_t>& ids) const {
  if (ignore_merges_) {
    if (const auto id = tables_.find_in_model(word)) return ids.push_back(*id);
  }
  thread_local std::vector<int32_t> symbols;
  thread_local std::string character;
  symbols.clear();
  bool unknown_pending = false;
  for (size_t at = 0; at < word.size();) {
    const size_t begin = at;
    next_char(word, at);
    character.assign(begin == 0 ? "" : prefix_).append(word.substr(begin, at - begin));
    if (at == word.size()) character += suffix_;
    if (const auto id = tables_.find_in_model(character)) {
      if (unknown_pending) symbols.push_back(*unknown_);
      unknown_pending = false;
      symbols.push_back(*id);
    } else {
      add_unknown_character(character, symbols, unknown_pending);
    }
  }
  if (unknown_pending) symbols.push_back(*unknown_);
  merge(symbols);
  ids.insert(ids.end(), symbols.begin(), symbols.end());
}

// Bytes if all of them have tokens; else the unknown token, which waits so that a run of unknown characters
// can fuse into one; else nothing at all.
void Bpe::add_unknown_character(std::string_view character, std::vector<int32_t>& symbols,
                                bool& pending) const {
  const auto fallback = [&](char byte) { return fallback_ids_[static_cast<uint8_t>(byte)]; };
  if (byte_fallback_ && std::ranges::all_of(character, [&](char byte) { return fallback(byte) >= 0; })) {
    for (const char byte : character) symbols.push_back(fallback(byte));
  } else if (unknown_) {
    if (pending && !fuse_unknown_) symbols.push_back(*unknown_);
    pending = true;
  }
}

void Bpe::encode_bytes(std::string_view word, std::vector<int32_t>& ids) const {
  if (!plain_bytes_) return encode(to_byte_alphabet(word), ids);
  if (ignore_merges_) {
    if (const auto id = tables_.find_in_model(to_byte_alphabet(word))) return ids.push_back(*id);
  }
  thread_local std::vector<int32_t> symbols;
  symbols.clear();
  for (const char byte : word) {
    const int32_t id = byte_ids_[static_cast<uint8_t>(byte)];
    if (id >= 0) symbols.push_back(id);  // a byte without a token vanishes
  }
  merge(symbols);
  ids.insert(ids.end(), symbols.begin(), symbols.end());
}

void Bpe::merge(std::vector<int32_t>& symbols) const {
  if (symbols.size() < 2) return;
  if (symbols.size() <= kShortWord)
    merge_short(symbols);
  else
    merge_long(symbols);
}

void Bpe::merge_short(std::vector<int32_t>& symbols) const {
  constexpr uint32_t kNoMerge = std::numeric_limits<uint32_t>::max();
  uint32_t ranks[kShortWord];
  int32_t results[kShortWord];
  size_t count = symbols.size();
  const auto look = [&](size_t at) {
    const auto found = tables_.merge(symbols[at], symbols[at + 1]);
    ranks[at] = found ? found->rank : kNoMerge;
    results[at] = found ? found->id : 0;
  };
  for (size_t at = 0; at + 1 < count; at++) look(at);
  while (count > 1) {
    const size_t best = static_cast<size_t>(std::min_element(ranks, ranks + count - 1) - ranks);
    if (ranks[best] == kNoMerge) break;
    symbols[best] = results[best];
    for (size_t at = best + 1; at + 1 < count; at++) {
      symbols[at] = symbols[at + 1];
      ranks[at - 1] = ranks[at];
      results[at - 1] = results[at];
    }
    count--;
    if (best > 0) look(best - 1);
    if (best + 1 < count) look(best);
  }
  symbols.resize(count);
}

void Bpe::merge_long(std::vector<int32_t>& symbols) const {
  constexpr size_t kEnd = std::numeric_limits<size_t>::max();
  constexpr int32_t kGone = -1;
  const size_t count = symbols.size();
  std::vector<size_t> before(count), after(count);
  std::vector<Candidate> queue;
  const auto offer = [&](size_t at, size_t right) {
    const auto found = tables_.merge(symbols[at], symbols[right]);
    if (found) queue.push_back({found->rank, found->id, at});
    return found.has_value();
  };
  for (size_t at = 0; at < count; at++) {
    before[at] = at == 0 ? kEnd : at - 1;
    after[at] = at + 1 == count ? kEnd : at + 1;
    if (at + 1 < count) offer(at, at + 1);
  }
  std::make_heap(queue.begin(), queue.end());
  while (!queue.empty()) {
    std::pop_heap(queue.begin(), queue.end());
    const Candidate best = queue.back();
    queue.pop_back();
    if (symbols[best.at] == kGone || after[best.at] == kEnd) continue;
    // Other merges may have changed the pair since it was offered.
    const size_t right = after[best.at];
    const auto now = tables_.merge(symbols[best.at], symbols[right]);
    if (!now || now->id != best.result) continue;
    symbols[best.at] = best.result;
    symbols[right] = kGone;
    const size_t next = after[best.at] = after[right];
    if (next != kEnd) before[next] = best.at;
    const size_t previous = before[best.at];
    if (previous != kEnd && offer(previous, best.at)) std::push_heap(queue.begin(), queue.end());
    if (next != kEnd && offer(best.at, next)) std::push_heap(queue.begin(), queue.end());
  }
  std::erase(symbols, kGone);
}

}  // namespace fusebox::text
