#include "fusebox/trace/module.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fusebox/base/error.h"
#include "fusebox/base/nearest_names.h"

namespace fusebox::trace_detail {

WeightBinder::WeightBinder(TraceCx& cx, const WeightSource& source, const std::source_location& where)
    : cx_(cx), source_(source), where_(where) {
  for (const WeightInfo& weight : source.weights()) {
    const std::string& name = weight.name;
    names_.insert(name);
    for (size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
      prefixes_.insert(name.substr(0, dot));
  }
}

bool WeightBinder::has_below(const std::string& path) const { return prefixes_.contains(path); }

void WeightBinder::bind(const std::string& name, Tensor& leaf) {
  if (!names_.contains(name)) {
    const std::vector<std::string_view> names(names_.begin(), names_.end());
    problems_.push_back(fmt::format("missing: {}{}", name, did_you_mean(name, names)));
    return;
  }
  bound_.insert(name);
  const Shape found = source_.find(name)->shape;
  if (leaf.spec_dims() && *leaf.spec_dims() != found.dims) {
    problems_.push_back(fmt::format("wrong shape: {} is {}, want {}", name, to_string(found.dims),
                                    to_string(*leaf.spec_dims())));
    return;
  }
  Tensor weight = cx_.weight(name, source_, where_);
  if (leaf.spec_dtype() && *leaf.spec_dtype() != weight.dtype()) {
    problems_.push_back(fmt::format("wrong dtype: {} is {}, want {}", name, fusebox::name(weight.dtype()),
                                    fusebox::name(*leaf.spec_dtype())));
    return;
  }
  leaf = std::move(weight);
}

void WeightBinder::finish(std::string_view path, bool allow_unexpected) {
  if (!allow_unexpected) {
    const std::string prefix = path.empty() ? "" : std::string(path) + ".";
    for (const WeightInfo& weight : source_.weights())
      if (weight.name.starts_with(prefix) && !bound_.contains(weight.name))
        problems_.push_back(fmt::format("unexpected: {} {}", weight.name, to_string(weight.shape)));
  }
  if (problems_.empty()) return;
  throw Error(ErrorKind::kCheckpoint,
              fmt::format("the checkpoint does not fit the module ({} problem{}):\n    {}", problems_.size(),
                          problems_.size() == 1 ? "" : "s", fmt::join(problems_, "\n    ")))
      .op("module")
      .file(source_.description())
      .module(path)
      .at(where_);
}

}  // namespace fusebox::trace_detail
