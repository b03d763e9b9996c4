#include "fusebox/base/weight_problems.h"

#include <fmt/format.h>

#include "fusebox/base/nearest_names.h"
#include "fusebox/base/quoted.h"

namespace fusebox {
namespace {

constexpr size_t kMostListed = 100;  // more are not read; and finding near names is quadratic

}  // namespace

void WeightProblems::missing(std::string_view name) {
  if (count_ >= kMostListed) return add({});
  if (names_.empty()) {
    known_ = source_.weights();
    for (const WeightInfo& weight : known_) names_.push_back(weight.name);
  }
  add(fmt::format("missing: {}{}", quoted(name), did_you_mean(name, names_)));
}

void WeightProblems::wrong_shape(std::string_view name, std::span<const int64_t> got,
                                 std::span<const int64_t> want) {
  add(fmt::format("wrong shape: {} is {}, want {}", quoted(name), to_string(got), to_string(want)));
}

void WeightProblems::wrong_dtype(std::string_view name, DType got, DType want) {
  add(fmt::format("wrong dtype: {} is {}, want {}", quoted(name), fusebox::name(got), fusebox::name(want)));
}

void WeightProblems::unexpected(const WeightInfo& weight) {
  add(fmt::format("unexpected: {} {}", quoted(weight.name), to_string(weight.shape)));
}

void WeightProblems::add(std::string_view problem) {
  if (count_++ < kMostListed) list_.append("\n    ").append(problem);
}

Error WeightProblems::error(std::string_view summary) const {
  const std::string rest =
      count_ > kMostListed ? fmt::format("\n    … and {} more", count_ - kMostListed) : "";
  return Error(ErrorKind::kCheckpoint,
               fmt::format("{} ({} problem{}):{}{}", summary, count_, count_ == 1 ? "" : "s", list_, rest))
      .file(source_.description());
}

}  // namespace fusebox
