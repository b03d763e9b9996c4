// How cx.module fills a module: a walk over its fields that turns each tensor into a weight of the checkpoint
// and collects every problem before it throws. Included by trace_cx.h; not for use on its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <vector>

#include "fusebox/base/weight_problems.h"
#include "fusebox/trace/reflect.h"
#include "fusebox/trace/trace_cx.h"

namespace fusebox::trace_detail {

// The part of the walk that does not depend on the module's type.
class WeightBinder {
 public:
  WeightBinder(TraceCx& cx, const WeightSource& source, const std::source_location& where);

  // Makes `leaf` the weight `name`, or notes what is wrong with it.
  void bind(const std::string& name, Tensor& leaf);
  // Whether the checkpoint has that tensor, or any below that path.
  bool has(const std::string& name) const { return names_.contains(name); }
  bool has_below(const std::string& path) const;
  // Throws one Error kCheckpoint if there was any problem, unexpected tensors under `path` included.
  void finish(std::string_view path, bool allow_unexpected);

 private:
  TraceCx& cx_;
  const WeightSource& source_;
  std::source_location where_;
  std::unordered_set<std::string> names_, prefixes_, bound_;
  WeightProblems problems_;
};

// Whether a T is, or holds, another T behind a pointer: a list, a tree.
template <typename T>
inline constexpr bool is_recursive = reflect::detail::contains<T, std::unique_ptr<T>, false>(nullptr);

// What the walk does before it enters something that may hold tensors: optional ones are there if the
// checkpoint has them, empty vectors grow as far as it has elements, pointers are filled (those of recursive
// types as far as it has something for them: they would never end).
struct FillHolders {
  const WeightBinder& binder;

  // Whether the checkpoint has anything for a T at this path.
  template <typename T>
  bool has(const std::string& path) const {
    return std::is_base_of_v<Tensor, T> ? binder.has(path) : binder.has_below(path);
  }

  template <typename T>
  void operator()(std::string_view path, std::optional<T>& field) const {
    if (!has<T>(std::string(path)))
      field.reset();
    else if (!field)
      field.emplace();
  }
  template <typename T>
  void operator()(std::string_view path, std::unique_ptr<T>& field) const {
    if (!field && (!is_recursive<T> || has<T>(std::string(path)))) field = std::make_unique<T>();
  }
  template <typename T>
  void operator()(std::string_view path, std::vector<T>& field) const {
    if (!field.empty()) return;
    while (has<T>(std::string(path) + "." + std::to_string(field.size()))) field.emplace_back();
  }
  template <typename T>
  void operator()(std::string_view, T&) const {}
};

}  // namespace fusebox::trace_detail

namespace fusebox {

template <typename Module>
Module TraceCx::module(std::string_view path, Module module, const WeightSource& source,
                       ModuleOptions options, const Where& where) {
  trace_detail::WeightBinder binder(*this, source, where);
  reflect::visit_leaves<Tensor>(
      module, path, [&](std::string_view name, Tensor& leaf) { binder.bind(std::string(name), leaf); },
      trace_detail::FillHolders{binder});
  binder.finish(path, options.allow_unexpected);
  return module;
}

}  // namespace fusebox
