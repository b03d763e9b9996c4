#include <fmt/format.h>

#include <unordered_map>

#include "fusebox/base/error.h"
#include "fusebox/base/nearest_names.h"
#include "fusebox/base/quoted.h"
#include "fusebox/checkpoint/checkpoint.h"

namespace fusebox {
namespace {

constexpr size_t kMaxSuggestions = 100;  // finding near names is quadratic

std::string stored_as(const WeightInfo& weight) {
  return std::string(weight.format ? info(*weight.format).name : name(weight.shape.dtype));
}

// Whether `read` makes the wanted type out of the stored one.
bool converts(const WeightInfo& stored, const WeightInfo& wanted) {
  const DType to = wanted.shape.dtype;
  return !wanted.format && (stored.format || is_float(stored.shape.dtype)) &&
         (to == DType::f32 || to == DType::bf16 || to == DType::f16);
}

class Checker {
 public:
  Checker(const WeightSource& source, const CheckOptions& options) : options_(options) {
    report_.source = source.description();
    stored_ = source.weights();
    for (const WeightInfo& weight : stored_) {
      names_.push_back(weight.name);
      unclaimed_.emplace(weight.name, &weight);
    }
    by_name_ = unclaimed_;
  }

  void check(const WeightInfo& wanted) {
    const auto found = by_name_.find(wanted.name);
    if (found == by_name_.end()) return report_missing(wanted);
    unclaimed_.erase(wanted.name);
    const WeightInfo& stored = *found->second;
    if (stored.shape.dims != wanted.shape.dims)
      add(WeightProblemKind::kWrongShape, wanted.name, "wrong shape",
          fmt::format("is {}, want {}", to_string(stored.shape.dims), to_string(wanted.shape.dims)));
    const bool same = stored.format == wanted.format && stored.shape.dtype == wanted.shape.dtype;
    if (!same && !(options_.allow_conversion && converts(stored, wanted)))
      add(WeightProblemKind::kWrongDType, wanted.name, "wrong dtype",
          fmt::format("is {}, want {}", stored_as(stored), stored_as(wanted)));
  }

  CheckpointReport finish() {
    if (!options_.allow_unexpected)
      for (const WeightInfo& weight : stored_)
        if (unclaimed_.contains(weight.name))
          add(WeightProblemKind::kUnexpected, weight.name, "unexpected", to_string(weight.shape));
    return std::move(report_);
  }

 private:
  void report_missing(const WeightInfo& wanted) {
    const std::string near = missing_++ < kMaxSuggestions ? did_you_mean(wanted.name, names_) : "";
    add(WeightProblemKind::kMissing, wanted.name, "missing", to_string(wanted.shape) + near);
  }

  void add(WeightProblemKind kind, std::string_view name, std::string_view what, std::string_view detail) {
    report_.problems.push_back(
        {kind, std::string(name), fmt::format("{}: {} {}", what, quoted(name), detail)});
  }

  const CheckOptions& options_;
  CheckpointReport report_;
  std::vector<WeightInfo> stored_;
  std::vector<std::string_view> names_;
  std::unordered_map<std::string_view, const WeightInfo*> by_name_, unclaimed_;
  size_t missing_ = 0;
};

}  // namespace

CheckpointReport check_weights(const WeightSource& source, std::span<const WeightInfo> wanted,
                               const CheckOptions& options) {
  Checker checker(source, options);
  for (const WeightInfo& weight : wanted) checker.check(weight);
  return checker.finish();
}

void CheckpointReport::throw_if_bad() const {
  if (ok()) return;
  std::string list;
  for (const WeightProblem& problem : problems) list += "\n    " + problem.message;
  throw Error(ErrorKind::kCheckpoint, fmt::format("the checkpoint does not fit the model ({} problem{}):{}",
                                                  problems.size(), problems.size() == 1 ? "" : "s", list))
      .file(source);
}

}  // namespace fusebox
