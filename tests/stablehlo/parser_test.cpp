// Text read as programs: what the printer and JAX write, each form of an op, and what stays of a program.
#include <gtest/gtest.h>

#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/parser.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/stablehlo/op_sketches.h"
#include "tests/stablehlo/text_sections.h"

namespace fusebox::test {
namespace {

using stablehlo::parse;
using stablehlo::print;

// The text of the parsed text; the message if it does not parse.
std::string again(const std::string& text) {
  try {
    return print(parse(text));
  } catch (const Error& error) {
    return error.what();
  }
}

// A function of some values, whose last op's results are not returned.
std::string function(std::string_view body) {
  return "func.func @main(%x: tensor<2x3xf32>, %y: tensor<2x3xf32>, %i: tensor<i32>, %s: tensor<f32>, "
         "%p: tensor<i1>, %k: tensor<2xui64>, %c: tensor<8xcomplex<f32>>) {\n" +
         std::string(body) + "\n  return\n}\n";
}

TEST(Parse, a_small_program) {
  const hlo::Program program = parse(R"(
    module @tiny {
      // Twice x, plus one.
      func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
        %two = stablehlo.constant dense<2.0> : tensor<2xf32>
        %0 = stablehlo.multiply %x, %two : tensor<2xf32>
        return %0 : tensor<2xf32>
      }
    })");
  EXPECT_EQ(program.name, "tiny");
  const hlo::Function& main = *program.find("main");
  EXPECT_TRUE(main.visible);
  ASSERT_EQ(main.body.ops.size(), 3u);
  const hlo::Op& multiply = *main.body.ops[1];
  EXPECT_EQ(multiply.code, OpCode::multiply);
  EXPECT_EQ(multiply.operands[0], &main.body.arguments[0]);
  EXPECT_EQ(multiply.operands[1], main.body.ops[0]->result());
  EXPECT_EQ(main.body.returned()[0], &multiply.results[0]);
}

// --- text → program → text is the identity

TEST(RoundTrip, every_op_as_the_printer_writes_it) {
  const auto texts = text_sections("op_texts.mlir");
  ASSERT_GT(texts.size(), 80u);
  for (const auto& [name, text] : texts) EXPECT_EQ(again(text), text) << name;
}

TEST(RoundTrip, every_op_in_every_element_type) {
  int drawn = 0;
  for (const OpSketch& how : op_sketches()) {
    for (DType dtype : {i1,       i4,       i8,       i16,       i64,  u2,  u8,  u16, u32, u64,
                        f4e2m1fn, f6e3m2fn, f8e4m3fn, f8e8m0fnu, bf16, f16, f32, f64, c64, c128}) {
      const auto sketch = draw(how, dtype);
      if (!sketch) continue;
      const std::string text = print(sketch->program);
      EXPECT_EQ(again(text), text);
      drawn++;
    }
  }
  EXPECT_GT(drawn, 1000);
}

// JAX's pretty form with locations and its generic form are one program.
TEST(RoundTrip, what_jax_lowers) {
  const auto texts = text_sections("jax_texts.mlir");
  ASSERT_GT(texts.size(), 40u);
  for (const auto& [name, text] : texts) {
    const std::string first = again(text);
    ASSERT_TRUE(first.starts_with("module @jit_")) << name << "\n" << first;
    EXPECT_EQ(again(first), first) << name;
    const auto generic = texts.find(name + " generic");
    if (generic != texts.end()) {
      EXPECT_EQ(again(generic->second), first) << name;
    }
  }
}

// --- the forms

// Both spellings of one op. Each stands in function() and returns nothing.
const std::pair<const char*, const char*> kSpellings[] = {
    {"%0 = stablehlo.add %x, %y : tensor<2x3xf32>",
     R"(%0 = "stablehlo.add"(%x, %y) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>)"},
    {"%0 = stablehlo.add %x, %y : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>",
     "%0 = stablehlo.add %x,%y:tensor<2x3xf32>"},
    {"%0 = stablehlo.clamp %s, %x, %s : (tensor<f32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>",
     R"(%0 = "stablehlo.clamp"(%s, %x, %s) : (tensor<f32>, tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>)"},
    {"%0 = stablehlo.constant dense<1> : tensor<i32>",
     R"(%0 = "stablehlo.constant"() <{value = dense<1> : tensor<i32>}> : () -> tensor<i32>)"},
    {"%0 = stablehlo.iota dim = 1 : tensor<2x3xi32>",
     R"(%0 = "stablehlo.iota"() {iota_dimension = 1 : i64} : () -> tensor<2x3xi32>)"},
    {"%0 = stablehlo.compare LT, %x, %y, TOTALORDER : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>",
     R"(%0 = "stablehlo.compare"(%x, %y) <{compare_type = #stablehlo<comparison_type TOTALORDER>, comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>)"},
    {"%0 = stablehlo.select %p, %x, %y : tensor<i1>, tensor<2x3xf32>",
     "%0 = stablehlo.select %p, %x, %y : (tensor<i1>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>"},
    {"%0 = stablehlo.convert %i : (tensor<i32>) -> tensor<f32>",
     R"(%0 = "stablehlo.convert"(%i) : (tensor<i32>) -> tensor<f32>)"},
    {"%0 = stablehlo.complex %s, %s : tensor<complex<f32>>",
     R"(%0 = "stablehlo.complex"(%s, %s) : (tensor<f32>, tensor<f32>) -> tensor<complex<f32>>)"},
    {"%0 = stablehlo.reduce_precision %x, format = e5m10 : tensor<2x3xf32>",
     R"(%0 = "stablehlo.reduce_precision"(%x) {exponent_bits = 5 : i32, mantissa_bits = 10 : i32} : (tensor<2x3xf32>) -> tensor<2x3xf32>)"},
    {"%0 = stablehlo.broadcast_in_dim %s, dims = [] : (tensor<f32>) -> tensor<2xf32>",
     R"(%0 = "stablehlo.broadcast_in_dim"(%s) {broadcast_dimensions = dense<> : tensor<0xi64>} : (tensor<f32>) -> tensor<2xf32>)"},
    {"%0 = stablehlo.transpose %x, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>",
     R"(%0 = "stablehlo.transpose"(%x) <{permutation = array<i64: 1, 0>}> : (tensor<2x3xf32>) -> tensor<3x2xf32>)"},
    {"%0 = stablehlo.reverse %x, dims = [0, 1] : tensor<2x3xf32>",
     R"(%0 = "stablehlo.reverse"(%x) {dimensions = dense<[0, 1]> : tensor<2xi64>} : (tensor<2x3xf32>) -> tensor<2x3xf32>)"},
    {"%0 = stablehlo.slice %x [0:2, 0:3:2] : (tensor<2x3xf32>) -> tensor<2x2xf32>",
     R"(%0 = "stablehlo.slice"(%x) <{limit_indices = array<i64: 2, 3>, start_indices = array<i64: 0, 0>, strides = array<i64: 1, 2>}> : (tensor<2x3xf32>) -> tensor<2x2xf32>)"},
    {"%0 = stablehlo.concatenate %x, %y, dim = 0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>",
     R"(%0 = "stablehlo.concatenate"(%x, %y) {dimension = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>)"},
    {"%0 = stablehlo.pad %x, %s, low = [1, -1], high = [0, 0], interior = [0, 1] : (tensor<2x3xf32>, "
     "tensor<f32>) -> tensor<3x4xf32>",
     R"(%0 = "stablehlo.pad"(%x, %s) <{edge_padding_high = array<i64: 0, 0>, edge_padding_low = array<i64: 1, -1>, interior_padding = array<i64: 0, 1>}> : (tensor<2x3xf32>, tensor<f32>) -> tensor<3x4xf32>)"},
    {"%0 = stablehlo.dynamic_slice %x, %i, %i, sizes = [1, 2] : (tensor<2x3xf32>, tensor<i32>, tensor<i32>) "
     "-> tensor<1x2xf32>",
     R"(%0 = "stablehlo.dynamic_slice"(%x, %i, %i) {slice_sizes = dense<[1, 2]> : tensor<2xi64>} : (tensor<2x3xf32>, tensor<i32>, tensor<i32>) -> tensor<1x2xf32>)"},
    {"%0 = stablehlo.dot_general %x, %y, batching_dims = [0] x [0], contracting_dims = [1] x [1], precision "
     "= [DEFAULT, HIGH] : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2xf32>",
     R"(%0 = "stablehlo.dot_general"(%x, %y) <{dot_dimension_numbers = #stablehlo.dot<rhs_contracting_dimensions = [1], lhs_contracting_dimensions = [1], lhs_batching_dimensions = [0], rhs_batching_dimensions = [0]>, precision_config = [#stablehlo<precision DEFAULT>, #stablehlo<precision HIGH>]}> : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2xf32>)"},
    {"%t = stablehlo.transpose %y, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32> %0 = stablehlo.dot "
     "%x, %t, precision = [HIGH, HIGH] : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>",
     "%t = stablehlo.transpose %y, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32> %0 = "
     "stablehlo.dot_general %x, %t, contracting_dims = [1] x [0], precision = [HIGH, HIGH] : "
     "(tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>"},
    {R"(%0 = "stablehlo.broadcast"(%x) {broadcast_sizes = array<i64: 5>} : (tensor<2x3xf32>) -> tensor<5x2x3xf32>)",
     "%0 = stablehlo.broadcast_in_dim %x, dims = [1, 2] : (tensor<2x3xf32>) -> tensor<5x2x3xf32>"},
    {"%0 = stablehlo.fft %c, type = FFT, length = [8] : tensor<8xcomplex<f32>>",
     R"(%0 = "stablehlo.fft"(%c) <{fft_length = array<i64: 8>, fft_type = #stablehlo<fft_type FFT>}> : (tensor<8xcomplex<f32>>) -> tensor<8xcomplex<f32>>)"},
    {"%0:2 = stablehlo.rng_bit_generator %k, algorithm = PHILOX : (tensor<2xui64>) -> (tensor<2xui64>, "
     "tensor<2xui32>)",
     R"(%0, %1 = "stablehlo.rng_bit_generator"(%k) <{rng_algorithm = #stablehlo<rng_algorithm PHILOX>}> : (tensor<2xui64>) -> (tensor<2xui64>, tensor<2xui32>))"},
    {"%0:2 = stablehlo.optimization_barrier %x, %i : tensor<2x3xf32>, tensor<i32>",
     R"(%0:2 = "stablehlo.optimization_barrier"(%x, %i) : (tensor<2x3xf32>, tensor<i32>) -> (tensor<2x3xf32>, tensor<i32>))"},
    {"%0 = stablehlo.reduce(%x init: %s) applies stablehlo.add across dimensions = [1] : (tensor<2x3xf32>, "
     "tensor<f32>) -> tensor<2xf32>",
     R"(%0 = stablehlo.reduce(%x init: %s) across dimensions = [1] : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
          reducer(%l: tensor<f32>, %r: tensor<f32>) {
            %1 = stablehlo.add %l, %r : tensor<f32>
            stablehlo.return %1 : tensor<f32>
          })"},
    {R"(%0:2 = stablehlo.reduce(%x init: %s), (%y init: %s) across dimensions = [0, 1] : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>)
          reducer(%a: tensor<f32>, %b: tensor<f32>) (%c0: tensor<f32>, %d: tensor<f32>) {
            stablehlo.return %b, %c0 : tensor<f32>, tensor<f32>
          })",
     R"(%0:2 = "stablehlo.reduce"(%x, %y, %s, %s) ({
          ^bb0(%a: tensor<f32>, %c0: tensor<f32>, %b: tensor<f32>, %d: tensor<f32>):
            "stablehlo.return"(%b, %c0) : (tensor<f32>, tensor<f32>) -> ()
          }) {dimensions = dense<[0, 1]> : tensor<2xi64>} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<f32>, tensor<f32>) -> (tensor<f32>, tensor<f32>))"},
    {R"(%0:2 = stablehlo.while(%n = %i, %v = %x) : tensor<i32>, tensor<2x3xf32> attributes {mhlo.note = 1} cond {
          %1 = stablehlo.compare LT, %n, %i : (tensor<i32>, tensor<i32>) -> tensor<i1>
          stablehlo.return %1 : tensor<i1>
        } do {
          stablehlo.return %n, %v : tensor<i32>, tensor<2x3xf32>
        })",
     R"(%0:2 = "stablehlo.while"(%i, %x) ({
        ^bb0(%n: tensor<i32>, %v: tensor<2x3xf32>):
          %1 = stablehlo.compare LT, %n, %i : (tensor<i32>, tensor<i32>) -> tensor<i1>
          stablehlo.return %1 : tensor<i1>
        }, {
        ^bb0(%n: tensor<i32>, %v: tensor<2x3xf32>):
          stablehlo.return %n, %v : tensor<i32>, tensor<2x3xf32>
        }) {mhlo.note = 1 : i64} : (tensor<i32>, tensor<2x3xf32>) -> (tensor<i32>, tensor<2x3xf32>))"},
    {"stablehlo.custom_call @f(%x) {has_side_effect = true, mhlo.sharding = \"{replicated}\"} : "
     "(tensor<2x3xf32>) -> ()",
     R"("stablehlo.custom_call"(%x) <{has_side_effect = true, call_target_name = "f"}> {mhlo.sharding = "{replicated}"} : (tensor<2x3xf32>) -> ())"},
    {"%0 = stablehlo.exponential %x {result_accuracy = #stablehlo.result_accuracy<ulps = 10, mode = "
     "#stablehlo.result_accuracy_mode<TOLERANCE>>} : tensor<2x3xf32>",
     R"(%0 = "stablehlo.exponential"(%x) <{result_accuracy = #stablehlo.result_accuracy<ulps = 10, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>}> : (tensor<2x3xf32>) -> tensor<2x3xf32>)"},
    {"%0 = chlo.erf %x : tensor<2x3xf32> -> tensor<2x3xf32>",
     "%0 = stablehlo.custom_call @chlo.erf(%x) : (tensor<2x3xf32>) -> tensor<2x3xf32>"},
    {"%0:2 = chlo.top_k(%x, k = 2) : tensor<2x3xf32> -> (tensor<2x2xf32>, tensor<2x2xi32>)",
     R"(%0:2 = "stablehlo.custom_call"(%x) <{call_target_name = "chlo.top_k", api_version = 4 : i32, backend_config = {k = 2 : i64}}> : (tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x2xi32>))"},
    {"check.expect_eq_const %i, dense<3> : tensor<i32>",
     "stablehlo.custom_call @check.expect_eq_const(%i) {has_side_effect = true, api_version = 4 : i32, "
     "backend_config = {value = dense<3> : tensor<i32>}} : (tensor<i32>) -> ()"},
    {"check.expect_close %x, %y, max_ulp_difference = 3 : tensor<2x3xf32>, tensor<2x3xf32>",
     "stablehlo.custom_call @check.expect_close(%x, %y) {has_side_effect = true, api_version = 4 : i32, "
     "backend_config = {max_ulp_difference = 3 : i64}} : (tensor<2x3xf32>, tensor<2x3xf32>) -> ()"},
};

