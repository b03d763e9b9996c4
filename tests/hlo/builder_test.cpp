// Calls, attributes, and what the builder adds to an error.
#include "fusebox/hlo/verify.h"
#include "tests/hlo/infer_rows.h"

namespace fusebox::test {
namespace {

TEST(Infer, calls) {
  const Attributes nameless{{"name", std::string("twice")}, {"decomposition", hlo::SymbolRef{"f"}}};
  const Attributes version{{"call_target_name", std::string("f")}, {"api_version", int64_t{9}}};
  expect({
      {OpCode::call, {kF}, {{"callee", hlo::SymbolRef{"f"}}}, {kF23, kI}, "f32[2, 3], i32[]"},
      {OpCode::call,
       {kF},
       {{"callee", std::string("f")}},
       {},
       "invalid argument: attribute callee is no symbol"},
      {OpCode::composite,
       {kF},
       nameless,
       {kF},
       "invalid argument: got name 'twice', want one with a namespace, such as fusebox.norm"},
      {OpCode::custom_call, {kF}, version, {kF}, "invalid argument: got api_version 9, want 1 to 4"},
      {OpCode::optimization_barrier, {kF, kI}, {}, {}, "f32[], i32[]"},
      {OpCode::after_all, {kF}, {}, {}, "dtype mismatch: got f32[], want tokens"},
      {OpCode::tanh, {kF}, {{"speed", int64_t{1}}}, {}, "invalid argument: there is no attribute speed"},
      {OpCode::tanh, {kF}, {{"mhlo.note", int64_t{1}}}, {}, "f32[]"},
      {OpCode::dynamic_reshape,
       {kF, {{1}, i32}},
       {},
       {},
       "unsupported: got no result types for dynamic_reshape, which has no rule to find them"},
      {OpCode::dynamic_reshape, {kF, {{1}, i32}}, {}, {kF}, "f32[]"},
  });
}

TEST(Builder, says_who_where_and_what) {
  Sketch s;
  Value* x = s.arg({2, 3}, f32);
  s.b->set_location({s.program.intern("model.layers.0.mlp"), std::source_location::current()});
  try {
    s.op(OpCode::add, {x, s.arg({3}, f32)});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.op(), "add");
    EXPECT_EQ(error.module(), "model.layers.0.mlp");
    EXPECT_TRUE(error.source().starts_with("builder_test.cpp:")) << error.source();
  }
}

TEST(Builder, adds_nothing_after_the_return) {
  Sketch s;
  Value* x = s.arg({2, 3}, f32);
  s.ret({x});
  try {
    s.op(OpCode::add, {x, x});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "the block has returned already");
  }
}

TEST(Builder, refuses_what_is_no_value) {
  Sketch s;
  EXPECT_THROW(s.op(OpCode::tanh, {nullptr}), Error);
}

TEST(Builder, create_is_for_one_result) {
  Sketch s;
  EXPECT_THROW(s.op(OpCode::return_, {}), InternalError);
}

TEST(Builder, limits_ranks) {
  Sketch s;
  const Dims ones(static_cast<size_t>(hlo::kMaxRank), 1);
  Dims more = ones;
  more.push_back(1);
  Value* x = s.arg({}, f32);
  EXPECT_NO_THROW(s.op(OpCode::reshape, {x}, {}, {{ones, f32}}));
  EXPECT_THROW(s.op(OpCode::reshape, {x}, {}, {{more, f32}}), Error);
}

}  // namespace
}  // namespace fusebox::test
