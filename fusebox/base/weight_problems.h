// WeightProblems: what is wrong between the weights that are wanted and those that a source has, told all at
// once.
//
//   WeightProblems problems(checkpoint);
//   if (!checkpoint.find(name)) problems.missing(name);
//   …
//   if (!problems.empty()) throw problems.error("the checkpoint does not fit the module");
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/error.h"
#include "fusebox/base/weight_source.h"

namespace fusebox {

class WeightProblems {
 public:
  // `source` must live as long as this.
  explicit WeightProblems(const WeightSource& source) : source_(source) {}

  // With the nearest names that the source has.
  void missing(std::string_view name);
  void wrong_shape(std::string_view name, std::span<const int64_t> got, std::span<const int64_t> want);
  void wrong_dtype(std::string_view name, DType got, DType want);
  void unexpected(const WeightInfo& weight);

  bool empty() const { return count_ == 0; }
  // Error kCheckpoint of the source's file: `summary`, how many problems there are, and each on a line of its
  // own (the first hundred).
  Error error(std::string_view summary) const;

 private:
  // Puts it on the list, if that is not full.
  void add(std::string_view problem);

  const WeightSource& source_;
  std::vector<WeightInfo> known_;  // asked for when first a name is missing
  std::vector<std::string_view> names_;
  std::string list_;
  size_t count_ = 0;
};

}  // namespace fusebox
