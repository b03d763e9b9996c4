#include "fusebox/text/tokenizer_added.h"

#include "fusebox/text/tokenizer_unicode.h"

namespace fusebox::text {

void AddedTokens::add(std::string_view text, int32_t id) {
  int32_t parent = kNoNode;
  for (const char c : text) {
    const uint8_t byte = static_cast<uint8_t>(c);
    int32_t node = parent == kNoNode ? roots_[byte] : nodes_[static_cast<size_t>(parent)].child;
    while (node != kNoNode && nodes_[static_cast<size_t>(node)].byte != byte) {
      node = nodes_[static_cast<size_t>(node)].sibling;
    }
    if (node == kNoNode) {
      node = static_cast<int32_t>(nodes_.size());
      nodes_.push_back({byte});
      int32_t& first = parent == kNoNode ? roots_[byte] : nodes_[static_cast<size_t>(parent)].child;
      nodes_.back().sibling = first;
      first = node;
    }
    parent = node;
  }
  nodes_[static_cast<size_t>(parent)].id = id;
}

std::optional<AddedTokens::Found> AddedTokens::longest(std::string_view text, size_t at) const {
  std::optional<Found> found;
  int32_t node = roots_[static_cast<uint8_t>(text[at])];
  while (node != kNoNode) {
    const Node& here = nodes_[static_cast<size_t>(node)];
    at++;
    if (here.id >= 0) found = Found{at, here.id};
    if (at == text.size()) break;
    node = here.child;
    while (node != kNoNode && nodes_[static_cast<size_t>(node)].byte != static_cast<uint8_t>(text[at])) {
      node = nodes_[static_cast<size_t>(node)].sibling;
    }
  }
  return found;
}

void AddedTokens::split(std::string_view text, bool parse_special,
                        const std::function<void(std::string_view, std::optional<int32_t>)>& found) const {
  size_t done = 0;
  for (size_t at = 0; at < text.size();) {
    const auto match = roots_[static_cast<uint8_t>(text[at])] == kNoNode ? std::nullopt : longest(text, at);
    if (!match) {
      at++;
      continue;
    }
    size_t begin = at, end = match->end;
    at = match->end;
    const uint8_t kind = tables_.kind(match->id);
    if ((kind & kSpecial) && !parse_special) continue;
    if ((kind & kSingleWord) && (ends_with_word(text.substr(0, begin)) || begins_with_word(text.substr(end))))
      continue;
    // A right strip may already have taken what a left strip, or even this token, would.
    if (kind & kLeftStrip) begin = std::max(begin - space_at_end(text.substr(0, begin)), done);
    if (kind & kRightStrip) end += space_at_begin(text.substr(end));
    if (done < begin) found(text.substr(done, begin - done), std::nullopt);
    found(text.substr(begin, end - begin), match->id);
    done = end;
  }
  if (done < text.size()) found(text.substr(done), std::nullopt);
}

}  // namespace fusebox::text
