#include "apps/divergence.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fusebox::apps {
namespace {

struct Distribution {
  explicit Distribution(std::span<const float> of)
      : logits(of), largest(std::ranges::max_element(of) - of.begin()), offset(logits[place()]) {
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - offset);
    offset += std::log(sum);
  }
  size_t place() const { return static_cast<size_t>(largest); }
  double log_prob(size_t token) const { return logits[token] - offset; }

  std::span<const float> logits;
  ptrdiff_t largest;
  double offset;
};

}  // namespace

double log_prob(std::span<const float> logits, size_t token) { return Distribution(logits).log_prob(token); }

void Divergence::add(std::span<const float> right, std::span<const float> other, size_t vocabulary) {
  for (size_t row = 0; row + vocabulary <= right.size(); row += vocabulary) {
    const Distribution p(right.subspan(row, vocabulary)), q(other.subspan(row, vocabulary));
    double sum = 0;
    for (size_t token = 0; token < vocabulary; ++token)
      sum += std::exp(p.log_prob(token)) * (p.log_prob(token) - q.log_prob(token));
    values_.push_back(sum);
    same_ += p.largest == q.largest ? 1 : 0;
  }
}

double Divergence::mean() const {
  return std::accumulate(values_.begin(), values_.end(), 0.0) / static_cast<double>(tokens());
}

double Divergence::quantile(double share) const {
  std::vector<double> sorted = values_;
  std::ranges::sort(sorted);
  return sorted[static_cast<size_t>(std::lround(share * static_cast<double>(sorted.size() - 1)))];
}

double Divergence::same_choice() const { return static_cast<double>(same_) / static_cast<double>(tokens()); }

}  // namespace fusebox::apps
