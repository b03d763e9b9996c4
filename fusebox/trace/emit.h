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

#include "fusebox/hlo/builder.h"
#include "fusebox/hlo/program.h"
#include "fusebox/trace/signature.h"
#include "fusebox/trace/tensor.h"
#include "fusebox/trace/trace_cx.h"

namespace fusebox {

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
  Signature signature;
  std::vector<bool> donated;  // per parameter
  std::map<std::pair<const WeightSource*, std::string>, hlo::Value*> weights;
  TraceOptions options;
  bool open = true;
};

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
std::vector<Tensor> results_of(const std::shared_ptr<Trace>& trace, hlo::Op* op);

// Traces a region: its arguments have these shapes, `body` gets them and returns what the region returns.
// With `captures` it may use values from around it.
std::unique_ptr<hlo::Block> trace_region(const std::shared_ptr<Trace>& trace, const std::vector<Shape>& arguments,
                                         bool captures,
                                         const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body);

// Traces a private function of that name, once; the name of the function that has it. A second call with
// the same name does not run `body`.
void trace_function(const std::shared_ptr<Trace>& trace, const std::string& name, const std::vector<Shape>& arguments,
                    const std::function<std::vector<Tensor>(const std::vector<Tensor>&)>& body);

// The tensor of an argument; a number becomes a scalar constant of dtype `like`. Error kDTypeMismatch for a
// fraction where `like` is an integer type, kInvalidArgument for an integer that does not fit.
Tensor materialize(const Arg& arg, const std::shared_ptr<Trace>& trace, DType like, std::string_view op);

// The tensor of an argument that must be one: a traced tensor, not a number, not empty.
const Tensor& tensor_of(const Arg& arg, std::string_view op);

// An Error about `op`, with the module path and the caller's line filled in.
Error trace_error(const std::shared_ptr<Trace>& trace, ErrorKind kind, std::string_view op, std::string message,
                  const std::source_location& where);

// One element of `dtype` with this value, little endian, exactly rounded.
std::vector<std::byte> scalar_bytes(const Scalar& value, DType dtype);

}  // namespace fusebox
