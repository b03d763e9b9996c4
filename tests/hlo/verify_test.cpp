// The verifier takes what the builder makes and refuses a program broken by hand, rule by rule.
#include "fusebox/hlo/verify.h"

#include <gtest/gtest.h>

#include "fusebox/base/error.h"
#include "tests/hlo/sketch.h"

namespace fusebox::test {
namespace {

// x + x, then a loop over it that calls twice(x); returned with its count.
std::unique_ptr<Sketch> sound() {
  auto s = std::make_unique<Sketch>();
  hlo::Function& twice = s->program.add_function("twice", false);
  Value* y = twice.body.add_argument({{3}, f32});
  Builder inner(s->program, twice.body);
  inner.ret({inner.create(OpCode::add, {y, y})});

  Value *x = s->arg({3}, f32), *count = s->arg({}, i32);
  s->main().arguments = {{"x", 1}, {"count", {}}};
  Value* sum = s->op(OpCode::add, {x, x});
  const std::vector<Shape> carried = {{{}, i32}, {{3}, f32}};
  auto condition = s->region(carried, [&](Builder& b, const Values& v) {
    return Values{b.create(OpCode::compare, {v[0], count},
                           {{"comparison_direction", hlo::comparison_direction("LT")}})};
  });
  auto body = s->region(carried, [&](Builder& b, const Values& v) {
    return Values{v[0], b.create(OpCode::call, {v[1]}, {{"callee", hlo::SymbolRef{"twice"}}}, {{{3}, f32}})};
  });
  s->ret(s->ops(OpCode::while_, {count, sum}, {}, {}, regions(std::move(condition), std::move(body))));
  return s;
}

// What the verifier says to the sound program after `damage`.
std::string verdict(const std::function<void(Sketch&)>& damage) {
  const auto s = sound();
  damage(*s);
  try {
    hlo::verify(s->program);
    return "sound";
  } catch (const Error& error) {
    return (error.op().empty() ? "" : "[" + error.op() + "] ") + error.message();
  }
}

Op& op(Sketch& s, size_t i) { return *s.main().body.ops[i]; }
Block& body(Sketch& s) { return *op(s, 1).regions[1]; }

TEST(Verify, takes_a_sound_program) {
  EXPECT_EQ(verdict([](Sketch&) {}), "sound");
}

TEST(Verify, operands_are_defined_and_visible) {
  const std::string want = "operand 0 is not defined before it is used, or not visible here";
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).operands[0] = op(s, 0).result(); }), "[add] " + want);
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).operands[0] = op(s, 1).result(1); }), "[add] " + want);
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).operands[0] = nullptr; }), "[add] " + want);
  // From inside a region, from another function, from nowhere.
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 2).operands[0] = &body(s).arguments[0]; }), "[return] " + want);
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).operands[0] = s.program.functions[1]->body.ops[0]->result(); }),
            "[add] " + want);
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).operands[0] = reinterpret_cast<Value*>(8); }), "[add] " + want);
}

TEST(Verify, every_op_keeps_its_rule) {
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).result()->shape.dtype = i32; }),
            "[add] got a declared result of i32[3], want f32[3]");
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).operands.pop_back(); }), "[add] got 1 operands, want 2");
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).results.clear(); }), "[add] got 0 results, want 1");
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).attributes.set("speed", int64_t{1}); }),
            "[add] there is no attribute speed");
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 1).regions.pop_back(); }), "[while] got 1 regions, want 2");
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 1).regions[0] = nullptr; }), "[while] a region is empty");
}

TEST(Verify, blocks_end_in_one_return) {
  EXPECT_EQ(verdict([](Sketch& s) { s.main().body.ops.pop_back(); }), "main does not end in a return");
  EXPECT_EQ(verdict([](Sketch& s) { body(s).ops.pop_back(); }), "[while] a region does not end in a return");
  EXPECT_EQ(verdict([](Sketch& s) { s.main().body.ops.clear(); }), "main does not end in a return");
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).code = OpCode::return_; }),
            "[return] a return stands before the end of its block");
  EXPECT_EQ(verdict([](Sketch& s) { s.main().body.ops[0] = nullptr; }),
            "a block holds no op where one should be");
  EXPECT_EQ(verdict([](Sketch& s) { body(s).ops.back()->operands.pop_back(); }),
            "[while] the body returns i32[], want i32[], f32[3]");
}

TEST(Verify, things_know_their_place) {
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 0).block = &body(s); }), "[add] the op does not know its block");
  EXPECT_EQ(verdict([](Sketch& s) { op(s, 1).results[1].index = 0; }),
            "[while] result 1 does not know its place");
  EXPECT_EQ(verdict([](Sketch& s) { body(s).arguments[0].block = nullptr; }),
            "[while] argument 0 of a block does not know its place");
  EXPECT_EQ(verdict([](Sketch& s) { body(s).parent = nullptr; }), "[while] a block belongs to another op");
}

