#include "tests/trace/op_functions.h"

#include <sstream>

namespace fusebox::test {
namespace {

Dims numbers(const std::string& text) {
  Dims list;
  std::istringstream in(text);
  for (std::string item; std::getline(in, item, ',');) list.push_back(std::stoll(item));
  return list;
}

int64_t number(const std::string& text) { return std::stoll(text); }

// "-1k": axis -1, keepdims.
Axes axes_of(const std::string& text) { return text.empty() ? Axes::all() : Axes(numbers(text)); }
KeepDims keep_of(const std::string& text) { return text.ends_with('k') ? KeepDims::kYes : KeepDims::kNo; }

DType dtype_of(const std::string& text) { return dtype_from_name(text).value(); }

using Unary = Tensor (*)(const Arg&);
using Binary = Tensor (*)(const Arg&, const Arg&);
using Reduction = Tensor (*)(const Arg&, const Axes&, KeepDims);

OpFunction function(Unary f) {
  return [f](const std::string&, const Tensors& x) { return Tensors{f(x.at(0))}; };
}
OpFunction function(Binary f) {
  return [f](const std::string&, const Tensors& x) { return Tensors{f(x.at(0), x.at(1))}; };
}
OpFunction reduction(Reduction f) {
  return [f](const std::string& text, const Tensors& x) {
    return Tensors{f(x.at(0), axes_of(text), keep_of(text))};
  };
}
template <typename F>
OpFunction on_axis(F f) {
  return [f](const std::string& text, const Tensors& x) { return Tensors{f(x.at(0), number(text))}; };
}
// For a lambda of the operands that returns one tensor.
template <typename F>
OpFunction plain(F f) {
  return [f](const std::string&, const Tensors& x) { return Tensors{f(x)}; };
}
// For a lambda of the numbers behind the colon and the operands.
template <typename F>
OpFunction with_numbers(F f) {
  return [f](const std::string& text, const Tensors& x) { return Tensors{f(numbers(text), x)}; };
}

std::map<std::string, OpFunction> elementwise() {
  std::map<std::string, OpFunction> table{
      {"add", function(add)},
      {"subtract", function(subtract)},
      {"multiply", function(multiply)},
      {"divide", function(divide)},
      {"remainder", function(remainder)},
      {"floor_divide", function(floor_divide)},
      {"mod", function(mod)},
      {"power", function(power)},
      {"maximum", function(maximum)},
      {"minimum", function(minimum)},
      {"atan2", function(atan2)},
      {"negate", function(negate)},
      {"equal", function(equal)},
      {"not_equal", function(not_equal)},
      {"less", function(less)},
      {"less_equal", function(less_equal)},
      {"greater", function(greater)},
      {"greater_equal", function(greater_equal)},
      {"bitwise_and", function(bitwise_and)},
      {"bitwise_or", function(bitwise_or)},
      {"bitwise_xor", function(bitwise_xor)},
      {"bitwise_not", function(bitwise_not)},
      {"logical_and", function(logical_and)},
      {"logical_or", function(logical_or)},
      {"logical_xor", function(logical_xor)},
      {"logical_not", function(logical_not)},
      {"shift_left", function(shift_left)},
      {"shift_right_logical", function(shift_right_logical)},
      {"shift_right_arithmetic", function(shift_right_arithmetic)},
      {"shift_right", function(shift_right)},
      {"population_count", function(population_count)},
      {"count_leading_zeros", function(count_leading_zeros)},
      {"abs", function(abs)},
      {"sign", function(sign)},
      {"exp", function(exp)},
      {"expm1", function(expm1)},
      {"log", function(log)},
      {"log1p", function(log1p)},
      {"sqrt", function(sqrt)},
      {"rsqrt", function(rsqrt)},
      {"cbrt", function(cbrt)},
      {"sin", function(sin)},
      {"cos", function(cos)},
      {"tan", function(tan)},
      {"tanh", function(tanh)},
      {"sigmoid", function(sigmoid)},
      {"floor", function(floor)},
      {"ceil", function(ceil)},
      {"round", function(round)},
      {"round_half_away", function(round_half_away)},
      {"square", function(square)},
      {"reciprocal", function(reciprocal)},
      {"erf", function(erf)},
      {"erf_inv", function(erf_inv)},
      {"is_finite", function(is_finite)},
      {"isnan", function(isnan)},
      {"isinf", function(isinf)},
      {"relu", function(relu)},
      {"silu", function(silu)},
      {"gelu", function(gelu)},
      {"gelu_tanh", function(gelu_tanh)},
      {"softplus", function(softplus)},
      {"complex", function(complex)},
      {"real", function(real)},
      {"imag", function(imag)},
      {"optimization_barrier", function(optimization_barrier)},
  };
  table["plus_two"] = plain([](const Tensors& x) { return x[0] + 2; });
  table["two_minus"] = plain([](const Tensors& x) { return 2 - x[0]; });
  table["clamp_2_50"] = plain([](const Tensors& x) { return clamp(2, x[0], 50); });
  table["clamp_pm1"] = plain([](const Tensors& x) { return clamp(-1, x[0], 1); });
  table["where_numbers"] = plain([](const Tensors& x) { return where(x[0] > 2, x[0], 0); });
  table["where_less"] = plain([](const Tensors& x) { return where(x[0] < x[1], x[0], x[1]); });
  table["reduce_precision_5_2"] = plain([](const Tensors& x) { return reduce_precision(x[0], 5, 2); });
  table["convert"] = [](const std::string& text, const Tensors& x) {
    return Tensors{convert(x[0], dtype_of(text))};
  };
  table["bitcast_convert"] = [](const std::string& text, const Tensors& x) {
    return Tensors{bitcast_convert(x[0], dtype_of(text))};
  };
  return table;
}

Tensor variance_of(const Arg& x, const Axes& axes, KeepDims keep) { return variance(x, axes, keep); }
Tensor argmax_of(const Arg& x, int64_t axis) { return argmax(x, axis); }
Tensor argmin_of(const Arg& x, int64_t axis) { return argmin(x, axis); }

std::map<std::string, OpFunction> reductions() {
  return {
      {"sum", reduction(sum)},
      {"prod", reduction(prod)},
      {"mean", reduction(mean)},
      {"max", reduction(max)},
      {"min", reduction(min)},
      {"any", reduction(any)},
      {"all", reduction(all)},
      {"count_nonzero", reduction(count_nonzero)},
      {"variance", reduction(variance_of)},
      {"norm", reduction(norm)},
      {"logsumexp", reduction(logsumexp)},
      {"argmax", on_axis(argmax_of)},
      {"argmin", on_axis(argmin_of)},
      {"softmax", on_axis([](const Tensor& x, int64_t axis) { return softmax(x, axis); })},
      {"log_softmax", on_axis([](const Tensor& x, int64_t axis) { return log_softmax(x, axis); })},
      {"cumsum", on_axis(cumsum)},
      {"cumprod", on_axis(cumprod)},
      {"cummax", on_axis(cummax)},
      {"cummin", on_axis(cummin)},
  };
}

std::map<std::string, OpFunction> shapes() {
  std::map<std::string, OpFunction> table;
  table["reshape"] = with_numbers([](const Dims& dims, const Tensors& x) { return reshape(x[0], dims); });
  table["flatten"] = with_numbers([](const Dims& axes, const Tensors& x) {
    return axes.empty() ? flatten(x[0]) : flatten(x[0], axes[0], axes[1]);
  });
  table["transpose"] = with_numbers([](const Dims& order, const Tensors& x) {
    return order.empty() ? transpose(x[0]) : transpose(x[0], order);
  });
  table["swapaxes"] =
      with_numbers([](const Dims& axes, const Tensors& x) { return swapaxes(x[0], axes[0], axes[1]); });
  table["moveaxis"] =
      with_numbers([](const Dims& axes, const Tensors& x) { return moveaxis(x[0], axes[0], axes[1]); });
  table["expand_dims"] =
      with_numbers([](const Dims& axes, const Tensors& x) { return expand_dims(x[0], axes); });
  table["expand_then_squeeze"] =
      plain([](const Tensors& x) { return squeeze(squeeze(expand_dims(expand_dims(x[0], {0, 1}), -1), 0)); });
  table["broadcast_to"] = plain([](const Tensors& x) { return broadcast_to(x[0], {2, 2, 3, 4}); });
  table["repeat"] = with_numbers([](const Dims& n, const Tensors& x) { return repeat(x[0], n[0], n[1]); });
  table["tile"] = with_numbers([](const Dims& counts, const Tensors& x) { return tile(x[0], counts); });
  table["concatenate"] =
      with_numbers([](const Dims& axis, const Tensors& x) { return concatenate(x, axis[0]); });
  table["stack"] = with_numbers([](const Dims& axis, const Tensors& x) { return stack(x, axis[0]); });
  table["split"] = [](const std::string& text, const Tensors& x) {
    return split(x[0], numbers(text)[0], numbers(text)[1]);
  };
  table["split_sizes"] = [](const std::string& text, const Tensors& x) {
    return split_sizes(x[0], {1, 2}, number(text));
  };
  table["slice"] =
      plain([](const Tensors& x) { return slice(x[0], {1, 0, -3}, {kEnd, kEnd, -1}, {1, 2, 1}); });
  table["slice_in_dim"] = plain([](const Tensors& x) { return slice_in_dim(x[0], -2, kEnd, 1, -1); });
  table["index_in_dim"] =
      with_numbers([](const Dims& n, const Tensors& x) { return index_in_dim(x[0], n[0], n[1]); });
  const auto zero = [](const Tensor& x) { return convert(x.cx().zeros({}, i32), x.dtype()); };
  table["pad"] = plain([](const Tensors& x) { return pad(x[0], {1, 0, 2}, {0, 2, 1}); });
  table["pad_cut"] =
      plain([zero](const Tensors& x) { return pad(x[0], {-1, 0, 0}, {0, 0, -1}, zero(x[0])); });
  table["pad_interior"] =
      plain([zero](const Tensors& x) { return pad(x[0], {0, 0, 0}, {0, 0, 0}, zero(x[0]), {1, 0, 0}); });
  table["pad_value"] = plain([](const Tensors& x) { return pad(x[0], {0, 0, 0}, {0, 0, 1}, -2.5); });
  table["flip"] = [](const std::string& text, const Tensors& x) {
    return Tensors{flip(x[0], axes_of(text))};
  };
  table["tril"] = plain([](const Tensors& x) { return tril(x[0]); });
  table["triu"] = with_numbers([](const Dims& n, const Tensors& x) { return triu(x[0], n[0]); });
  return table;
}

std::map<std::string, OpFunction> indexing() {
  std::map<std::string, OpFunction> table;
  table["take"] = with_numbers([](const Dims& axis, const Tensors& x) { return take(x[0], x[1], axis[0]); });
  table["take_fill"] = with_numbers(
      [](const Dims& axis, const Tensors& x) { return take(x[0], x[1], axis[0], TakeMode::kFill); });
  table["take_along_axis"] =
      with_numbers([](const Dims& axis, const Tensors& x) { return take_along_axis(x[0], x[1], axis[0]); });
  table["one_hot"] = with_numbers([](const Dims& size, const Tensors& x) { return one_hot(x[0], size[0]); });
  table["one_hot_first"] =
      with_numbers([](const Dims& size, const Tensors& x) { return one_hot(x[0], size[0], i32, 0); });
  table["dynamic_slice"] =
      plain([](const Tensors& x) { return dynamic_slice(x[0], {x[1], 0, x[1]}, {1, 2, 2}); });
  table["dynamic_slice_in_dim"] = with_numbers(
      [](const Dims& n, const Tensors& x) { return dynamic_slice_in_dim(x[0], x[1], n[0], n[1]); });
  table["dynamic_index_in_dim"] =
      with_numbers([](const Dims& n, const Tensors& x) { return dynamic_index_in_dim(x[0], x[1], n[0]); });
  table["dynamic_update_slice_in_dim"] = with_numbers(
      [](const Dims& n, const Tensors& x) { return dynamic_update_slice_in_dim(x[0], x[1], x[2], n[0]); });
  table["scatter_at"] =
      with_numbers([](const Dims& n, const Tensors& x) { return scatter_at(x[0], x[1], x[2], n[0]); });
  table["scatter_add"] = with_numbers(
      [](const Dims& n, const Tensors& x) { return scatter_at(x[0], x[1], x[2], n[0], ScatterMode::kAdd); });
  return table;
}

std::map<std::string, OpFunction> products_and_order() {
  std::map<std::string, OpFunction> table;
  table["matmul"] = plain([](const Tensors& x) { return matmul(x[0], x[1]); });
  table["matmul_to_f32"] = plain([](const Tensors& x) { return matmul(x[0], x[1], {.dtype = f32}); });
  table["einsum_to_f32"] = [](const std::string& text, const Tensors& x) {
    return Tensors{einsum(text, x, {.dtype = f32})};
  };
  table["einsum"] = [](const std::string& text, const Tensors& x) { return Tensors{einsum(text, x)}; };
  table["sort"] = on_axis([](const Tensor& x, int64_t axis) { return sort(x, axis); });
  table["argsort"] = on_axis([](const Tensor& x, int64_t axis) { return argsort(x, axis); });
  table["sort_down"] =
      on_axis([](const Tensor& x, int64_t axis) { return sort(x, axis, Order::kDescending); });
  table["argsort_down"] =
      on_axis([](const Tensor& x, int64_t axis) { return argsort(x, axis, Order::kDescending); });
  table["top_k"] = [](const std::string& text, const Tensors& x) {
    const TopK top = top_k(x[0], number(text));
    return Tensors{top.values, top.indices};
  };
  return table;
}

std::map<std::string, OpFunction> random_numbers() {
  std::map<std::string, OpFunction> table;
  table["fold_in"] = with_numbers([](const Dims& n, const Tensors& x) { return fold_in(x[0], n[0]); });
  table["fold_in_each"] = plain([](const Tensors& x) { return fold_in(x[0], x[1]); });
  table["split_key"] = with_numbers([](const Dims& n, const Tensors& x) { return split_key(x[0], n[0]); });
  for (DType dtype : {u8, u16, u32, u64}) {
    const std::string suffix = dtype == u32 ? "" : "_" + std::string(name(dtype));
    table["random_bits" + suffix] =
        with_numbers([dtype](const Dims& dims, const Tensors& x) { return random_bits(x[0], dims, dtype); });
  }
  for (DType dtype : {f32, f64, bf16, f16}) {
    const std::string suffix = dtype == f32 ? "" : "_" + std::string(name(dtype));
    table["uniform" + suffix] =
        with_numbers([dtype](const Dims& dims, const Tensors& x) { return uniform(x[0], dims, dtype); });
    table["gumbel" + suffix] =
        with_numbers([dtype](const Dims& dims, const Tensors& x) { return gumbel(x[0], dims, dtype); });
    table["normal" + suffix] =
        with_numbers([dtype](const Dims& dims, const Tensors& x) { return normal(x[0], dims, dtype); });
  }
  table["uniform_f8E4M3FNUZ"] =
      with_numbers([](const Dims& dims, const Tensors& x) { return uniform(x[0], dims, f8e4m3fnuz); });
  table["uniform_range"] =
      with_numbers([](const Dims& dims, const Tensors& x) { return uniform(x[0], dims, f32, -3, 5); });
  return table;
}

struct Counted {
  Tensor value, steps;
};

std::map<std::string, OpFunction> control() {
  std::map<std::string, OpFunction> table;
  table["loop_doubles"] = with_numbers([](const Dims& n, const Tensors& x) {
    return fori_loop(0, n[0], x[0], [](const Tensor&, const Tensor& value) { return value + value; });
  });
  table["while_below_100"] = plain([](const Tensors& x) {
    const Tensor doubled = x[0] + x[0];  // a value from around the loop
    return while_loop(
               Counted{x[0], x[0].cx().zeros({}, i32)}, [&](const Counted& s) { return s.steps < 6; },
               [&](const Counted& s) {
                 return Counted{where(s.steps == 0, doubled, s.value * 2), s.steps + 1};
               })
        .value;
  });
  table["cond_of_sum"] = plain([](const Tensors& x) {
    return cond(sum(x[0]) > 2, [&] { return x[0] + 1; }, [&] { return x[0] - 1; });
  });
  table["composite_twice"] = plain([](const Tensors& x) {
    return composite("fusebox.test", {{"by", 2.0}}, {x[0]},
                     [](const Tensors& in) { return Tensors{in[0] * 2}; })[0];
  });
  return table;
}

}  // namespace

const std::map<std::string, OpFunction>& op_functions() {
  static const std::map<std::string, OpFunction> table = [] {
    std::map<std::string, OpFunction> all = elementwise();
    for (auto part : {reductions(), shapes(), indexing(), products_and_order(), random_numbers(), control()})
      all.merge(part);
    return all;
  }();
  return table;
}

Tensors apply_op(const std::string& op, const Tensors& operands) {
  const size_t colon = op.find(':');
  const std::string arguments = colon == std::string::npos ? "" : op.substr(colon + 1);
  return op_functions().at(op.substr(0, colon))(arguments, operands);
}

}  // namespace fusebox::test
