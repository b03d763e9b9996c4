#include "fusebox/trace/emit.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "fusebox/base/error.h"
#include "fusebox/base/small_float.h"

namespace fusebox {

using trace_detail::Trace;

namespace {

// The longest module path that begins both.
std::string_view common_path(std::string_view a, std::string_view b) {
  size_t end = 0;
  for (size_t i = 0; i <= std::min(a.size(), b.size()); ++i) {
    const bool a_ends = i == a.size() || a[i] == '.', b_ends = i == b.size() || b[i] == '.';
    if (a_ends && b_ends) end = i;
    if (i == a.size() || i == b.size() || a[i] != b[i]) break;
  }
  return a.substr(0, end);
}

std::string scope_for(const Trace& trace, const std::vector<const Tensor*>& operands) {
  if (!trace.scope.empty()) return trace.scope;
  std::optional<std::string_view> shared;
  for (const Tensor* operand : operands) {
    const hlo::Op* op = operand->value()->op;
    if (!op || op->location.scope.empty()) continue;
    shared = shared ? common_path(*shared, op->location.scope) : op->location.scope;
  }
  return std::string(shared.value_or(""));
}

bool visible(const Trace& trace, const hlo::Value& value) {
  for (size_t i = trace.open_blocks.size(); i-- > 0;) {
    if (trace.open_blocks[i].block == value.block) return true;
    if (!trace.open_blocks[i].captures) return false;
  }
  return false;
}

void check_usable(const std::shared_ptr<Trace>& trace, const Tensor& tensor, std::string_view op,
                  const std::source_location& where) {
  const auto fail = [&](std::string message, std::string_view hint) {
    throw trace_error(trace, ErrorKind::kInvalidArgument, op, std::move(message), where).hint(hint);
  };
  if (!tensor.traced()) fail("an operand is an empty tensor", "is its module filled by cx.module?");
  if (tensor.trace() != trace)
    fail("operands belong to two traces", "a tensor lives in the trace that made it");
  if (!trace->open)
    fail("an operand is used after its trace has ended", "a tensor lives in the trace that made it");
  if (!visible(*trace, *tensor.value()))
    fail(
        "an operand is not visible here: it was made inside another region, or this region takes no values "
        "from around it",
        "return it from its region, or pass it in as an argument");
}

template <typename T>
std::vector<std::byte> bytes_of(T value) {
  std::vector<std::byte> bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

double as_double(const Scalar& scalar) {
  return std::visit([](auto value) { return static_cast<double>(value); }, scalar.value);
}

std::vector<std::byte> integer_bytes(const Scalar& scalar, DType dtype) {
  const DTypeInfo& row = info(dtype);
  const bool is_signed = row.kind == DTypeClass::kSigned;
  const int64_t low = is_signed ? std::numeric_limits<int64_t>::min() >> (64 - row.bits) : 0;
  const uint64_t high = std::numeric_limits<uint64_t>::max() >> (64 - row.bits + (is_signed ? 1 : 0));
  const auto fits = [&](auto value) {
    return std::cmp_greater_equal(value, low) && std::cmp_less_equal(value, high);
  };
  return std::visit(
      [&](auto value) {
        if constexpr (std::is_same_v<decltype(value), bool> || std::is_same_v<decltype(value), double>) {
          std::vector<std::byte> bytes = bytes_of(static_cast<int64_t>(value));
          bytes.resize(row.bytes());
          return bytes;
        } else {
          if (!fits(value))
            throw Error(ErrorKind::kInvalidArgument,
                        fmt::format("the number {} does not fit in {}", value, row.name));
          std::vector<std::byte> bytes = bytes_of(value);
          bytes.resize(row.bytes());
          return bytes;
        }
      },
      scalar.value);
}

}  // namespace

trace_detail::Trace::Trace(std::string name, const TraceOptions& trace_options)
    : program(std::move(name)), main(&program.add_function("main", true)), options(trace_options) {
  open_blocks.push_back({&main->body, false});
}

Error trace_error(const std::shared_ptr<Trace>& trace, ErrorKind kind, std::string_view op,
                  std::string message, const std::source_location& where) {
  Error error(kind, std::move(message));
  error.op(op).at(where);
  if (trace) error.module(trace->scope);
  return error;
}

hlo::Op* emit_op(hlo::OpCode code, const std::vector<Tensor>& operands, hlo::Attributes attributes,
                 std::vector<Shape> declared, std::vector<std::unique_ptr<hlo::Block>> regions,
                 const std::source_location& where) {
  if (operands.empty()) throw InternalError("emit_op needs an operand to know its trace");
  const std::shared_ptr<Trace>& trace = operands[0].trace();
  std::vector<hlo::Value*> values;
  std::vector<const Tensor*> tensors;
  for (const Tensor& operand : operands) {
    check_usable(trace, operand, hlo::name(code), where);
    values.push_back(operand.value());
    tensors.push_back(&operand);
  }
  hlo::Builder builder(trace->program, trace->block());
  builder.set_location(
      {trace->program.intern(scope_for(*trace, tensors)), trace->call ? trace->call->where : where});
  return builder.create_op(code, std::move(values), std::move(attributes), std::move(declared),
                           std::move(regions));
}

Tensor emit(hlo::OpCode code, const std::vector<Tensor>& operands, hlo::Attributes attributes,
            std::vector<Shape> declared, const std::source_location& where) {
  hlo::Op* op = emit_op(code, operands, std::move(attributes), std::move(declared), {}, where);
  return Tensor(operands[0].trace(), op->result());
}

std::vector<Tensor> results_of(const std::shared_ptr<Trace>& trace, hlo::Op* op) {
  std::vector<Tensor> results;
  for (hlo::Value& value : op->results) results.emplace_back(trace, &value);
  return results;
}

namespace {

// Opens `block` for the ops that `body` makes, and returns what it returns from the block.
void trace_block(const std::shared_ptr<Trace>& trace, hlo::Block& block, const std::vector<Shape>& arguments,
                 bool captures, const RegionBody& body, const std::source_location& where) {
  struct Opened {
    Trace& trace;
    Opened(Trace& t, hlo::Block& b, bool c) : trace(t) { trace.open_blocks.push_back({&b, c}); }
    ~Opened() { trace.open_blocks.pop_back(); }
  } opened(*trace, block, captures);
  std::vector<Tensor> inputs;
  for (const Shape& shape : arguments) inputs.emplace_back(trace, block.add_argument(shape));
  const std::vector<Tensor> results = body(inputs);
  std::vector<hlo::Value*> values;
  for (const Tensor& result : results) {
    check_usable(trace, result, "return", trace->call ? trace->call->where : where);
    values.push_back(result.value());
  }
  hlo::Builder(trace->program, block).ret(std::move(values));
}

}  // namespace

std::unique_ptr<hlo::Block> trace_region(const std::shared_ptr<Trace>& trace,
                                         const std::vector<Shape>& arguments, bool captures,
                                         const RegionBody& body, const std::source_location& where) {
  auto block = std::make_unique<hlo::Block>();
  trace_block(trace, *block, arguments, captures, body, where);
  return block;
}

void trace_function(const std::shared_ptr<Trace>& trace, const std::string& name,
                    const std::vector<Shape>& arguments, const RegionBody& body,
                    const std::source_location& where) {
  if (trace->program.find(name)) return;
  hlo::Function& function = trace->program.add_function(name, false);
  function.arguments.resize(arguments.size());
  try {
    trace_block(trace, function.body, arguments, false, body, where);
  } catch (...) {
    std::erase_if(trace->program.functions, [&](const auto& each) { return each.get() == &function; });
    throw;
  }
}

const Tensor& tensor_of(const Arg& arg) {
  if (!arg.tensor()) throw Error(ErrorKind::kInvalidArgument, "got a number, want a tensor").at(arg.where());
  if (!arg.tensor()->traced())
    throw Error(ErrorKind::kInvalidArgument, "an operand is an empty tensor")
        .at(arg.where())
        .hint("a module's tensors are filled by cx.module, inputs by cx.input");
  return *arg.tensor();
}

std::vector<std::byte> scalar_bytes(const Scalar& scalar, DType dtype) {
  const DTypeInfo& row = info(dtype);
  const bool fraction = std::holds_alternative<double>(scalar.value);
  switch (row.kind) {
    case DTypeClass::kBool:
      if (!std::holds_alternative<bool>(scalar.value)) break;
      return bytes_of(static_cast<uint8_t>(std::get<bool>(scalar.value)));
    case DTypeClass::kSigned:
    case DTypeClass::kUnsigned:
      if (fraction) break;
      return integer_bytes(scalar, dtype);
    case DTypeClass::kFloat: {
      if (dtype == f64) return bytes_of(as_double(scalar));
      std::vector<std::byte> bytes = bytes_of(encode_float(dtype, as_double(scalar)));
      bytes.resize(row.bytes());
      return bytes;
    }
    case DTypeClass::kComplex: {
      const double real = as_double(scalar);
      std::vector<std::byte> bytes = dtype == c128 ? bytes_of(real) : bytes_of(static_cast<float>(real));
      bytes.resize(row.bytes());
      return bytes;
    }
    case DTypeClass::kToken: break;
  }
  throw Error(ErrorKind::kDTypeMismatch, fmt::format("the number {} cannot be {} {}", as_double(scalar),
                                                     row.name[0] == 'i' ? "an" : "a", row.name))
      .hint(row.kind == DTypeClass::kBool ? "use true or false"
                                          : "convert the tensor first: convert(x, f32)");
}

Tensor materialize(const Arg& arg, const std::shared_ptr<Trace>& trace, DType like, const Dims& dims) {
  if (arg.tensor()) return tensor_of(arg);
  return TraceCx(trace).full(dims, arg.scalar(), like, arg.where());
}

namespace trace_detail {

OpCallGuard::OpCallGuard(std::string_view name, const std::vector<Arg>& args) : name_(name) {
  if (args.empty()) throw Error(ErrorKind::kInvalidArgument, "got no tensors, want at least one").op(name);
  where_ = args[0].where();
  const auto fail = [&](std::string_view message, std::string_view hint) {
    throw trace_error(trace_, ErrorKind::kInvalidArgument, name, std::string(message), where_).hint(hint);
  };
  std::vector<const Tensor*> tensors;
  for (const Arg& arg : args) {
    if (!arg.tensor()) continue;
    if (!arg.tensor()->traced())
      fail("an operand is an empty tensor", "a module's tensors are filled by cx.module, inputs by cx.input");
    if (!trace_) trace_ = arg.tensor()->trace();
    check_usable(trace_, *arg.tensor(), name, where_);
    tensors.push_back(arg.tensor());
  }
  if (!trace_) fail("got numbers only, want a tensor", "cx.scalar makes a tensor of a number");
  scope_ = scope_for(*trace_, tensors);
  outermost_ = !trace_->call;
  if (outermost_) trace_->call = OpCall{name, where_};
}

OpCallGuard::~OpCallGuard() {
  if (outermost_) trace_->call.reset();
}

void OpCallGuard::describe(Error& error) const {
  if (!outermost_) return;
  error.op(name_).at(where_);
  if (error.module().empty()) error.module(scope_);
}

}  // namespace trace_detail
}  // namespace fusebox
