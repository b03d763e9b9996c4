#include "fusebox/base/nearest_names.h"

#include <algorithm>
#include <numeric>

#include "fusebox/base/quoted.h"

namespace fusebox {
namespace {

constexpr size_t kLongest = 200;  // longer names are compared no further: the work is the product of lengths

// The edit distance, or `limit` + 1 once it is known to be larger.
size_t edit_distance(std::string_view a, std::string_view b, size_t limit) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0], best = row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
      best = std::min(best, row[j + 1]);
    }
    if (best > limit) return limit + 1;
  }
  return row.back();
}

}  // namespace

std::vector<std::string_view> nearest_names(std::string_view wanted, std::span<const std::string_view> names,
                                            size_t count) {
  const size_t limit = std::min(wanted.size(), kLongest) / 3 + 1;
  std::vector<std::pair<size_t, std::string_view>> near;
  for (const std::string_view name : names) {
    const size_t distance = edit_distance(wanted.substr(0, kLongest), name.substr(0, kLongest), limit);
    if (distance <= limit) near.emplace_back(distance, name);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> best;
  for (size_t i = 0; i < std::min(count, near.size()); ++i) best.push_back(near[i].second);
  return best;
}

std::string did_you_mean(std::string_view wanted, std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : nearest_names(wanted, names))
    text += (text.empty() ? "; did you mean " : " or ") + quoted(name);
  return text.empty() ? text : text + "?";
}

}  // namespace fusebox
