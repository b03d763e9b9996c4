// TraceCx: what a model is traced with. It makes inputs, weights, modules, constants and scopes.
//
//   TracedProgram traced = trace("main", [&](TraceCx& cx) {
//     Tensor x = cx.input("x", {2, 4}, f32);
//     return cx.module<Mlp>("mlp", checkpoint)(x);
//   });
//
// A TraceCx is a handle on its trace; copies speak of the same one. One trace is one thread's. Every mistake
// is reported by the call that made it, as an Error with the op, the shapes, the module path and the caller's
// line.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fusebox/base/weight_source.h"
#include "fusebox/trace/reflect.h"
#include "fusebox/trace/signature.h"
#include "fusebox/trace/tensor.h"

namespace fusebox {

// What a device wants of the traces made for it.
struct TraceOptions {
  // What float and block-quantised weights are expanded or converted to when they are loaded.
  DType weight_dtype = DType::f32;
  // Matrices of block-quantised weights are not expanded: the program takes the file's blocks.
  bool block_weights = false;
  // The composites that the device knows: "fusebox.attention".
  std::vector<std::string> composites = {};

  bool knows(std::string_view composite) const;
};

// How traces with these options take the weight of that name.
Signature::Parameter weight_parameter(std::string_view name, const WeightInfo& weight,
                                      const TraceOptions& options);

struct InputOptions {
  // The input's memory becomes that of the output of the same name (and shape), and the caller's buffer is
  // gone after the call: how caches are updated in place.
  bool donate = false;
};

struct ModuleOptions {
  // Whether tensors of the checkpoint under the module's path that no field asked for are a mistake.
  bool allow_unexpected = false;
};

// While it lives, ops are attributed to a module path. Ends with its block.
class [[nodiscard]] Scope {
 public:
  Scope(std::shared_ptr<trace_detail::Trace> trace, std::string_view path);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  std::shared_ptr<trace_detail::Trace> trace_;
  std::string previous_;
};

class TraceCx {
 public:
  explicit TraceCx(std::shared_ptr<trace_detail::Trace> trace) : trace_(std::move(trace)) {}

  using Where = std::source_location;

  // An input of the program. Names are unique, those of weights included.
  Tensor input(std::string_view name, Shape shape, InputOptions options = {},
               const Where& where = Where::current());
  Tensor input(std::string_view name, Dims dims, DType dtype, const Where& where = Where::current()) {
    return input(name, Shape{std::move(dims), dtype}, {}, where);
  }

  // One input for each tensor of a struct, vector, optional, … of specs; named name.field.
  template <typename T>
  T inputs(std::string_view name, T specs, InputOptions options = {}, const Where& where = Where::current()) {
    reflect::visit_leaves<Tensor>(specs, [&](std::string_view path, Tensor& leaf) {
      leaf = input(joined(name, path), spec_shape(leaf, path, where), options, where);
    });
    return specs;
  }

  // The tensor of a checkpoint. Asking twice for the same one gives the same parameter. All weights of a
  // program are loaded from one source, by name: a second source may not have tensors of the same names.
  Tensor weight(std::string_view name, const WeightSource& source, const Where& where = Where::current());

  // The blocks of a weight that the program takes as they lie in the file; nothing for any other tensor. The
  // weight itself is their composite "fusebox.expand", f32.
  struct Blocks {
    Tensor bytes;  // ui8 [rows, bytes of a row]
    BlockFormat format;
  };
  std::optional<Blocks> blocks_of(const Tensor& weight) const;

  // Fills a module's tensors from the checkpoint, by field name under `path`, and returns it. Fields that are
  // vectors and still empty grow as far as the checkpoint has elements; optional ones are there if it has
  // them. Error kCheckpoint lists every problem at once: missing, unexpected, of another shape.
  template <typename Module>
  Module module(std::string_view path, Module module, const WeightSource& source, ModuleOptions options = {},
                const Where& where = Where::current());
  template <typename Module>
  Module module(std::string_view path, const WeightSource& source, ModuleOptions options = {},
                const Where& where = Where::current()) {
    return this->module(path, Module{}, source, options, where);
  }

  // Constants. `full` repeats one number; `constant` takes data, row-major.
  Tensor full(Dims dims, Scalar value, DType dtype, const Where& where = Where::current());
  Tensor zeros(Dims dims, DType dtype, const Where& where = Where::current()) {
    return full(std::move(dims), Scalar{int64_t{0}}, dtype, where);
  }
  Tensor scalar(Scalar value, DType dtype, const Where& where = Where::current()) {
    return full({}, value, dtype, where);
  }
  Tensor constant(Shape shape, std::span<const std::byte> data, const Where& where = Where::current());
  Tensor constant(Dims dims, std::span<const float> data, const Where& where = Where::current());
  Tensor constant(Dims dims, std::span<const int32_t> data, const Where& where = Where::current());

  // 0, 1, 2, … along an axis.
  Tensor iota(Dims dims, int64_t axis, DType dtype, const Where& where = Where::current());

  // Ops made while the result lives belong to the module path `name`, under the present one.
  Scope scope(std::string_view name) const;
  // The same for the module that owns this weight: "model.norm" for model.norm.weight.
  Scope scope_of(const Tensor& weight) const;

  const TraceOptions& options() const;
  const std::shared_ptr<trace_detail::Trace>& trace() const { return trace_; }

 private:
  static std::string joined(std::string_view prefix, std::string_view name);
  static Shape spec_shape(const Tensor& spec, std::string_view path, const Where& where);

  std::shared_ptr<trace_detail::Trace> trace_;
};

namespace trace_detail {

std::shared_ptr<Trace> begin(std::string name, const TraceOptions& options);
TracedProgram finish(const std::shared_ptr<Trace>& trace, std::vector<std::pair<std::string, Tensor>> results,
                     const std::source_location& where);
// Ends a trace on every way out, so that tensors that outlive it are known to be stale.
struct Ending {
  std::shared_ptr<Trace> trace;
  ~Ending();
};

}  // namespace trace_detail

// Traces `build`, a function of TraceCx& that returns a Tensor, or a struct or vector of them (one output
// each, named by the fields; "result" for a lone tensor).
template <typename Build>
TracedProgram trace(std::string name, Build&& build, const TraceOptions& options = {},
                    const std::source_location& where = std::source_location::current()) {
  trace_detail::Ending ending{trace_detail::begin(std::move(name), options)};
  TraceCx cx(ending.trace);
  auto result = std::forward<Build>(build)(cx);
  std::vector<std::pair<std::string, Tensor>> outputs;
  reflect::visit_leaves<Tensor>(result, [&](std::string_view path, Tensor& leaf) {
    outputs.emplace_back(path.empty() ? "result" : std::string(path), leaf);
  });
  return trace_detail::finish(ending.trace, std::move(outputs), where);
}

}  // namespace fusebox

#include "fusebox/trace/module.h"
