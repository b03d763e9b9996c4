// The text of programs: one golden file with every op, and the parts that have rules of their own.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <limits>
#include <map>
#include <random>
#include <span>
#include <sstream>

#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/stablehlo/op_sketches.h"
#include "tests/stablehlo/text_sections.h"

namespace fusebox::test {
namespace {

// Other text is written to op_texts.mlir in the build folder: look, then copy it over the golden file.
TEST(Print, every_op) {
  auto golden = text_sections("op_texts.mlir");
  std::string all = "// The text of every op; print_test.cpp compares it.\n";
  for (const OpSketch& how : op_sketches()) {
    const auto sketch = draw_common(how);
    hlo::verify(sketch->program);
    const std::string text = stablehlo::print(sketch->program);
    EXPECT_EQ(text, golden[how.name]) << how.name;
    all += "// ----- " + how.name + "\n" + text;
  }
  if (HasFailure()) std::ofstream(FUSEBOX_BINARY_DIR "/op_texts.mlir") << all;
}

// Every row is drawn, or its rule says that it is not done.
TEST(Print, no_op_is_forgotten) {
  std::map<OpCode, int> drawn;
  for (const OpSketch& how : op_sketches()) drawn[how.code]++;
  for (const hlo::OpInfo& row : hlo::all_ops()) {
    if (drawn.contains(row.code) || row.code == OpCode::return_) continue;
    const hlo::Attributes none;
    try {
      row.infer({row.code, {}, none, {}, {}});
      ADD_FAILURE() << row.name << " has a rule and no sketch";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnsupported) << row.name;
    }
  }
}

template <typename T>
hlo::Literal literal(Dims dims, DType dtype, const std::vector<T>& values, bool splat = false) {
  const auto bytes = std::as_bytes(std::span(values));
  return {
      {std::move(dims), dtype}, std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end()), splat};
}

// "dense<…> : tensor<…>" as a constant of that value prints it.
std::string constant_text(const hlo::Literal& value, const stablehlo::PrintOptions& options = {}) {
  Sketch s;
  s.ret({s.op(OpCode::constant, {}, {{"value", value}})});
  const std::string text = stablehlo::print(s.program, options);
  const size_t start = text.find("dense<");
  return text.substr(start, text.find('\n', start) - start);
}

TEST(Constants, floats_are_shortest_decimals_or_bits) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN(),
                  kInf = std::numeric_limits<float>::infinity();
  EXPECT_EQ(constant_text(literal<float>({}, f32, {0.1f})), "dense<0.1> : tensor<f32>");
  EXPECT_EQ(constant_text(literal<float>({4}, f32, {1, -0.0f, 1e20f, 1e-45f})),
            "dense<[1.0, -0.0, 1.0e+20, 1.0e-45]> : tensor<4xf32>");
  EXPECT_EQ(constant_text(literal<float>({3}, f32, {kNan, kInf, -kInf})),
            "dense<[0x7FC00000, 0x7F800000, 0xFF800000]> : tensor<3xf32>");
  EXPECT_EQ(constant_text(literal<double>({2}, f64, {0.1, kInf})),
            "dense<[0.1, 0x7FF0000000000000]> : tensor<2xf64>");
  EXPECT_EQ(constant_text(literal<uint16_t>({3}, bf16, {0x3f80, 0x3dcd, 0x7fc0})),
            "dense<[1.0, 0.100097656, 0x7FC0]> : tensor<3xbf16>");
  EXPECT_EQ(constant_text(literal<uint16_t>({3}, f16, {0x3c00, 0x0001, 0x7c00})),
            "dense<[1.0, 5.9604645e-08, 0x7C00]> : tensor<3xf16>");
  EXPECT_EQ(constant_text(literal<uint8_t>({2}, f8e4m3fn, {0x38, 0x7f})),
            "dense<[0x38, 0x7F]> : tensor<2xf8E4M3FN>");
  EXPECT_EQ(constant_text(literal<uint8_t>({2}, f4e2m1fn, {0x2, 0xf})),
            "dense<[0x2, 0xF]> : tensor<2xf4E2M1FN>");
  EXPECT_EQ(constant_text(literal<float>({1}, c64, {1, kNan})),
            "dense<[(1.0, 0x7FC00000)]> : tensor<1xcomplex<f32>>");
}