TEST(Forms, spellings_of_one_op) {
  for (const auto& [one, other] : kSpellings) {
    const std::string text = again(function(one));
    ASSERT_TRUE(text.starts_with("module")) << text;
    EXPECT_EQ(again(function(other)), text);
    EXPECT_EQ(again(text), text);
  }
}

// Ops without a rule have the types that the text says; their attributes stay.
TEST(Forms, of_ops_for_many_devices) {
  const std::string text = again(function(R"(
    %t = stablehlo.create_token : !stablehlo.token
    %0:2 = "stablehlo.recv"(%t) {
      channel_handle = #stablehlo.channel_handle<handle = 1, type = 3>, is_host_transfer = true
    } : (!stablehlo.token) -> (tensor<5xf32>, !stablehlo.token)
    %1 = "stablehlo.all_gather"(%x) {
      all_gather_dim = 1 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>, use_global_device_ids
    } : (tensor<2x3xf32>) -> tensor<2x6xf32>)"));
  EXPECT_NE(
      text.find("\"stablehlo.recv\"(%0) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = 3>, "
                "is_host_transfer = true}> : (!stablehlo.token) -> (tensor<5xf32>, !stablehlo.token)"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("use_global_device_ids = unit}> : (tensor<2x3xf32>) -> tensor<2x6xf32>"),
            std::string::npos)
      << text;
  EXPECT_EQ(again(text), text);
}

TEST(Forms, convolution) {
  const std::string conv = R"(
    func.func @main(%x: tensor<1x8x8x3xf32>, %w: tensor<3x3x3x6xf32>) -> tensor<1x4x8x6xf32> {
      %0 = ATTRIBUTES : (tensor<1x8x8x3xf32>, tensor<3x3x3x6xf32>) -> tensor<1x4x8x6xf32>
      return %0 : tensor<1x4x8x6xf32>
    })";
  const auto with = [&](std::string_view how) {
    std::string text = conv;
    return text.replace(text.find("ATTRIBUTES"), 10, how);
  };
  const std::string text =
      again(with("stablehlo.convolution(%x, %w) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], "
                 "window = {stride = [2, 1], "
                 "pad = [[0, 1], [1, 1]], rhs_dilate = [1, 1], reverse = [false, false]} "
                 "{feature_group_count = 1 : i64, batch_group_count = 1 : i64}"));
  EXPECT_NE(text.find("padding = dense<[[0, 1], [1, 1]]> : tensor<2x2xi64>"), std::string::npos) << text;
  EXPECT_EQ(again(with(R"("stablehlo.convolution"(%x, %w) {
      dimension_numbers = #stablehlo.conv<raw
        input_batch_dimension = 0, input_feature_dimension = 3, input_spatial_dimensions = [1, 2],
        kernel_input_feature_dimension = 2, kernel_output_feature_dimension = 3, kernel_spatial_dimensions = [0, 1],
        output_batch_dimension = 0, output_feature_dimension = 3, output_spatial_dimensions = [1, 2]>,
      window_strides = dense<[2, 1]> : tensor<2xi64>, padding = dense<[[0, 1], [1, 1]]> : tensor<2x2xi64>,
      rhs_dilation = array<i64: 1, 1>, window_reversal = dense<false> : tensor<2xi1>,
      feature_group_count = 1 : i64, batch_group_count = 1 : i64})")),
            text);
  EXPECT_EQ(again(text), text);
}

// --- the parts of a program

TEST(Module, may_be_generic_or_absent) {
  const std::string want =
      "module @m {\n  func.func private @f(%arg0: tensor<i32>) -> (tensor<i32>) {\n    return %arg0 : "
      "tensor<i32>\n  "
      "}\n}\n";
  EXPECT_EQ(
      again("module @m attributes {mhlo.num_replicas = 1 : i32} { func.func private @f(%x: tensor<i32>) -> "
            "tensor<i32> attributes {a.b} { func.return %x : tensor<i32> } loc(unknown) } loc(#loc)\n#loc = "
            "loc(\"x\")\n"),
      want);
  EXPECT_EQ(again(R"("builtin.module"() <{sym_name = "m"}> ({
      "func.func"() <{sym_name = "f", sym_visibility = "private", function_type = (tensor<i32>) -> tensor<i32>}> ({
      ^bb0(%x: tensor<i32>):
        "func.return"(%x) : (tensor<i32>) -> ()
      }) : () -> ()
    }) {mhlo.num_replicas = 1 : i32} : () -> ())"),
            want);
  EXPECT_EQ(again("func.func @f() { return }"), "module {\n  func.func public @f() {\n    return\n  }\n}\n");
}

