#include "fusebox/trace/composite.h"

#include <fmt/format.h>

#include "fusebox/base/error.h"
#include "fusebox/trace/emit.h"

namespace fusebox {

using trace_detail::Trace;

namespace {

std::vector<Shape> shapes_of(const std::vector<Tensor>& tensors) {
  std::vector<Shape> shapes;
  for (const Tensor& tensor : tensors) shapes.push_back(tensor.shape());
  return shapes;
}

// The name of the decomposition's function; a new one for a composite that the trace has not had.
std::string function_for(Trace& trace, TracedComposite wanted) {
  for (const TracedComposite& known : trace.composites)
    if (known.name == wanted.name && known.version == wanted.version && known.inputs == wanted.inputs &&
        known.attributes == wanted.attributes && trace.program.find(known.function))
      return known.function;
  wanted.function = fmt::format("{}.impl", wanted.name);
  for (int n = 1; trace.program.find(wanted.function); ++n)
    wanted.function = fmt::format("{}.impl_{}", wanted.name, n);
  trace.composites.push_back(std::move(wanted));
  return trace.composites.back().function;
}

// The decomposition's function, if it is finished: one that is still being traced has no return.
const hlo::Function& finished(const Trace& trace, const std::string& name) {
  const hlo::Function& function = *trace.program.find(name);
  if (function.body.ops.empty() || function.body.ops.back()->code != hlo::OpCode::return_)
    throw Error(ErrorKind::kInvalidArgument, "the decomposition contains this very composite");
  return function;
}

}  // namespace

std::vector<Tensor> composite(std::string_view name, const hlo::AttributeDict& attributes,
                              const std::vector<Tensor>& inputs, const Decomposition& decomposition,
                              int64_t version, const std::source_location& where) {
  const std::vector<Shape> shapes = in_op(name, inputs, where, [&] { return shapes_of(inputs); });
  const std::shared_ptr<Trace>& trace = inputs[0].trace();
  const std::string function = function_for(*trace, {std::string(name), version, shapes, attributes, ""});
  trace_function(trace, function, shapes, decomposition, where);
  return in_op(name, inputs, where, [&] {
    std::vector<Shape> results;
    for (const hlo::Value* value : finished(*trace, function).body.returned())
      results.push_back(value->shape);
    hlo::Attributes all{{"name", std::string(name)},
                        {"composite_attributes", attributes},
                        {"decomposition", hlo::SymbolRef{function}},
                        {"version", version}};
    return results_of(trace,
                      emit_op(hlo::OpCode::composite, inputs, std::move(all), std::move(results), {}, where));
  });
}

std::vector<Tensor> composite_if_known(std::string_view name, const hlo::AttributeDict& attributes,
                                       const std::vector<Tensor>& inputs,
                                       const Decomposition& decomposition) {
  const bool known = in_op(name, inputs, std::source_location::current(),
                           [&] { return inputs[0].cx().options().knows(name); });
  return known ? composite(name, attributes, inputs, decomposition) : decomposition(inputs);
}

}  // namespace fusebox
