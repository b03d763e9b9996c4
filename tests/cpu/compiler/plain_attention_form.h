// Programs of attention by the plain ops, as several writers write them.
#pragma once

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>

#include "fusebox/base/shape.h"

namespace fusebox::cpu::test {

// Who wrote the program: what the operands' axes are, and how scores and result come out of the products.
enum class Writer {
  kByHead,   // [batch, heads, tokens, size] throughout
  kJax,      // [batch, tokens, heads, size]; the second product has the values in front
  kTorch,    // [batch * heads, tokens, size], with the keys' transpose
  kTurned,   // the keys in front in the first product
  kGrouped,  // heads of queries that share their keys are rows of one product
};
inline constexpr Writer kWriters[] = {Writer::kByHead, Writer::kJax, Writer::kTorch, Writer::kTurned,
                                      Writer::kGrouped};

struct Form {
  int64_t queries = 37, keys = 45, size = 24, width = 40;
  Writer writer = Writer::kByHead;
  std::string between = "scaled";  // of `betweens()`
  DType dtype = f32;
  int64_t batch = 2, heads = 3;
};

// What is made of the scores %s of type {0}: %x. %m is a mask of {1}, a number for each key; %b a bias of
// {2}, one for each query and key; {3} and {4} are that of i1 and i32, {5} is the scores' of i1.
inline std::string between(const Form& form) {
  const std::string& name = form.between;
  if (name == "bare") return "%x = stablehlo.negate %s : {0}";
  if (name == "scaled")
    return R"(
    %c = stablehlo.constant dense<0.3> : {0}
    %x = stablehlo.multiply %s, %c : {0})";
  if (name == "masked")
    return R"(
    %c = stablehlo.constant dense<5.0> : {0}
    %d = stablehlo.divide %s, %c : {0}
    %n = stablehlo.broadcast_in_dim %m, dims = [0, 3] : ({1}) -> {0}
    %x = stablehlo.add %n, %d : {0})";
  if (name == "causal")
    return R"(
    %i = stablehlo.iota dim = 0 : {4}
    %j = stablehlo.iota dim = 1 : {4}
    %sees = stablehlo.compare GE, %i, %j : ({4}, {4}) -> {3}
    %all = stablehlo.broadcast_in_dim %sees, dims = [2, 3] : ({3}) -> {5}
    %low = stablehlo.constant dense<0xFF800000> : {0}
    %x = stablehlo.select %all, %s, %low : {5}, {0})";
  if (name == "biased")
    return R"(
    %t = stablehlo.tanh %s : {0}
    %n = stablehlo.broadcast_in_dim %b, dims = [2, 3] : ({2}) -> {0}
    %x = stablehlo.add %t, %n : {0})";
  ADD_FAILURE() << name;
  return "";
}

inline std::string tensor(const Dims& dims, std::string_view type) {
  return fmt::format("tensor<{}{}{}>", fmt::join(dims, "x"), dims.empty() ? "" : "x", type);
}

struct Types {
  std::string q, k, v, result;
  Dims q_dims, k_dims, v_dims, result_dims;
};

inline Types types_of(const Form& form) {
  const int64_t b = form.batch, h = form.heads, n = form.queries, s = form.keys, d = form.size,
                w = form.width;
  Types types;
  switch (form.writer) {
    case Writer::kByHead:
    case Writer::kTurned:
      types.q_dims = {b, h, n, d}, types.k_dims = {b, h, s, d}, types.v_dims = {b, h, s, w};
      types.result_dims = {b, h, n, w};
      break;
    case Writer::kJax:
      types.q_dims = {b, n, h, d}, types.k_dims = {b, s, h, d}, types.v_dims = {b, s, h, w};
      types.result_dims = {b, n, h, w};
      break;
    case Writer::kTorch:
      types.q_dims = {b * h, n, d}, types.k_dims = {b * h, s, d}, types.v_dims = {b * h, s, w};
      types.result_dims = {b, n, h, w};
      break;
    case Writer::kGrouped:
      types.q_dims = {b, h, n, d}, types.k_dims = {b, s, d}, types.v_dims = {b, s, w};
      types.result_dims = {b, h, n, w};
      break;
  }
  const std::string_view type = name(form.dtype);
  types.q = tensor(types.q_dims, type), types.k = tensor(types.k_dims, type);
  types.v = tensor(types.v_dims, type), types.result = tensor(types.result_dims, type);
  return types;
}

// "%o = stablehlo.dot_general %p, %v" and its axes and types.
inline std::string dot(std::string_view result, std::string_view operands, std::string_view batching,
                       std::string_view contracting, const std::string& left, const std::string& right,
                       const std::string& to) {
  return fmt::format(
      "{} = stablehlo.dot_general {}, batching_dims = {}, contracting_dims = {} : ({}, {}) -> {}", result,
      operands, batching, contracting, left, right, to);
}