TEST(Module, functions_call_each_other_in_any_order) {
  const std::string text = again(R"(
    func.func @main(%x: tensor<2xi32>) -> (tensor<2xi32>, tensor<2xi32>) {
      %0:2 = call @"layer/0"(%x) : (tensor<2xi32>) -> (tensor<2xi32>, tensor<2xi32>)
      return %0#1, %0#0 : tensor<2xi32>, tensor<2xi32>
    }
    func.func private @"layer/0"(%x: tensor<2xi32>) -> (tensor<2xi32>, tensor<2xi32>) {
      return %x, %x : tensor<2xi32>, tensor<2xi32>
    })");
  EXPECT_NE(text.find("return %0#1, %0#0"), std::string::npos) << text;
}

TEST(Module, arguments_are_donated_and_named) {
  const hlo::Program program = parse(R"(
    func.func public @main(%arg0: tensor<2xf32> {jax.buffer_donor = true, mhlo.sharding = "{replicated}"} loc("cache"),
                           %arg1: tensor<3xf32> {mhlo.layout_mode = "default", tf.aliasing_output = 0 : i32} loc(#loc1),
                           %arg2: tensor<i32> loc("file.py":1:2)) -> (tensor<3xf32> {jax.result_info = "result"}) {
      return %arg1 : tensor<3xf32>
    }
    #loc1 = loc("params['w']"(#loc2))
    #loc2 = loc("file.py":7:0))");
  const auto& arguments = program.find("main")->arguments;
  ASSERT_EQ(arguments.size(), 3u);
  EXPECT_TRUE(arguments[0].donor);
  EXPECT_EQ(arguments[0].alias_output, std::nullopt);
  EXPECT_EQ(arguments[0].name, "cache");
  EXPECT_FALSE(arguments[1].donor);
  EXPECT_EQ(arguments[1].alias_output, 0);
  EXPECT_EQ(arguments[1].name, "params['w']");
  EXPECT_EQ(arguments[2].name, "");
  const std::string text = print(program);
  EXPECT_NE(text.find("%arg0: tensor<2xf32> {jax.buffer_donor = true}"), std::string::npos) << text;
  EXPECT_EQ(again(text), text);
}

TEST(Module, locations_name_ops) {
  const hlo::Program program = parse(R"(
    func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %0 = stablehlo.negate %x : tensor<2xf32> loc("mlp/neg"("model.py":3:4))
      %1 = stablehlo.negate %0 : tensor<2xf32> loc(#loc5)
      %2 = stablehlo.negate %1 : tensor<2xf32> loc("model.py":3:4)
      %3 = stablehlo.negate %2 : tensor<2xf32> loc(callsite("a" at fused<"b">["c", "d"]))
      return %3 : tensor<2xf32> loc(unknown)
    }
    #loc5 = loc("jit(f)/neg"(#loc))
    #loc = loc(unknown))");
  const auto& ops = program.find("main")->body.ops;
  EXPECT_EQ(ops[0]->location.scope, "mlp/neg");
  EXPECT_EQ(ops[1]->location.scope, "jit(f)/neg");
  EXPECT_EQ(ops[2]->location.scope, "");
  EXPECT_EQ(ops[3]->location.scope, "");
}

TEST(Module, names_of_regions_end_with_them) {
  const std::string body = R"(
    %0 = "stablehlo.if"(%p) ({
      %a = stablehlo.negate %x : tensor<2x3xf32>
      stablehlo.return %a : tensor<2x3xf32>
    }, {
      %a = stablehlo.abs %x : tensor<2x3xf32>
      stablehlo.return %a : tensor<2x3xf32>
    }) : (tensor<i1>) -> tensor<2x3xf32>)";
  EXPECT_TRUE(again(function(body)).starts_with("module")) << again(function(body));
  EXPECT_NE(
      again(function(body + "\n%1 = stablehlo.negate %a : tensor<2x3xf32>")).find("%a is not defined here"),
      std::string::npos);
}

TEST(Module, sharding_is_the_identity) {
  const std::string text = again(R"(
    module {
      sdy.mesh @mesh = <["x"=2]>
      func.func @main(%x: tensor<4xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}]>}) -> tensor<4xf32> {
        %0 = sdy.sharding_constraint %x <@mesh, [{}]> : tensor<4xf32>
        return %0 : tensor<4xf32>
      }
    })");
  EXPECT_NE(text.find("return %arg0"), std::string::npos) << text;
}

