#include "fusebox/trace/module.h"

namespace fusebox::trace_detail {

WeightBinder::WeightBinder(TraceCx& cx, const WeightSource& source, const std::source_location& where)
    : cx_(cx), source_(source), where_(where), problems_(source) {
  for (const WeightInfo& weight : source.weights()) {
    const std::string& name = weight.name;
    names_.insert(name);
    for (size_t dot = name.find('.'); dot != std::string::npos; dot = name.find('.', dot + 1))
      prefixes_.insert(name.substr(0, dot));
  }
}

bool WeightBinder::has_below(const std::string& path) const { return prefixes_.contains(path); }

void WeightBinder::bind(const std::string& name, Tensor& leaf) {
  if (!names_.contains(name)) return problems_.missing(name);
  bound_.insert(name);
  const Shape found = source_.find(name)->shape;
  if (leaf.spec_dims() && *leaf.spec_dims() != found.dims)
    return problems_.wrong_shape(name, found.dims, *leaf.spec_dims());
  Tensor weight = cx_.weight(name, source_, where_);
  if (leaf.spec_dtype() && *leaf.spec_dtype() != weight.dtype())
    return problems_.wrong_dtype(name, weight.dtype(), *leaf.spec_dtype());
  leaf = std::move(weight);
}

void WeightBinder::finish(std::string_view path, bool allow_unexpected) {
  if (!allow_unexpected) {
    const std::string prefix = path.empty() ? "" : std::string(path) + ".";
    for (const WeightInfo& weight : source_.weights())
      if (weight.name.starts_with(prefix) && !bound_.contains(weight.name)) problems_.unexpected(weight);
  }
  if (!problems_.empty())
    throw problems_.error("the checkpoint does not fit the module").op("module").module(path).at(where_);
}

}  // namespace fusebox::trace_detail
