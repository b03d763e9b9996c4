#include "cpu/compiler/plan/kernel_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "cpu/compiler/custom_calls.h"

namespace fusebox::cpu {
namespace {

constexpr std::array<std::string_view, 8> kKindNames = {"map",  "reduce",  "update", "dot",
                                                        "sort", "scatter", "window", "custom"};
constexpr size_t kMostNamedOps = 4;

}  // namespace

std::string KernelSpec::key() const {
  std::string key =
      fmt::format("{} {} {}", kKindNames[static_cast<size_t>(kind)], fmt::join(roots, ","), expression.key());
  for (const Shape& shape : outputs) key += to_string(shape);
  if (op) key += attributes_key(*op);
  if (combiner) key += fmt::format("|{} {}", combiner->key(), fmt::join(combiner_results, ","));
  return key;
}

std::string KernelSpec::name() const {
  std::string name(kind == Kind::kCustom ? custom_name(*op).substr(kCustomPrefix.size())
                                         : kKindNames[static_cast<size_t>(kind)]);
  size_t named = 0;
  for (const Node& node : expression.nodes())
    if (node.op && is_elementwise(node.op->code) && named++ < kMostNamedOps)
      name += fmt::format("_{}", hlo::name(node.op->code));
  return named > kMostNamedOps ? name + "_etc" : name;
}

}  // namespace fusebox::cpu