// --- attributes

hlo::Attributes attributes_of(const std::string& dict, const std::string& before = "") {
  const hlo::Program program =
      parse(before + function("%0 = stablehlo.negate %x " + dict + " : tensor<2x3xf32>"));
  return program.find("main")->body.ops[0]->attributes;
}

TEST(Attributes, of_other_dialects_stay) {
  const hlo::Attributes have = attributes_of(
      R"({a.b = true, a.i = -3 : i32, a.f = 1.5 : f32, a.nan = 0x7FC00000 : f32, a.s = "x\22\0A\\", a.d = array<i64: 1, 2>, a.u,
          a.strings = ["p", "q"], a.sym = @main, a.dict = {k = 1 : i64, "odd key" = {}}, a.dtype = bf16,
          a.dense = dense<[1, 2]> : tensor<2xi32>, other = 3})");
  EXPECT_EQ(have.get<bool>("a.b"), true);
  EXPECT_EQ(have.get<int64_t>("a.i"), -3);
  EXPECT_EQ(have.get<double>("a.f"), 1.5);
  EXPECT_TRUE(have.get<double>("a.nan") != have.get<double>("a.nan"));
  EXPECT_EQ(have.get<std::string>("a.s"), "x\"\n\\");
  EXPECT_EQ(have.get<Dims>("a.d"), (Dims{1, 2}));
  EXPECT_EQ(have.get<hlo::Opaque>("a.u").text, "unit");
  EXPECT_EQ(have.get<std::vector<std::string>>("a.strings"), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(have.get<hlo::SymbolRef>("a.sym").name, "main");
  EXPECT_EQ(have.get<hlo::AttributeDict>("a.dict")[1].first, "odd key");
  EXPECT_EQ(have.get<DType>("a.dtype"), bf16);
  EXPECT_EQ(have.get<hlo::Literal>("a.dense").shape, (Shape{{2}, i32}));
  EXPECT_EQ(have.find("other"), nullptr);  // nobody's
}

