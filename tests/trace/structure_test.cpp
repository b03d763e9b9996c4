// What a trace is made of, without running it.
#include <gtest/gtest.h>

#include "fusebox/trace/emit.h"
#include "fusebox/trace/trace.h"

namespace fusebox {
namespace {

using hlo::OpCode;

int count(const hlo::Program& program, OpCode code) {
  int n = 0;
  for (const auto& op : program.functions[0]->body.ops) n += op->code == code;
  return n;
}

Tensor twice(const Tensor& x, double by) {
  return composite("acme.scale", {{"by", by}}, {x},
                   [by](const std::vector<Tensor>& in) { return std::vector{in[0] * by}; })[0];
}

TEST(Composite, HasOneFunctionForEqualCalls) {
  const TracedProgram traced = trace("main", [](TraceCx& cx) {
    const Tensor x = cx.input("x", {2}, f32), y = cx.input("y", {3}, f32);
    return std::vector{twice(x, 2), twice(x + 1, 2), twice(y, 2), twice(x, 3)};
  });
  EXPECT_EQ(count(traced.program, OpCode::composite), 4);
  EXPECT_EQ(traced.program.functions.size(), 4u);  // main; and by 2 of [2], by 2 of [3], by 3 of [2]
}

// A mistake that is caught leaves no half-made function behind for the next composite of that name.
TEST(Composite, IsForgottenIfItsDecompositionThrows) {
  const TracedProgram traced = trace("main", [](TraceCx& cx) {
    const Tensor x = cx.input("x", {2}, f32);
    const auto wrong = [&](const std::vector<Tensor>& in) { return std::vector{in[0] + x}; };
    EXPECT_THROW(composite("acme.scale", {{"by", 2.0}}, {x}, wrong), Error);
    return twice(x, 2);
  });
  EXPECT_EQ(traced.program.functions.size(), 2u);
  EXPECT_EQ(count(traced.program, OpCode::composite), 1);
}

TEST(Scope, OfAWeightIsItsModule) {
  const TracedProgram traced = trace("main", [](TraceCx& cx) {
    const Tensor weight = cx.input("model.norm.weight", {2}, f32);
    const Scope scope = cx.scope("a");
    const Scope owner = cx.scope_of(weight);
    const Tensor y = weight + 1;
    const Scope of_no_weight = cx.scope_of(y);  // changes nothing
    return y * 2;
  });
  for (const auto& op : traced.program.functions[0]->body.ops)
    EXPECT_EQ(op->location.scope, op->code == OpCode::return_ ? "" : "model.norm") << hlo::name(op->code);
}

TEST(Axes, OfAnEmptyListAreNone) {
  trace("main", [](TraceCx& cx) {
    const Tensor x = cx.input("x", {2, 3}, f32);
    EXPECT_EQ(sum(x, {}).dims(), (Dims{2, 3}));
    EXPECT_EQ(sum(x).dims(), Dims{});
    EXPECT_EQ(sum(x, {1}).dims(), Dims{2});
    EXPECT_EQ(sum(x, Dims{0, 1}).dims(), Dims{});
    return x;
  });
}

TEST(Ops, AddNothingWhereThereIsNothingToDo) {
  const TracedProgram traced = trace("main", [](TraceCx& cx) {
    const Tensor x = cx.input("x", {2, 3}, f32);
    return std::vector{convert(x, f32),
                       reshape(x, {2, 3}),
                       transpose(x, {0, 1}),
                       broadcast_to(x, {2, 3}),
                       slice_in_dim(x, 0),
                       concatenate({x}),
                       squeeze(x)};
  });
  EXPECT_EQ(traced.program.functions[0]->body.ops.size(), 1u);  // the return
}

TEST(Ops, CarryTheCallersLineAndModule) {
  unsigned line = 0;
  const TracedProgram traced = trace("main", [&](TraceCx& cx) {
    const Tensor x = cx.input("x", {2, 3}, f32);
    const Scope scope = cx.scope("mlp");
    line = std::source_location::current().line() + 1;
    return softmax(x);
  });
  for (const auto& op : traced.program.functions[0]->body.ops) {
    if (op->code == OpCode::return_) continue;
    EXPECT_EQ(op->location.where.line(), line) << hlo::name(op->code);
    EXPECT_EQ(op->location.scope, "mlp");
  }
}

TEST(Ops, TakeNumbersOfEveryKind) {
  const TracedProgram traced = trace("main", [](TraceCx& cx) {
    const Tensor x = cx.input("x", {2}, u64), mask = cx.input("m", {2}, i1);
    return std::vector{x + ~uint64_t{0}, convert(mask & true, u64), where(mask, x, 1)};
  });
  EXPECT_EQ(traced.signature.outputs[0].shape, (Shape{{2}, u64}));
}

}  // namespace
}  // namespace fusebox
