#include "fusebox/text/tokenizer_tables.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <cstring>

#include "fusebox/base/error.h"

namespace fusebox::text {
namespace {

using Slot = TokenizerTables::Slot;
using MergeSlot = TokenizerTables::MergeSlot;
constexpr uint32_t kNone = TokenizerTables::kNone;

constexpr uint64_t kMagic = 0x314B4F5458464246;  // "FBFXTOK1", version in the last byte
constexpr size_t kMinimumSlots = 8;

enum Section : size_t { kBegins, kBytes, kKinds, kSlots, kMerges, kAddedIds, kSpec, kSections };

struct Header {
  uint64_t magic;
  uint64_t sizes[kSections];  // bytes; sections follow the header in this order, each padded to 8
};

uint64_t token_hash(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

size_t merge_hash(uint32_t left, uint32_t right) {
  const uint64_t key = (uint64_t{left} << 32 | right) * 0x9E3779B97F4A7C15u;
  return static_cast<size_t>(key ^ key >> 32);
}

// A power of two with at most half the slots taken.
size_t slot_count(size_t entries) { return std::max(kMinimumSlots, std::bit_ceil(entries * 2)); }

size_t padded(uint64_t bytes) { return static_cast<size_t>((bytes + 7) & ~uint64_t{7}); }

template <typename TextOf>
uint32_t lookup(std::span<const Slot> slots, TextOf&& text_of, std::string_view text) {
  const uint64_t hash = token_hash(text);
  const size_t mask = slots.size() - 1;
  for (size_t at = hash & mask; slots[at].id != kNone; at = (at + 1) & mask) {
    if (slots[at].hash == hash >> 32 && text_of(slots[at].id) == text) return slots[at].id;
  }
  return kNone;
}

const MergeSlot* lookup(std::span<const MergeSlot> merges, uint32_t left, uint32_t right) {
  const size_t mask = merges.size() - 1;
  size_t at = merge_hash(left, right) & mask;
  while (merges[at].rank != kNone && (merges[at].left != left || merges[at].right != right))
    at = (at + 1) & mask;
  return &merges[at];
}

// Fills the tables from a source, checking it as it goes.
class Builder {
 public:
  explicit Builder(const TokenizerSource& source) : source_(source) {}

  std::vector<std::byte> build() {
    reserve_ids();
    for (const auto& token : source_.vocabulary) add_to_vocabulary(token);
    add_added_tokens();
    add_merges();
    return write();
  }

 private:
  [[noreturn]] void fail(std::string what) const {
    throw Error(ErrorKind::kInvalidFile, std::move(what)).file(source_.file);
  }

  // Ids may leave gaps, but not so many that a few tokens make a huge table.
  void reserve_ids() {
    const size_t count = source_.vocabulary.size() + source_.added.size();
    limit_ = static_cast<int64_t>(std::min<size_t>(count, 1u << 28) * 4 + 65536);
    texts_.reserve(count);
    kinds_.reserve(count);
    slots_.assign(slot_count(count), Slot{0, kNone});
  }

  void insert(std::string_view text, int64_t id, uint8_t kind) {
    if (id >= limit_) {
      fail(fmt::format("token \"{}\" has id {}, far beyond the {} tokens there are", text, id,
                       source_.vocabulary.size() + source_.added.size()));
    }
    const size_t index = static_cast<size_t>(id);
    if (index >= kinds_.size()) {
      kinds_.resize(index + 1, 0);
      texts_.resize(index + 1);
    }
    if (kinds_[index])
      fail(fmt::format("tokens \"{}\" and \"{}\" have the same id {}", texts_[index], text, id));
    const uint64_t hash = token_hash(text);
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    for (; slots_[at].id != kNone; at = (at + 1) & mask) {
      if (slots_[at].hash == hash >> 32 && texts_[slots_[at].id] == text) {
        fail(fmt::format("token \"{}\" has two ids, {} and {}", text, slots_[at].id, id));
      }
    }
    slots_[at] = {static_cast<uint32_t>(hash >> 32), static_cast<uint32_t>(id)};
    kinds_[index] = kind;
    texts_[index] = text;
  }

  void add_to_vocabulary(const TokenizerSource::Token& token) { insert(token.text, token.id, kInModel); }

  // An added token that the vocabulary lacks takes the next id after it, whatever the file claims: that is
  // how Hugging Face reads the list. A file that claims another id means something else, so it is refused.
  void add_added_tokens() {
    int64_t next = static_cast<int64_t>(source_.vocabulary.size());
    for (const auto& added : source_.added) {
      if (added.text.empty()) continue;
      const uint32_t found = find(added.text);
      const int64_t id = found == kNone ? next++ : int64_t{found};
      if (added.id && *added.id != id) {
        fail(fmt::format("added token \"{}\" has id {} in the list, but its place in the vocabulary is {}",
                         added.text, *added.id, id));
      }
      if (found == kNone) insert(added.text, id, 0);
      uint8_t& kind = kinds_[static_cast<size_t>(id)];
      const uint8_t merged = static_cast<uint8_t>((kind & kInModel) | kAdded | added.kind);
      if ((kind & kAdded) && kind != merged)
        fail(fmt::format("added token \"{}\" is listed twice", added.text));
      if (!(kind & kAdded)) added_.push_back(static_cast<uint32_t>(id));
      kind = merged;
    }
  }

  void add_merges() {
    const Spec model(source_.spec.at("model"), source_.file, "model");
    const std::string prefix = model.string("continuing_subword_prefix", "");
    if (source_.merges.size() >= kNone / 4) fail("too many merges");
    merges_.assign(slot_count(source_.merges.size()), MergeSlot{0, 0, kNone, 0});
    std::string joined;
    for (size_t rank = 0; rank < source_.merges.size(); rank++) {
      const auto& [left, right] = source_.merges[rank];
      const std::string_view tail = right.substr(std::min(prefix.size(), right.size()));
      joined.assign(left).append(tail);
      const uint32_t a = merge_part(rank, left), b = merge_part(rank, right), to = merge_part(rank, joined);
      auto* slot = const_cast<MergeSlot*>(lookup(std::span<const MergeSlot>(merges_), a, b));
      *slot = {a, b, static_cast<uint32_t>(rank), to};
    }
  }

  uint32_t merge_part(size_t rank, std::string_view text) const {
    const uint32_t id = find(text);
    if (id == kNone || !(kinds_[id] & kInModel)) {
      fail(fmt::format("model.merges[{}] is \"{}\" with \"{}\", but \"{}\" is no token of the vocabulary",
                       rank, source_.merges[rank].left, source_.merges[rank].right, text));
    }
    return id;
  }

  uint32_t find(std::string_view text) const {
    return lookup(std::span<const Slot>(slots_), [&](uint32_t id) { return texts_[id]; }, text);
  }

  std::vector<std::byte> write() const {
    std::vector<uint32_t> begins{0};
    std::string bytes;
    begins.reserve(texts_.size() + 1);
    for (const std::string_view text : texts_) {
      bytes += text;
      if (bytes.size() >= kNone) fail("the tokens are longer than 4 GiB");
      begins.push_back(static_cast<uint32_t>(bytes.size()));
    }
    const std::string spec = source_.spec.dump();
    const std::span<const std::byte> sections[kSections] = {
        std::as_bytes(std::span(begins)), std::as_bytes(std::span(bytes)),   std::as_bytes(std::span(kinds_)),
        std::as_bytes(std::span(slots_)), std::as_bytes(std::span(merges_)), std::as_bytes(std::span(added_)),
        std::as_bytes(std::span(spec))};
    return join(sections);
  }

  static std::vector<std::byte> join(std::span<const std::span<const std::byte>> sections) {
    Header header{kMagic, {}};
    size_t total = sizeof header;
    for (size_t i = 0; i < kSections; i++) total += padded(header.sizes[i] = sections[i].size());
    std::vector<std::byte> block(total);
    size_t at = sizeof header;
    for (const auto section : sections) {
      if (!section.empty()) std::memcpy(block.data() + at, section.data(), section.size());
      at += padded(section.size());
    }
    std::memcpy(block.data(), &header, sizeof header);
    return block;
  }

  const TokenizerSource& source_;
  int64_t limit_ = 0;
  std::vector<std::string_view> texts_;
  std::vector<uint8_t> kinds_;
  std::vector<Slot> slots_;
  std::vector<MergeSlot> merges_;
  std::vector<uint32_t> added_;
};

[[noreturn]] void damaged(std::string_view what) {
  throw Error(ErrorKind::kInvalidFile, fmt::format("a damaged tokenizer block: {}", what));
}

template <typename T>
std::span<const T> typed(std::span<const std::byte> bytes) {
  if (bytes.size() % sizeof(T)) damaged("a section of a wrong size");
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

// A hash table whose size is a power of two and where a search always meets an empty slot.
template <typename T, typename Empty>
void check_table(std::span<const T> table, Empty&& empty) {
  bool some_empty = false;
  for (const T& slot : table) some_empty |= empty(slot);
  if (!std::has_single_bit(table.size()) || !some_empty) damaged("a hash table without an end");
}

}  // namespace

std::vector<std::byte> build_tokenizer_tables(const TokenizerSource& source) {
  return Builder(source).build();
}

TokenizerTables::TokenizerTables(std::vector<std::byte> block) : block_(std::move(block)) {
  Header header;
  if (block_.size() < sizeof header) damaged("too short");
  std::memcpy(&header, block_.data(), sizeof header);
  if (header.magic != kMagic) damaged("another format or version");

  std::span<const std::byte> sections[kSections];
  size_t at = sizeof header;
  for (size_t i = 0; i < kSections; i++) {
    const size_t left = block_.size() - at;
    if (header.sizes[i] > left || padded(header.sizes[i]) > left) damaged("a section past the end");
    sections[i] = std::span(block_).subspan(at, static_cast<size_t>(header.sizes[i]));
    at += padded(header.sizes[i]);
  }
  if (at != block_.size()) damaged("more than its sections");
  const auto as_text = [](std::span<const std::byte> bytes) {
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  begins_ = typed<uint32_t>(sections[kBegins]);
  bytes_ = as_text(sections[kBytes]);
  kinds_ = typed<uint8_t>(sections[kKinds]);
  slots_ = typed<Slot>(sections[kSlots]);
  merges_ = typed<MergeSlot>(sections[kMerges]);
  added_ = typed<uint32_t>(sections[kAddedIds]);
  spec_ = as_text(sections[kSpec]);
  check();
}

void TokenizerTables::check() const {
  const size_t ids = kinds_.size();
  if (begins_.size() != ids + 1 || begins_.back() != bytes_.size() || ids > INT32_MAX)
    damaged("the counts differ");
  bool good = true;
  for (size_t i = 0; i < ids; i++) good &= begins_[i] <= begins_[i + 1];
  for (const Slot& slot : slots_) good &= slot.id == kNone || slot.id < ids;
  for (const MergeSlot& merge : merges_) good &= merge.rank == kNone || merge.result < ids;
  for (const uint32_t id : added_) good &= id < ids;
  if (!good) damaged("an id or offset out of range");
  check_table(slots_, [](const Slot& slot) { return slot.id == kNone; });
  check_table(merges_, [](const MergeSlot& slot) { return slot.rank == kNone; });
}

std::string_view TokenizerTables::text(int32_t id) const {
  if (!exists(id)) return {};
  const size_t index = static_cast<size_t>(id);
  return bytes_.substr(begins_[index], begins_[index + 1] - begins_[index]);
}

std::optional<int32_t> TokenizerTables::find(std::string_view token) const {
  const uint32_t id = lookup(slots_, [&](uint32_t i) { return text(static_cast<int32_t>(i)); }, token);
  if (id == kNone) return std::nullopt;
  return static_cast<int32_t>(id);
}

std::optional<int32_t> TokenizerTables::find_in_model(std::string_view token) const {
  const auto id = find(token);
  return id && (kind(*id) & kInModel) ? id : std::nullopt;
}

std::optional<TokenizerTables::MergeResult> TokenizerTables::merge(int32_t left, int32_t right) const {
  const MergeSlot* slot = lookup(merges_, static_cast<uint32_t>(left), static_cast<uint32_t>(right));
  if (slot->rank == kNone) return std::nullopt;
  return MergeResult{slot->rank, static_cast<int32_t>(slot->result)};
}

}  // namespace fusebox::text
