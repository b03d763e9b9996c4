// What XLA's CPU plugin does not compile of all that a trace lets through, op by op and dtype by dtype
// (tests/stablehlo/refusals.h): prints xla_cpu_refuses.tsv, or compares it with --check.
#include <fmt/format.h>

#include "fusebox/stablehlo/printer.h"
#include "tests/stablehlo/refusals.h"
#include "tests/trace/op_functions.h"

namespace fusebox::test {
namespace {

struct Subject {
  std::string op;              // for apply_op
  std::vector<Dims> operands;  // of the dtype in question
  std::vector<Dims> indices;   // and, after them, of i32
};

std::vector<Subject> subjects() {
  std::vector<Subject> all;
  for (const char* op : {"negate",
                         "bitwise_not",
                         "logical_not",
                         "population_count",
                         "count_leading_zeros",
                         "abs",
                         "sign",
                         "exp",
                         "expm1",
                         "log",
                         "log1p",
                         "sqrt",
                         "rsqrt",
                         "cbrt",
                         "sin",
                         "cos",
                         "tan",
                         "tanh",
                         "sigmoid",
                         "floor",
                         "ceil",
                         "round",
                         "round_half_away",
                         "square",
                         "reciprocal",
                         "erf",
                         "erf_inv",
                         "is_finite",
                         "isnan",
                         "isinf",
                         "relu",
                         "silu",
                         "gelu",
                         "gelu_tanh",
                         "softplus",
                         "real",
                         "imag",
                         "optimization_barrier",
                         "reduce_precision_5_2",
                         "convert:f32",
                         "convert:i32",
                         "convert:i1",
                         "sum",
                         "prod",
                         "mean",
                         "max",
                         "min",
                         "any",
                         "all",
                         "count_nonzero",
                         "variance",
                         "norm",
                         "logsumexp",
                         "argmax:-1",
                         "argmin:-1",
                         "softmax:-1",
                         "log_softmax:-1",
                         "cumsum:0",
                         "cumprod:0",
                         "cummax:0",
                         "cummin:0",
                         "reshape:-1",
                         "transpose",
                         "expand_dims:0",
                         "repeat:2,1",
                         "tile:2,1",
                         "slice_in_dim",
                         "flip:1",
                         "tril",
                         "sort:-1",
                         "argsort:-1",
                         "sort_down:-1",
                         "top_k:2",
                         "loop_doubles:2"})
    all.push_back({op, {{2, 3}}, {}});
  for (const char* op : {"add",
                         "subtract",
                         "multiply",
                         "divide",
                         "remainder",
                         "floor_divide",
                         "mod",
                         "power",
                         "maximum",
                         "minimum",
                         "atan2",
                         "equal",
                         "not_equal",
                         "less",
                         "less_equal",
                         "greater",
                         "greater_equal",
                         "bitwise_and",
                         "bitwise_or",
                         "bitwise_xor",
                         "logical_and",
                         "logical_or",
                         "logical_xor",
                         "shift_left",
                         "shift_right_logical",
                         "shift_right_arithmetic",
                         "shift_right",
                         "complex",
                         "where_less",
                         "concatenate:0",
                         "stack:0"})
    all.push_back({op, {{2, 3}, {2, 3}}, {}});
  all.push_back({"pad", {{2, 3, 4}}, {}});
  all.push_back({"matmul", {{2, 3}, {3, 4}}, {}});
  all.push_back({"einsum:bij,bjk->bik", {{2, 3, 4}, {2, 4, 5}}, {}});
  all.push_back({"take:1", {{2, 3}}, {{4}}});
  all.push_back({"take_fill:1", {{2, 3}}, {{4}}});
  all.push_back({"take_along_axis:1", {{2, 3}}, {{2, 1}}});
  all.push_back({"dynamic_slice_in_dim:2,1", {{2, 3}}, {{}}});
  all.push_back({"dynamic_update_slice_in_dim:1", {{2, 3}, {2, 1}}, {{}}});
  return all;
}

// The program of one op, as text; empty if the trace itself refuses that dtype.
std::string text_of(const Subject& subject, DType dtype) {
  const auto build = [&](TraceCx& cx) {
    Tensors operands;
    const auto add = [&](const Dims& dims, DType type) {
      operands.push_back(cx.input(fmt::format("x{}", operands.size()), dims, type));
    };
    for (const Dims& dims : subject.operands) add(dims, dtype);
    for (const Dims& dims : subject.indices) add(dims, i32);
    return apply_op(subject.op, operands);
  };
  try {
    return stablehlo::print(trace("main", build).program);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kInternal) throw;
    return "";
  }
}

std::vector<RefusalCase> all_cases() {
  std::vector<RefusalCase> cases;
  for (const Subject& subject : subjects())
    for (size_t i = 0; i < static_cast<size_t>(token); ++i) {
      const auto dtype = static_cast<DType>(i);
      std::string text = text_of(subject, dtype);
      if (!text.empty()) cases.push_back({fmt::format("{}\t{}", subject.op, name(dtype)), std::move(text)});
    }
  return cases;
}

}  // namespace
}  // namespace fusebox::test

int main(int argc, char** argv) {
  return fusebox::test::refusals_main(argc, argv, fusebox::test::all_cases(),
                                      FUSEBOX_SOURCE_DIR "/tests/trace/xla_cpu_refuses.tsv",
                                      "trace_xla_cpu_refuses");
}