// %s, f32 [batch, heads, queries, keys].
inline std::string first_product(const Form& form, const Types& t) {
  const int64_t b = form.batch, h = form.heads, n = form.queries, s = form.keys, d = form.size;
  const std::string all = tensor({b, h, n, s}, "f32");
  switch (form.writer) {
    case Writer::kByHead: return dot("%s", "%q, %k", "[0, 1] x [0, 1]", "[3] x [3]", t.q, t.k, all);
    case Writer::kJax: return dot("%s", "%q, %k", "[0, 2] x [0, 2]", "[3] x [3]", t.q, t.k, all);
    case Writer::kGrouped: return dot("%s", "%q, %k", "[0] x [0]", "[3] x [2]", t.q, t.k, all);
    case Writer::kTurned: {
      const std::string turned = tensor({b, h, s, n}, "f32");
      return dot("%s0", "%k, %q", "[0, 1] x [0, 1]", "[3] x [3]", t.k, t.q, turned) +
             fmt::format("\n%s = stablehlo.transpose %s0, dims = [0, 1, 3, 2] : ({}) -> {}", turned, all);
    }
    case Writer::kTorch: {
      const std::string keys = tensor({b * h, d, s}, name(form.dtype)), made = tensor({b * h, n, s}, "f32");
      return fmt::format("%kt = stablehlo.transpose %k, dims = [0, 2, 1] : ({}) -> {}\n", t.k, keys) +
             dot("%s0", "%q, %kt", "[0] x [0]", "[2] x [1]", t.q, keys, made) +
             fmt::format("\n%s = stablehlo.reshape %s0 : ({}) -> {}", made, all);
    }
  }
  return "";
}

// %o of %p, of the form's type.
inline std::string second_product(const Form& form, const Types& t) {
  const int64_t b = form.batch, h = form.heads, n = form.queries, s = form.keys, w = form.width;
  const std::string all = tensor({b, h, n, s}, name(form.dtype));
  switch (form.writer) {
    case Writer::kByHead:
    case Writer::kTurned: return dot("%o", "%p, %v", "[0, 1] x [0, 1]", "[3] x [2]", all, t.v, t.result);
    case Writer::kGrouped: return dot("%o", "%p, %v", "[0] x [0]", "[3] x [1]", all, t.v, t.result);
    case Writer::kJax: {
      const std::string turned = tensor({b, h, w, n}, name(form.dtype));
      return dot("%o0", "%v, %p", "[0, 2] x [0, 1]", "[1] x [3]", t.v, all, turned) +
             fmt::format("\n%o = stablehlo.transpose %o0, dims = [0, 3, 1, 2] : ({}) -> {}", turned,
                         t.result);
    }
    case Writer::kTorch: {
      const std::string flat = tensor({b * h, n, s}, name(form.dtype)),
                        made = tensor({b * h, n, w}, name(form.dtype)),
                        by_head = tensor({b, h, n, w}, name(form.dtype));
      return fmt::format("%p0 = stablehlo.reshape %p : ({}) -> {}\n", all, flat) +
             dot("%o0", "%p0, %v", "[0] x [0]", "[2] x [1]", flat, t.v, made) +
             fmt::format(R"(
      %o1 = stablehlo.reshape %o0 : ({}) -> {}
      %o = stablehlo.transpose %o1, dims = [0, 2, 1, 3] : ({}) -> {})",
                         made, by_head, by_head, t.result);
    }
  }
  return "";
}

// `more` comes behind %p, `results` are returned beside %o.
inline std::string text_of(const Form& form, const std::string& more = "", const std::string& result = "",
                           const std::string& result_type = "") {
  const int64_t b = form.batch, h = form.heads, n = form.queries, s = form.keys;
  const Types t = types_of(form);
  const std::string all = tensor({b, h, n, s}, "f32"), rows = tensor({b, h, n}, "f32"),
                    thin = tensor({b, h, n, 1}, "f32"), mask = tensor({b, s}, "f32"),
                    bias = tensor({n, s}, "f32");
  const std::string middle = fmt::format(fmt::runtime(between(form)), all, mask, bias, tensor({n, s}, "i1"),
                                         tensor({n, s}, "i32"), tensor({b, h, n, s}, "i1"));
  const std::string softmax = fmt::format(R"(
      %minus = stablehlo.constant dense<0xFF800000> : tensor<f32>
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %m0 = stablehlo.reduce(%x init: %minus) applies stablehlo.maximum across dimensions = [3] : ({0}, tensor<f32>) -> {1}
      %lows = stablehlo.broadcast_in_dim %minus, dims = [] : (tensor<f32>) -> {1}
      %m1 = stablehlo.maximum %lows, %m0 : {1}
      %m2 = stablehlo.broadcast_in_dim %m1, dims = [0, 1, 2] : ({1}) -> {2}
      %m3 = stablehlo.broadcast_in_dim %m2, dims = [0, 1, 2, 3] : ({2}) -> {0}
      %less = stablehlo.subtract %x, %m3 : {0}
      %e = stablehlo.exponential %less : {0}
      %t0 = stablehlo.reduce(%e init: %zero) applies stablehlo.add across dimensions = [3] : ({0}, tensor<f32>) -> {1}
      %t1 = stablehlo.broadcast_in_dim %t0, dims = [0, 1, 2] : ({1}) -> {0}
      %weights = stablehlo.divide %e, %t1 : {0}
      %p = stablehlo.convert %weights : ({0}) -> {3})",
                                          all, rows, thin, tensor({b, h, n, s}, name(form.dtype)));
  return fmt::format(R"(
    func.func @main(%q: {}, %k: {}, %v: {}, %m: {}, %b: {}) -> ({}{}) {{
      {}
      {}
      {}
      {}
      {}
      return %o{} : {}{}
    }})",
                     t.q, t.k, t.v, mask, bias, t.result, result_type, first_product(form, t), middle,
                     softmax, more, second_product(form, t), result, t.result, result_type);
}

}  // namespace fusebox::cpu::test