TEST(Verify, functions_have_names_of_their_own) {
  EXPECT_EQ(verdict([](Sketch& s) { s.program.functions[1]->name = "main"; }),
            "two functions are named main");
}

TEST(Verify, calls_fit_what_they_name) {
  const auto callee = [](Sketch& s) -> hlo::Function& { return *s.program.functions[1]; };
  EXPECT_EQ(verdict([&](Sketch& s) { callee(s).name = "thrice"; }), "[call] there is no function twice");
  EXPECT_EQ(verdict([&](Sketch& s) {
              callee(s).body.arguments[0].shape = callee(s).body.ops[0]->result()->shape = {{4}, f32};
            }),
            "[call] got f32[3] for twice, want f32[4]");
  EXPECT_EQ(verdict([&](Sketch& s) { callee(s).body.ops.back()->operands.clear(); }),
            "[call] got results f32[3] of twice, want nothing");
  EXPECT_EQ(verdict([&](Sketch& s) {
              Block& block = callee(s).body;
              block.ops.pop_back();
              Builder b(s.program, block);
              b.ret({b.create(OpCode::call, {&block.arguments[0]}, {{"callee", hlo::SymbolRef{"twice"}}},
                              {{{3}, f32}})});
            }),
            "twice calls itself, directly or through others");
}

TEST(Verify, composites_fit_their_decomposition) {
  const auto composite = [](std::string decomposition, Dims dims) {
    return verdict([&](Sketch& s) {
      s.main().body.ops.pop_back();
      Value* x = s.op(OpCode::iota, {}, {{"iota_dimension", int64_t{0}}}, {{dims, f32}});
      s.op(OpCode::composite, {x},
           {{"name", std::string("fusebox.f")}, {"decomposition", hlo::SymbolRef{decomposition}}},
           {{dims, f32}});
      s.ret({op(s, 1).result(0), op(s, 1).result(1)});
    });
  };
  EXPECT_EQ(composite("twice", {3}), "sound");
  EXPECT_EQ(composite("twice", {4}), "[composite] got f32[4] for twice, want f32[3]");
  EXPECT_EQ(composite("nobody", {3}), "[composite] there is no function nobody");
}

TEST(Verify, aliases_fit_their_outputs) {
  EXPECT_EQ(verdict([](Sketch& s) { s.main().arguments[0].alias_output = 2; }),
            "argument 0 of main aliases output 2, there are 2");
  EXPECT_EQ(verdict([](Sketch& s) { s.main().arguments[0].alias_output = 0; }),
            "argument 0 of main is f32[3] and aliases output 0, which is i32[]");
  EXPECT_EQ(verdict([](Sketch& s) { s.main().arguments[1].alias_output = 1; }),
            "two arguments of main alias output 1");
  EXPECT_EQ(verdict([](Sketch& s) { s.main().arguments.pop_back(); }),
            "main describes 1 arguments and takes 2");
  EXPECT_EQ(verdict([](Sketch& s) { s.main().result_names = {"a"}; }), "main names 1 results and returns 2");
}

TEST(Verify, nesting_has_a_limit) {
  // `depth` ifs, one in the other.
  const auto nested = [](int depth) {
    Sketch s;
    Value *which = s.arg({}, i1), *x = s.arg({3}, f32);
    std::function<std::unique_ptr<Block>(int)> branch = [&](int left) {
      return s.region({}, [&](Builder& b, const Values&) {
        return Values{
            left == 0 ? x : b.create(OpCode::if_, {which}, {}, {}, regions(branch(left - 1), branch(0)))};
      });
    };
    s.ret({s.op(OpCode::if_, {which}, {}, {}, regions(branch(depth - 1), branch(0)))});
    hlo::verify(s.program);
  };
  EXPECT_NO_THROW(nested(hlo::kMaxNesting));
  EXPECT_THROW(nested(hlo::kMaxNesting + 1), Error);
}

TEST(OpTable, finds_every_op_by_its_name) {
  for (const hlo::OpInfo& row : hlo::all_ops()) {
    EXPECT_EQ(hlo::op_from_name(row.name), row.code);
    EXPECT_EQ(&hlo::info(row.code), &row);
  }
  EXPECT_EQ(hlo::op_from_name("and"), OpCode::and_);
  EXPECT_FALSE(hlo::op_from_name("no_such_op"));
}

TEST(Attributes, are_found_by_name_and_type) {
  Attributes attributes{{"a", int64_t{1}}, {"b", Dims{1, 2}}};
  attributes.set("a", int64_t{2});
  EXPECT_EQ(attributes.get<int64_t>("a"), 2);
  EXPECT_EQ(attributes.get_or<Dims>("c", {7}), Dims{7});
  EXPECT_EQ(attributes.list().size(), 2u);
  EXPECT_EQ(attributes.find("c"), nullptr);
  EXPECT_THROW(attributes.get<int64_t>("b"), InternalError);
  EXPECT_THROW(attributes.get<int64_t>("c"), InternalError);
}

}  // namespace
}  // namespace fusebox::test
