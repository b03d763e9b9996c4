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
  std::vector<std::string> problems_;
};

inline std::string child(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

template <typename T>
void fill(WeightBinder& binder, const std::string& path, T& field);

template <typename T>
void fill(WeightBinder& binder, const std::string& path, std::optional<T>& field) {
  const bool there = std::is_same_v<T, Tensor> ? binder.has(path) : binder.has_below(path);
  if (!there) {
    field.reset();
    return;
  }
  if (!field) field.emplace();
  fill(binder, path, *field);
}

template <typename T>
void fill(WeightBinder& binder, const std::string& path, std::unique_ptr<T>& field) {
  if (!field) field = std::make_unique<T>();
  fill(binder, path, *field);
}

template <typename T>
void fill(WeightBinder& binder, const std::string& path, std::vector<T>& field) {
  if (field.empty()) {
    for (size_t i = 0; std::is_same_v<T, Tensor> ? binder.has(child(path, std::to_string(i)))
                                                 : binder.has_below(child(path, std::to_string(i)));
         ++i)
      field.emplace_back();
  }
  for (size_t i = 0; i < field.size(); ++i) fill(binder, child(path, std::to_string(i)), field[i]);
}

template <typename T, size_t N>
void fill(WeightBinder& binder, const std::string& path, std::array<T, N>& field) {
  for (size_t i = 0; i < N; ++i) fill(binder, child(path, std::to_string(i)), field[i]);
}

template <typename T>
void fill(WeightBinder& binder, const std::string& path, T& field) {
  if constexpr (std::is_same_v<T, Tensor>)
    binder.bind(path, field);
  else if constexpr (reflect::contains_v<T, Tensor>)
    reflect::for_each_field(field, [&](std::string_view name, auto& part) { fill(binder, child(path, name), part); });
}

}  // namespace fusebox::trace_detail

namespace fusebox {

template <typename Module>
Module TraceCx::module(std::string_view path, Module module, const WeightSource& source, ModuleOptions options,
                       const Where& where) {
  trace_detail::WeightBinder binder(*this, source, where);
  trace_detail::fill(binder, std::string(path), module);
  binder.finish(path, options.allow_unexpected);
  return module;
}

}  // namespace fusebox