TEST(Constants, integers_and_bits) {
  EXPECT_EQ(constant_text(literal<int64_t>({2}, i64, {INT64_MIN, INT64_MAX})),
            "dense<[-9223372036854775808, 9223372036854775807]> : tensor<2xi64>");
  EXPECT_EQ(constant_text(literal<uint64_t>({}, u64, {UINT64_MAX})),
            "dense<18446744073709551615> : tensor<ui64>");
  EXPECT_EQ(constant_text(literal<int8_t>({2}, i8, {-128, 127})), "dense<[-128, 127]> : tensor<2xi8>");
  EXPECT_EQ(constant_text(literal<uint8_t>({3}, i4, {7, 8, 15})), "dense<[7, -8, -1]> : tensor<3xi4>");
  EXPECT_EQ(constant_text(literal<uint8_t>({3}, u2, {0, 3, 0xfe})), "dense<[0, 3, 2]> : tensor<3xui2>");
  EXPECT_EQ(constant_text(literal<uint8_t>({2}, i1, {0, 1})), "dense<[false, true]> : tensor<2xi1>");
}

TEST(Constants, shapes) {
  EXPECT_EQ(constant_text(literal<int32_t>({2, 1, 2}, i32, {1, 2, 3, 4})),
            "dense<[[[1, 2]], [[3, 4]]]> : tensor<2x1x2xi32>");
  EXPECT_EQ(constant_text(literal<int32_t>({2, 0}, i32, {})), "dense<> : tensor<2x0xi32>");
  EXPECT_EQ(constant_text(literal<int32_t>({1000, 1000}, i32, {7}, true)),
            "dense<7> : tensor<1000x1000xi32>");
}

TEST(Constants, big_ones_are_raw_bytes) {
  std::vector<int32_t> values(101, 0x01020304);
  std::string hex;
  for (size_t i = 0; i < values.size(); i++) hex += "04030201";
  EXPECT_EQ(constant_text(literal({101}, i32, values)), "dense<\"0x" + hex + "\"> : tensor<101xi32>");
  values.resize(100);
  EXPECT_TRUE(constant_text(literal({100}, i32, values)).starts_with("dense<[16909060, "));
  // Readers do not agree on how bits are packed.
  EXPECT_TRUE(
      constant_text(literal({200}, i1, std::vector<uint8_t>(200, 1))).starts_with("dense<[true, true, "));
}

TEST(Constants, can_be_left_out_for_people) {
  const std::vector<int32_t> values(50, 1);
  EXPECT_EQ(constant_text(literal({50}, i32, values), {.elide_above = 49}), "dense<…> : tensor<50xi32>");
  EXPECT_TRUE(constant_text(literal({50}, i32, values), {.elide_above = 50}).starts_with("dense<[1, "));
}

// What a reader does with the digits: to double first, then to float.
TEST(Constants, any_float_reads_back_bit_for_bit) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; i++) {
    const auto bits = static_cast<uint32_t>(random());
    std::string text = constant_text(literal<uint32_t>({}, f32, {bits}));
    text = text.substr(6, text.find('>') - 6);
    const uint32_t back =
        text.starts_with("0x")
            ? static_cast<uint32_t>(std::stoul(text, nullptr, 16))
            : std::bit_cast<uint32_t>(static_cast<float>(std::strtod(text.c_str(), nullptr)));
    ASSERT_EQ(back, bits) << text;
  }
}

std::string first_line_with(const std::string& text, std::string_view what) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.find(what) != std::string::npos) return line;
  return "no line with " + std::string(what);
}

TEST(Functions, donated_arguments) {
  Sketch s;
  Value *x = s.arg({2}, f32), *y = s.arg({2}, f32);
  s.main().arguments = {{"x", {}}, {"y", 0}};
  s.ret({s.op(OpCode::add, {x, y})});
  EXPECT_EQ(first_line_with(stablehlo::print(s.program), "@main"),
            "  func.func public @main(%arg0: tensor<2xf32>, %arg1: tensor<2xf32> {tf.aliasing_output = 0 : "
            "i32}) -> "
            "(tensor<2xf32>) {");
}

TEST(Functions, any_name_will_do) {
  Sketch s("my model \"v1\"\n");
  hlo::Function& odd = s.program.add_function("layer/0 é", false);
  Builder(s.program, odd.body).ret({});
  s.b->create_op(OpCode::call, {}, {{"callee", hlo::SymbolRef{"layer/0 é"}}});
  s.ret({});
  EXPECT_EQ(stablehlo::print(s.program),
            "module @\"my model \\22v1\\22\\0A\" {\n"
            "  func.func public @main() {\n"
            "    call @\"layer/0 \\C3\\A9\"() : () -> ()\n"
            "    return\n"
            "  }\n"
            "  func.func private @\"layer/0 \\C3\\A9\"() {\n"
            "    return\n"
            "  }\n"
            "}\n");
}

