#include "fusebox/trace/trace_cx.h"

#include <fmt/format.h>

#include <algorithm>

#include "fusebox/base/error.h"
#include "fusebox/hlo/verify.h"
#include "fusebox/trace/block_weights.h"
#include "fusebox/trace/emit.h"

namespace fusebox {

using trace_detail::Trace;

namespace {

// For ops without operands. Within an op function they belong to its caller's line.
hlo::Builder builder_at(const std::shared_ptr<Trace>& trace, std::string_view op,
                        const std::source_location& where) {
  if (!trace->open) throw trace_error(trace, ErrorKind::kInvalidArgument, op, "the trace has ended", where);
  hlo::Builder builder(trace->program, trace->block());
  builder.set_location({trace->program.intern(trace->scope), trace->call ? trace->call->where : where});
  return builder;
}

// Runs `body` as the op of that name: its errors say so, and where it was called.
template <typename Body>
auto as_op(const std::shared_ptr<Trace>& trace, std::string_view op, const std::source_location& where,
           Body&& body) {
  try {
    return body();
  } catch (Error& error) {
    throw error.op(op).at(where).module(trace->scope);
  }
}

Tensor make_constant(const std::shared_ptr<Trace>& trace, std::string_view op, hlo::Literal literal,
                     const std::source_location& where) {
  hlo::Builder builder = builder_at(trace, op, where);
  const Shape shape = literal.shape;
  return Tensor(trace, builder.create(hlo::OpCode::constant, {}, {{"value", std::move(literal)}}, {shape}));
}

}  // namespace

bool TraceOptions::knows(std::string_view composite) const {
  return std::find(composites.begin(), composites.end(), composite) != composites.end();
}

const Signature::Parameter* Signature::find(std::string_view name) const {
  for (const Signature::Parameter& parameter : parameters)
    if (parameter.name == name) return &parameter;
  return nullptr;
}

Scope::Scope(std::shared_ptr<Trace> trace, std::string_view path)
    : trace_(std::move(trace)), previous_(std::move(trace_->scope)) {
  trace_->scope = path;
}

Scope::~Scope() { trace_->scope = std::move(previous_); }

Scope TraceCx::scope(std::string_view name) const { return Scope(trace_, joined(trace_->scope, name)); }

Scope TraceCx::scope_of(const Tensor& weight) const {
  std::string path = trace_->scope;
  const auto blocks = trace_->blocks.find(weight.value());
  const hlo::Value* parameter = blocks == trace_->blocks.end() ? weight.value() : blocks->second;
  for (size_t i = 0; i < trace_->signature.parameters.size(); ++i) {
    if (&trace_->main->body.arguments[i] != parameter) continue;
    const std::string& name = trace_->signature.parameters[i].name;
    path = name.substr(0, name.rfind('.'));
    break;
  }
  return Scope(trace_, path);
}

std::string TraceCx::joined(std::string_view prefix, std::string_view name) {
  if (prefix.empty() || name.empty()) return std::string(prefix.empty() ? name : prefix);
  return fmt::format("{}.{}", prefix, name);
}

Shape TraceCx::spec_shape(const Tensor& spec, std::string_view path, const Where& where) {
  if (!spec.spec_dims() || !spec.spec_dtype())
    throw Error(ErrorKind::kInvalidArgument, fmt::format("field '{}' has no shape and dtype", path))
        .op("inputs")
        .at(where)
        .hint("give it one: Tensor x = Tensor::spec({2, 4}, f32)");
  return {*spec.spec_dims(), *spec.spec_dtype()};
}

const TraceOptions& TraceCx::options() const { return trace_->options; }

namespace {

// Appends an argument to main. Weights may be asked for inside a region, so this never looks at the open
// block.
hlo::Value* add_parameter(Trace& trace, Signature::Parameter parameter, bool donate) {
  hlo::Value* value = trace.main->body.add_argument(parameter.shape);
  trace.main->arguments.push_back({parameter.name, std::nullopt});
  trace.signature.parameters.push_back(std::move(parameter));
  trace.donated.push_back(donate);
  return value;
}

}  // namespace

Tensor TraceCx::input(std::string_view name, Shape shape, InputOptions options, const Where& where) {
  const auto fail = [&](std::string message) {
    throw trace_error(trace_, ErrorKind::kInvalidArgument, "input", std::move(message), where);
  };
  if (!trace_->open) fail("the trace has ended");
  if (const Signature::Parameter* known = trace_->signature.find(name))
    fail(fmt::format("there is already {} named '{}'",
                     known->kind == Signature::Parameter::Kind::kInput ? "an input" : "a weight", name));
  if (shape.dtype == token) fail("got a token, want a tensor");
  as_op(trace_, "input", where, [&] { return shape.bytes(); });  // refuses negative and overflowing sizes
  Signature::Parameter parameter{std::string(name), std::move(shape), Signature::Parameter::Kind::kInput};
  return Tensor(trace_, add_parameter(*trace_, std::move(parameter), options.donate));
}

namespace {

bool takes_blocks(const WeightInfo& weight, const TraceOptions& options) {
  return options.block_weights && weight.format && weight.shape.rank() == 2 &&
         row_bytes(*weight.format, weight.shape.dims[1]);
}

// The weight that blocks stand for. It may be asked for inside a region, and is then used outside of it too:
// so it is made in main.
hlo::Value* expanded(const std::shared_ptr<Trace>& trace, hlo::Value* blocks, BlockFormat format,
                     const std::source_location& where) {
  std::vector<Trace::OpenBlock> outermost = {trace->open_blocks.front()};
  std::swap(outermost, trace->open_blocks);
  struct Restore {
    std::vector<Trace::OpenBlock>&from, &to;
    ~Restore() { std::swap(from, to); }
  } restore{outermost, trace->open_blocks};
  hlo::Value* weight = expand_blocks(Arg(Tensor(trace, blocks), where), format).value();
  trace->blocks.emplace(weight, blocks);
  return weight;
}

}  // namespace

Signature::Parameter weight_parameter(std::string_view name, const WeightInfo& weight,
                                      const TraceOptions& options) {
  Signature::Parameter parameter{std::string(name), weight.shape, Signature::Parameter::Kind::kWeight};
  if (takes_blocks(weight, options)) {
    parameter.format = weight.format;
    parameter.shape = {{weight.shape.dims[0], *row_bytes(*weight.format, weight.shape.dims[1])}, u8};
  } else if (weight.format || is_float(weight.shape.dtype)) {
    parameter.shape.dtype = options.weight_dtype;
  }
  return parameter;
}

Tensor TraceCx::weight(std::string_view name, const WeightSource& source, const Where& where) {
  if (!trace_->open)
    throw trace_error(trace_, ErrorKind::kInvalidArgument, "weight", "the trace has ended", where);
  const auto known = trace_->weights.find({&source, std::string(name)});
  if (known != trace_->weights.end()) return Tensor(trace_, known->second);
  const std::optional<WeightInfo> found = source.find(name);
  if (!found)
    throw trace_error(trace_, ErrorKind::kNotFound, "weight", fmt::format("no tensor named '{}'", name),
                      where)
        .file(source.description());
  // Weights are loaded by name, all from one source.
  if (const Signature::Parameter* other = trace_->signature.find(name))
    throw trace_error(
        trace_, ErrorKind::kInvalidArgument, "weight",
        fmt::format(
            "there is already {} named '{}'",
            other->kind == Signature::Parameter::Kind::kInput ? "an input" : "a weight of another source",
            name),
        where)
        .file(source.description());
  hlo::Value* value = add_parameter(*trace_, weight_parameter(name, *found, trace_->options), false);
  if (trace_->signature.parameters.back().format) value = expanded(trace_, value, *found->format, where);
  trace_->weights.emplace(std::pair{&source, std::string(name)}, value);
  return Tensor(trace_, value);
}

std::optional<TraceCx::Blocks> TraceCx::blocks_of(const Tensor& weight) const {
  const auto found = trace_->blocks.find(weight.value());
  if (found == trace_->blocks.end()) return std::nullopt;
  const Signature::Parameter& parameter = trace_->signature.parameters[found->second->index];
  return Blocks{Tensor(trace_, found->second), *parameter.format};
}

Tensor TraceCx::full(Dims dims, Scalar value, DType dtype, const Where& where) {
  return as_op(trace_, "full", where, [&] {
    hlo::Literal literal{{std::move(dims), dtype}, nullptr, true};
    literal.data = std::make_shared<const std::vector<std::byte>>(scalar_bytes(value, dtype));
    return make_constant(trace_, "full", std::move(literal), where);
  });
}

Tensor TraceCx::constant(Shape shape, std::span<const std::byte> data, const Where& where) {
  return as_op(trace_, "constant", where, [&] {
    if (static_cast<int64_t>(data.size()) != shape.bytes())
      throw Error(ErrorKind::kShapeMismatch,
                  fmt::format("got {} bytes, want {} for {}", data.size(), shape.bytes(), to_string(shape)));
    auto bytes = std::make_shared<const std::vector<std::byte>>(data.begin(), data.end());
    return make_constant(trace_, "constant", {std::move(shape), std::move(bytes), false}, where);
  });
}

Tensor TraceCx::constant(Dims dims, std::span<const float> data, const Where& where) {
  return constant(Shape{std::move(dims), f32}, std::as_bytes(data), where);
}

Tensor TraceCx::constant(Dims dims, std::span<const int32_t> data, const Where& where) {
  return constant(Shape{std::move(dims), i32}, std::as_bytes(data), where);
}

Tensor TraceCx::iota(Dims dims, int64_t axis, DType dtype, const Where& where) {
  return as_op(trace_, "iota", where, [&] {
    hlo::Builder builder = builder_at(trace_, "iota", where);
    axis = normalize_axis(axis, static_cast<int64_t>(dims.size()));
    return Tensor(trace_, builder.create(hlo::OpCode::iota, {}, {{"iota_dimension", axis}},
                                         {{std::move(dims), dtype}}));
  });
}

namespace trace_detail {

std::shared_ptr<Trace> begin(std::string name, const TraceOptions& options) {
  return std::make_shared<Trace>(std::move(name), options);
}

Ending::~Ending() { trace->open = false; }

namespace {

// Each donated input gives its memory to the output of the same name.
void alias_donated(Trace& trace, const std::source_location& where) {
  const auto& outputs = trace.signature.outputs;
  for (size_t i = 0; i < trace.donated.size(); ++i) {
    if (!trace.donated[i]) continue;
    Signature::Parameter& parameter = trace.signature.parameters[i];
    const auto output = std::find_if(outputs.begin(), outputs.end(), [&](const Signature::Output& candidate) {
      return candidate.name == parameter.name;
    });
    if (output == outputs.end() || output->shape != parameter.shape)
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("the donated input '{}' {} has no output of that name and shape",
                              parameter.name, to_string(parameter.shape)))
          .op("trace")
          .at(where)
          .hint("return its new value under the same name, or do not donate it");
    parameter.alias_output = output - outputs.begin();
    trace.main->arguments[i].alias_output = parameter.alias_output;
  }
}

}  // namespace

TracedProgram finish(const std::shared_ptr<Trace>& trace, std::vector<std::pair<std::string, Tensor>> results,
                     const std::source_location& where) {
  std::vector<hlo::Value*> values;
  for (auto& [name, tensor] : results) {
    if (!tensor.traced() || tensor.trace() != trace || tensor.value()->block != &trace->main->body)
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("the result '{}' is not a tensor of this trace", name))
          .op("trace")
          .at(where);
    values.push_back(tensor.value());
    trace->signature.outputs.push_back({name, tensor.shape()});
    trace->main->result_names.push_back(name);
  }
  alias_donated(*trace, where);
  hlo::Builder(trace->program, trace->main->body).ret(std::move(values));
  trace->open = false;
  hlo::verify(trace->program);
  return {std::move(trace->program), std::move(trace->signature)};
}

}  // namespace trace_detail
}  // namespace fusebox
