#include "fusebox/text/pre_tokenizer_split.h"

#include <fmt/format.h>

#include <algorithm>

#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

// A stretch of a piece, all of it match or none.
struct Part {
  size_t begin, end;
  bool match;
};

// The parts of [0, size), matches and what is between them.
void list_parts(size_t size, const std::vector<Match>& matches, bool invert, std::vector<Part>& parts) {
  parts.clear();
  size_t done = 0;
  for (const Match& match : matches) {
    if (done < match.begin) parts.push_back({done, match.begin, invert});
    parts.push_back({match.begin, match.end, !invert});
    done = match.end;
  }
  if (done < size) parts.push_back({done, size, invert});
}

// Joins a part to the one before it if `joins(part, part before)`.
template <typename Joins>
void merge_parts(std::vector<Part>& parts, Joins&& joins) {
  size_t kept = 0;
  bool previous_match = false;
  for (const Part part : parts) {
    if (kept > 0 && joins(part.match, previous_match)) {
      parts[kept - 1].begin = std::min(parts[kept - 1].begin, part.begin);
      parts[kept - 1].end = std::max(parts[kept - 1].end, part.end);
    } else {
      parts[kept++] = part;
    }
    previous_match = part.match;
  }
  parts.resize(kept);
}

}  // namespace

Behavior behavior_of(const Spec& spec) {
  const std::string name = spec.as_string();
  if (name == "Isolated") return Behavior::kIsolated;
  if (name == "Removed") return Behavior::kRemoved;
  if (name == "MergedWithPrevious") return Behavior::kMergedWithPrevious;
  if (name == "MergedWithNext") return Behavior::kMergedWithNext;
  if (name == "Contiguous") return Behavior::kContiguous;
  spec.unsupported(fmt::format("behavior \"{}\"", name));
}

void CharMatcher::find_all(std::string_view text, std::vector<Match>& matches) const {
  matches.clear();
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    if (wanted(next_char(text, at))) matches.push_back({begin, at});
  }
}

void cut(size_t begin, size_t end, const std::vector<Match>& matches, Behavior behavior, bool invert,
         std::vector<Pieces::Range>& out) {
  thread_local std::vector<Part> parts;
  list_parts(end - begin, matches, invert, parts);
  const auto first_match = [](bool match, bool previous_match) { return match && !previous_match; };
  switch (behavior) {
    case Behavior::kIsolated: break;
    case Behavior::kRemoved: std::erase_if(parts, [](const Part& part) { return part.match; }); break;
    case Behavior::kMergedWithPrevious: merge_parts(parts, first_match); break;
    case Behavior::kMergedWithNext:
      std::ranges::reverse(parts);
      merge_parts(parts, first_match);
      std::ranges::reverse(parts);
      break;
    case Behavior::kContiguous:
      merge_parts(parts, [](bool match, bool previous) { return match == previous; });
      break;
  }
  for (const Part& part : parts) {
    if (part.begin < part.end) out.push_back({begin + part.begin, begin + part.end});
  }
}

}  // namespace fusebox::text