TEST(Functions, names_start_anew_in_each) {
  Sketch s;
  s.ret({s.op(OpCode::iota, {}, {{"iota_dimension", int64_t{0}}}, {{{2}, f32}})});
  Block& body = s.program.add_function("other", false).body;
  Value* x = body.add_argument({{2}, f32});
  Builder b(s.program, body);
  b.ret({b.create(OpCode::negate, {x})});
  EXPECT_EQ(first_line_with(stablehlo::print(s.program), "negate"),
            "    %0 = stablehlo.negate %arg0 : tensor<2xf32>");
}

TEST(Ops, several_results_are_a_pack) {
  Sketch s;
  Value *x = s.arg({2}, f32), *i = s.arg({}, i32);
  const Values both = s.ops(OpCode::optimization_barrier, {x, i});
  s.ret({both[1], both[0]});
  const std::string text = stablehlo::print(s.program);
  EXPECT_EQ(first_line_with(text, "barrier"),
            "    %0:2 = stablehlo.optimization_barrier %arg0, %arg1 : tensor<2xf32>, tensor<i32>");
  EXPECT_EQ(first_line_with(text, "return"), "    return %0#1, %0#0 : tensor<i32>, tensor<2xf32>");
}

TEST(Ops, attributes_of_other_dialects_stay) {
  Sketch s;
  Value* x = s.arg({2}, f32);
  Value* y = s.op(OpCode::negate, {x}, {{"mhlo.note", std::string("a \"b\"")}});
  Value* z = s.op(
      OpCode::constant, {},
      {{"value", zeros({{}, f32})}, {"mhlo.frontend_attributes", hlo::AttributeDict{{"k", int64_t{1}}}}});
  s.ret({y, z});
  const std::string text = stablehlo::print(s.program);
  EXPECT_EQ(first_line_with(text, "negate"),
            R"(    %0 = stablehlo.negate %arg0 {mhlo.note = "a \22b\22"} : tensor<2xf32>)");
  EXPECT_EQ(
      first_line_with(text, "constant"),
      R"(    %1 = "stablehlo.constant"() <{value = dense<0.0> : tensor<f32>}> {mhlo.frontend_attributes = {k = 1 : i64}} : () -> tensor<f32>)");
}

TEST(Ops, algorithm_of_a_dot) {
  Sketch s;
  s.ret({s.op(OpCode::dot_general, {s.arg({2, 3}, bf16), s.arg({3, 4}, bf16)},
              {{"dot_dimension_numbers", hlo::DotDimensions{{}, {}, {1}, {0}}},
               {"algorithm", hlo::DotAlgorithm{"bf16", "bf16", "f32"}}},
              {{{2, 4}, f32}})});
  EXPECT_EQ(first_line_with(stablehlo::print(s.program), "dot_general"),
            "    %0 = stablehlo.dot_general %arg0, %arg1, contracting_dims = [1] x [0], algorithm = "
            "<lhs_precision_type = "
            "bf16, rhs_precision_type = bf16, accumulation_type = f32, lhs_component_count = 1, "
            "rhs_component_count = 1, "
            "num_primitive_operations = 1, allow_imprecise_accumulation = false> : (tensor<2x3xbf16>, "
            "tensor<3x4xbf16>) "
            "-> tensor<2x4xf32>");
}

TEST(Ops, a_call_in_a_region_says_its_dialect) {
  Sketch s;
  Block& twice = s.program.add_function("twice", false).body;
  Value* y = twice.add_argument({{}, f32});
  Builder inner(s.program, twice);
  inner.ret({inner.create(OpCode::add, {y, y})});
  Value *which = s.arg({}, i1), *x = s.arg({}, f32);
  const auto branch = [&] {
    return s.region({}, [&](Builder& b, const Values&) {
      return Values{b.create(OpCode::call, {x}, {{"callee", hlo::SymbolRef{"twice"}}}, {{{}, f32}})};
    });
  };
  s.ret({s.op(OpCode::if_, {which}, {}, {}, regions(branch(), branch()))});
  EXPECT_EQ(first_line_with(stablehlo::print(s.program), "call"),
            "      %1 = func.call @twice(%arg1) : (tensor<f32>) -> tensor<f32>");
}

TEST(Ops, locations_are_for_people) {
  Sketch s;
  Value* x = s.arg({2}, f32);
  const auto where = std::source_location::current();
  s.b->set_location({s.program.intern("model.mlp"), where});
  s.ret({s.op(OpCode::negate, {x})});
  EXPECT_EQ(stablehlo::print(s.program).find("loc("), std::string::npos);
  EXPECT_TRUE(first_line_with(stablehlo::print(s.program, {.locations = true}), "negate")
                  .ends_with(fmt::format("loc(\"model.mlp\"(\"{}\":{}:{}))", where.file_name(), where.line(),
                                         where.column())));
}

}  // namespace
}  // namespace fusebox::test