TEST(Attributes, that_nobody_here_knows_are_kept_as_text) {
  for (const std::string text :
       {"#sdy.sharding<@mesh, [{\"x\", ?}, {}]>", "!foo.type<a -> b, [(1, 2)]>",
        "[1 : i32, \"a\", {k = [2]}]", "(tensor<2xf32>, i32) -> (f32)", "tensor<?x3xf32>",
        "affine_map<(d0) -> (d0)>", "dense<[0, 1]> : tensor<2xindex>", "array<i32: 1, 2>", "@a::@b",
        "#stablehlo<precision HIGH>"}) {
    EXPECT_EQ(attributes_of("{a.b = " + text + "}").get<hlo::Opaque>("a.b").text, text);
  }
}

TEST(Attributes, aliases_are_put_in) {
  const std::string aliases = "#mesh = #sdy.mesh<[\"x\"=2]>\n#dims = array<i64: 4, 5>\n#all = {d = #dims}\n";
  EXPECT_EQ(attributes_of("{a.d = #dims}", aliases).get<Dims>("a.d"), (Dims{4, 5}));
  EXPECT_EQ(
      std::get<Dims>(attributes_of("{a.d = #all}", aliases).get<hlo::AttributeDict>("a.d")[0].second.value),
      (Dims{4, 5}));
  EXPECT_EQ(attributes_of("{a.s = #sdy.sharding<#mesh, [#dims]>}", aliases).get<hlo::Opaque>("a.s").text,
            "#sdy.sharding<#sdy.mesh<[\"x\"=2]>, [array<i64: 4, 5>]>");
}

}  // namespace
}  // namespace fusebox::test
