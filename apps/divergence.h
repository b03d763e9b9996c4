// Divergence: how far the predictions of one model are from those of another that is taken for right.
//
//   KL = Σ p ln(p / q) over the vocabulary, p the right one's probability: in nats per token, 0 if they
//   agree.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace fusebox::apps {

// Of a token after which these are the logits; natural.
double log_prob(std::span<const float> logits, size_t token);

class Divergence {
 public:
  // The logits of both after the same tokens, of the right one first: any number of rows of `vocabulary`.
  void add(std::span<const float> right, std::span<const float> other, size_t vocabulary);

  size_t tokens() const { return values_.size(); }
  double mean() const;
  double quantile(double share) const;  // quantile(1): the largest; of at least one token
  double same_choice() const;           // the share of tokens after which both find the same one likeliest

 private:
  std::vector<double> values_;
  size_t same_ = 0;
};

}  // namespace fusebox::apps
