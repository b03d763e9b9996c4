// emit: how the op functions of this folder put ops into the trace. Not for models.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fusebox/base/error.h"
#include "fusebox/hlo/builder.h"
#include "fusebox/hlo/program.h"
#include "fusebox/trace/signature.h"
#include "fusebox/trace/tensor.h"
#include "fusebox/trace/trace_cx.h"

namespace fusebox {

// A call of an op function from a model: what its ops and errors are attributed to.
struct OpCall {
  std::string_view name;
  std::source_location where;
};

// A composite that the trace has had, and the function that decomposes it.
struct TracedComposite {
  std::string name;
  int64_t version;
  std::vector<Shape> inputs;
  hlo::AttributeDict attributes;
  std::string function;
};

namespace trace_detail {

// The state of one trace.
class Trace {
 public:
  Trace(std::string name, const TraceOptions& trace_options);

  hlo::Block& block() { return *open_blocks.back().block; }

  struct OpenBlock {
    hlo::Block* block;
    bool captures;  // whether values of the blocks around it may be used in it
  };

  hlo::Program program;
  hlo::Function* main;
  std::vector<OpenBlock> open_blocks;  // innermost last
  std::string scope;                   // the module path set by Scope objects
  std::optional<OpCall> call;          // the op function that runs now, the outermost
  Signature signature;
  std::vector<bool> donated;  // per parameter
  std::map<std::pair<const WeightSource*, std::string>, hlo::Value*> weights;
  std::map<const hlo::Value*, hlo::Value*> blocks;  // of expanded weights: the parameter behind each
  std::vector<TracedComposite> composites;
  TraceOptions options;
  bool open = true;
};

}  // namespace trace_detail

// Appends one op. All operands must be usable here: of one open trace, in a visible block. The op's scope is
// the current one, or, where none is open, what the scopes of its operands share.
hlo::Op* emit_op(hlo::OpCode code, const std::vector<Tensor>& operands, hlo::Attributes attributes,
                 std::vector<Shape> declared, std::vector<std::unique_ptr<hlo::Block>> regions,
                 const std::source_location& where);
Tensor emit(hlo::OpCode code, const std::vector<Tensor>& operands, hlo::Attributes attributes,
            std::vector<Shape> declared, const std::source_location& where);
inline Tensor emit(hlo::OpCode code, const std::vector<Tensor>& operands, const std::source_location& where) {
  return emit(code, operands, {}, {}, where);
}
// All results of an op as tensors.
std::vector<Tensor> results_of(const std::shared_ptr<trace_detail::Trace>& trace, hlo::Op* op);

// Traces a region: its arguments have these shapes, `body` gets them and returns what the region returns.
// With `captures` it may use values from around it.
using RegionBody = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;
std::unique_ptr<hlo::Block> trace_region(const std::shared_ptr<trace_detail::Trace>& trace,
                                         const std::vector<Shape>& arguments, bool captures,
                                         const RegionBody& body,
                                         const std::source_location& where = std::source_location::current());

// Traces a private function of that name, once: a second call with the same name does not run `body`. There
// is none if `body` throws.
void trace_function(const std::shared_ptr<trace_detail::Trace>& trace, const std::string& name,
                    const std::vector<Shape>& arguments, const RegionBody& body,
                    const std::source_location& where = std::source_location::current());

// Runs `body` as the op `name` of a model. All the ops that it makes carry the line of the first argument,
// and its errors the name, module path and line, also where it calls other op functions: the outermost call
// counts. One argument must be a tensor, all tensors must be of one open trace. `body` takes nothing.
//
//   Tensor relu(const Arg& x) {
//     return in_op("relu", {x}, [&] { return maximum(x, 0); });
//   }
//
// A body must not run a model's own functions (a loop's body, a branch): their ops and errors are theirs.
template <typename Body>
auto in_op(std::string_view name, const std::vector<Arg>& args, Body&& body);
// The same for functions of many tensors.
template <typename Body>
auto in_op(std::string_view name, const std::vector<Tensor>& tensors, const std::source_location& where,
           Body&& body);

// The tensor of an argument; a number becomes a constant of dtype `like` that fills `dims`. Error
// kDTypeMismatch for a fraction where `like` is an integer type, kInvalidArgument for an integer that does
// not fit.
Tensor materialize(const Arg& arg, const std::shared_ptr<trace_detail::Trace>& trace, DType like,
                   const Dims& dims = {});

// The tensor of an argument that must be one: a traced tensor, not a number, not empty.
const Tensor& tensor_of(const Arg& arg);

// An Error about `op`, with the module path and the caller's line filled in.
Error trace_error(const std::shared_ptr<trace_detail::Trace>& trace, ErrorKind kind, std::string_view op,
                  std::string message, const std::source_location& where);

// One element of `dtype` with this value, little endian, exactly rounded.
std::vector<std::byte> scalar_bytes(const Scalar& value, DType dtype);

namespace trace_detail {

// While it lives, `name` is the op that is called, unless one is already.
class OpCallGuard {
 public:
  OpCallGuard(std::string_view name, const std::vector<Arg>& args);
  ~OpCallGuard();
  OpCallGuard(const OpCallGuard&) = delete;
  OpCallGuard& operator=(const OpCallGuard&) = delete;

  // Says in the error which op failed, and where.
  void describe(Error& error) const;

 private:
  std::shared_ptr<Trace> trace_;
  std::string_view name_;
  std::source_location where_;
  std::string scope_;
  bool outermost_;
};

}  // namespace trace_detail

template <typename Body>
auto in_op(std::string_view name, const std::vector<Arg>& args, Body&& body) {
  const trace_detail::OpCallGuard guard(name, args);
  try {
    return std::forward<Body>(body)();
  } catch (Error& error) {
    guard.describe(error);
    throw;
  }
}

template <typename Body>
auto in_op(std::string_view name, const std::vector<Tensor>& tensors, const std::source_location& where,
           Body&& body) {
  if (tensors.empty())
    throw Error(ErrorKind::kInvalidArgument, "got no tensors, want at least one").op(name).at(where);
  std::vector<Arg> args;
  for (const Tensor& tensor : tensors) args.emplace_back(tensor, where);
  return in_op(name, args, std::forward<Body>(body));
}

}  // namespace fusebox
