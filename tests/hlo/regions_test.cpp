// Ops with regions: what their regions must take, return and leave alone.
#include <gtest/gtest.h>

#include "fusebox/base/error.h"
#include "tests/hlo/sketch.h"

namespace fusebox::test {
namespace {

// The result types of `write` as text, or the error's message.
std::string outcome(const std::function<Values(Sketch&)>& write) {
  Sketch s;
  try {
    std::string text;
    for (const Value* value : write(s)) text += (text.empty() ? "" : ", ") + to_string(value->shape);
    return text;
  } catch (const Error& error) {
    return error.message();
  }
}

std::unique_ptr<Block> returning(Sketch& s, const std::vector<Shape>& arguments, Values values) {
  return s.region(arguments, [&](Builder&, const Values&) { return values; });
}

const Shape kF{{}, f32}, kI{{}, i32}, kB{{}, i1};

std::string reduce(const Shape& input, const Shape& init, Dims dimensions, OpCode with, DType in) {
  return outcome([&](Sketch& s) {
    return s.ops(OpCode::reduce, {s.arg(input), s.arg(init)}, {{"dimensions", dimensions}}, {},
                 regions(s.applied(with, in)));
  });
}

TEST(Regions, reduce) {
  EXPECT_EQ(reduce({{2, 3, 4}, f32}, kF, {0, 2}, OpCode::add, f32), "f32[3]");
  EXPECT_EQ(reduce({{2, 0}, f32}, kF, {1}, OpCode::add, f32), "f32[2]");
  EXPECT_EQ(reduce({{2}, f32}, kF, {}, OpCode::add, f32), "f32[2]");
  EXPECT_EQ(reduce({{2, 3}, bf16}, {{}, bf16}, {1}, OpCode::add, f32), "f32[2]");
  EXPECT_EQ(reduce({{2}, f32}, kF, {1}, OpCode::add, f32),
            "got dimensions [1], want axes of a tensor of rank 1");
  EXPECT_EQ(reduce({{2}, f32}, kF, {0, 0}, OpCode::add, f32), "got dimensions [0, 0], want no axis twice");
  EXPECT_EQ(reduce({{2}, f32}, kI, {0}, OpCode::add, f32),
            "got f32[2] and i32[], want initial values of their inputs' element types");
  EXPECT_EQ(reduce({{2}, f32}, {{1}, f32}, {0}, OpCode::add, f32),
            "got f32[2] and f32[1], want scalar initial values");
  EXPECT_EQ(reduce({{2}, f32}, kF, {0}, OpCode::add, i32),
            "got f32[2] for a region of i32, want one that promotes to it");
}

TEST(Regions, reduce_of_two) {
  const auto argmax = [](std::vector<Shape> returned) {
    return outcome([&](Sketch& s) {
      auto body = s.region({kF, kI, kF, kI}, [&](Builder&, const Values& x) {
        Values out;
        for (const Shape& shape : returned) out.push_back(shape == kF ? x[0] : x[1]);
        return out;
      });
      return s.ops(OpCode::reduce, {s.arg({2, 3}, f32), s.arg({2, 3}, i32), s.arg(kF), s.arg(kI)},
                   {{"dimensions", Dims{1}}}, {}, regions(std::move(body)));
    });
  };
  EXPECT_EQ(argmax({kF, kI}), "f32[2], i32[2]");
  EXPECT_EQ(argmax({kF}), "the region returns f32[], want 2 scalars");
  EXPECT_EQ(argmax({kF, kF}), "got i32[2, 3] for a region of f32, want one that promotes to it");
}

TEST(Regions, those_of_reduce_use_nothing_from_outside) {
  EXPECT_EQ(outcome([](Sketch& s) {
              Value* outside = s.arg(kF);
              auto body = s.region({kF, kF}, [&](Builder& b, Values x) {
                return Values{b.create(OpCode::add, {x[0], outside})};
              });
              return s.ops(OpCode::reduce, {s.arg({2}, f32), s.arg(kF)}, {{"dimensions", Dims{0}}}, {},
                           regions(std::move(body)));
            }),
            "its region uses a value from outside (f32[]), want only its own arguments");
}

std::string reduce_window(Attributes attributes) {
  return outcome([&](Sketch& s) {
    return s.ops(OpCode::reduce_window, {s.arg({2, 8}, f32), s.arg(kF)}, attributes, {},
                 regions(s.applied(OpCode::add, f32)));
  });
}

TEST(Regions, reduce_window) {
  EXPECT_EQ(reduce_window({{"window_dimensions", Dims{1, 3}}}), "f32[2, 6]");
  EXPECT_EQ(reduce_window({{"window_dimensions", Dims{1, 8}}, {"padding", Dims{0, 0, 7, 0}}}), "f32[2, 8]");
  EXPECT_EQ(reduce_window({{"window_dimensions", Dims{1, 3}},
                           {"window_strides", Dims{1, 2}},
                           {"base_dilations", Dims{1, 2}},
                           {"window_dilations", Dims{1, 3}}}),
            "f32[2, 5]");
  EXPECT_EQ(reduce_window({{"window_dimensions", Dims{3, 3}}}), "f32[0, 6]");
  EXPECT_EQ(reduce_window({{"window_dimensions", Dims{3}}}), "got window_dimensions [3], want 2 of them");
  EXPECT_EQ(reduce_window({{"window_dimensions", Dims{1, 0}}}),
            "got window sizes [1, 0], want each at least 1");
  EXPECT_EQ(reduce_window({{"window_dimensions", Dims{1, 3}}, {"padding", Dims{1, 1}}}),
            "got padding [1, 1], want 4 of them");
  EXPECT_EQ(reduce_window({{"window_dimensions", Dims{1, 3}}, {"padding", Dims{0, 0, INT64_MAX, 0}}}),
            "9223372036854775807 + 8 overflows");
}

TEST(Regions, sort) {
  const auto sort = [](Shape second, int64_t dimension, const std::vector<Shape>& comparator, bool bits) {
    return outcome([&](Sketch& s) {
      auto order = s.region(comparator, [&](Builder& b, const Values& x) {
        Value* less = b.create(OpCode::compare, {x[0], x[1]},
                               {{"comparison_direction", hlo::comparison_direction("LT")}});
        return Values{bits ? less : x[0]};
      });
      return s.ops(OpCode::sort, {s.arg({2, 5}, f32), s.arg(second)}, {{"dimension", dimension}}, {},
                   regions(std::move(order)));
    });
  };
  EXPECT_EQ(sort({{2, 5}, i32}, 1, {kF, kF, kI, kI}, true), "f32[2, 5], i32[2, 5]");
  EXPECT_EQ(sort({{2, 5}, i32}, -2, {kF, kF, kI, kI}, true), "f32[2, 5], i32[2, 5]");
  EXPECT_EQ(sort({{2, 5}, i32}, 2, {kF, kF, kI, kI}, true),
            "got dimension 2, want one of a tensor of rank 2");
  EXPECT_EQ(sort({{2, 4}, i32}, 1, {kF, kF, kI, kI}, true), "got f32[2, 5] and i32[2, 4], want equal shapes");
  EXPECT_EQ(sort({{2, 5}, i32}, 1, {kF, kF}, true),
            "the comparator takes f32[], f32[], want f32[], f32[], i32[], i32[]");
  EXPECT_EQ(sort({{2, 5}, i32}, 1, {kF, kF, kI, kI}, false), "the comparator returns f32[], want i1[]");
}

TEST(Regions, scatter) {
  const auto scatter = [](Shape updates, hlo::ScatterDimensions dims, DType in = f32) {
    return outcome([&](Sketch& s) {
      return s.ops(OpCode::scatter, {s.arg({10, 4}, f32), s.arg({3, 1}, i32), s.arg(updates)},
                   {{"scatter_dimension_numbers", dims}}, {}, regions(s.applied(OpCode::add, in)));
    });
  };
  const hlo::ScatterDimensions rows{{1}, {0}, {}, {}, {0}, 1};
  EXPECT_EQ(scatter({{3, 4}, f32}, rows), "f32[10, 4]");
  EXPECT_EQ(scatter({{3, 2}, f32}, rows), "f32[10, 4]");
  EXPECT_EQ(scatter({{3, 5}, f32}, rows), "got updates f32[3, 5], want [3, 4] (windows of at most [4])");
  EXPECT_EQ(scatter({{2, 4}, f32}, rows), "got updates f32[2, 4], want [3, 4] (windows of at most [4])");
  EXPECT_EQ(scatter({{3, 4}, i32}, rows),
            "got f32[10, 4], i32[3, 1] and i32[3, 4], want updates of their inputs' element types");
  EXPECT_EQ(scatter({{3, 4}, f32}, {{1}, {}, {}, {}, {0}, 1}), "got update_window_dims [1], want 2 of them");
  EXPECT_EQ(scatter({{3, 4}, f32}, rows, i32), "the region takes i32[], i32[], want f32[], f32[]");
}

TEST(Regions, select_and_scatter) {
  const auto pool = [](Shape source) {
    return outcome([&](Sketch& s) {
      return s.ops(OpCode::select_and_scatter, {s.arg({4, 6}, f32), s.arg(source), s.arg(kF)},
                   {{"window_dimensions", Dims{2, 2}}, {"window_strides", Dims{2, 2}}}, {},
                   regions(s.applied(OpCode::compare, f32,
                                     {{"comparison_direction", hlo::comparison_direction("GE")}}),
                           s.applied(OpCode::add, f32)));
    });
  };
  EXPECT_EQ(pool({{2, 3}, f32}), "f32[4, 6]");
  EXPECT_EQ(pool({{2, 2}, f32}),
            "got f32[4, 6], f32[2, 2] and f32[], want a source of shape [2, 3] and a scalar");
}

TEST(Regions, map) {
  const auto map = [](Dims dimensions) {
    return outcome([&](Sketch& s) {
      return s.ops(OpCode::map, {s.arg({2, 3}, f32), s.arg({2, 3}, f32)}, {{"dimensions", dimensions}}, {},
                   regions(s.applied(OpCode::compare, f32,
                                     {{"comparison_direction", hlo::comparison_direction("GE")}})));
    });
  };
  EXPECT_EQ(map({0, 1}), "i1[2, 3]");
  EXPECT_EQ(map({1, 0}), "got dimensions [1, 0], want all in order");
  EXPECT_EQ(map({0}), "got dimensions [0], want 2 of them");
}

TEST(Regions, while_) {
  const auto loop = [](const std::vector<Shape>& carried, bool good_condition, bool good_body) {
    return outcome([&](Sketch& s) {
      Value *yes = s.arg(kB), *number = s.arg(kI);
      auto condition =
          s.region(carried, [&](Builder&, const Values& x) { return Values{good_condition ? yes : x[0]}; });
      auto body = s.region(carried, [&](Builder&, const Values& x) { return good_body ? x : Values{yes}; });
      return s.ops(OpCode::while_, {number, s.arg({3}, f32)}, {}, {},
                   regions(std::move(condition), std::move(body)));
    });
  };
  EXPECT_EQ(loop({kI, {{3}, f32}}, true, true), "i32[], f32[3]");
  EXPECT_EQ(loop({kI}, true, true), "the condition takes i32[], want i32[], f32[3]");
  EXPECT_EQ(loop({kI, {{3}, f32}}, false, true), "the condition returns i32[], want i1[]");
  EXPECT_EQ(loop({kI, {{3}, f32}}, true, false), "the body returns i1[], want i32[], f32[3]");
}

TEST(Regions, branches) {
  const auto branch = [](OpCode code, Shape selector, Shape first, Shape second) {
    return outcome([&](Sketch& s) {
      return s.ops(code, {s.arg(selector)}, {}, {},
                   regions(returning(s, {}, {s.arg(first)}), returning(s, {}, {s.arg(second)})));
    });
  };
  EXPECT_EQ(branch(OpCode::if_, kB, kF, kF), "f32[]");
  EXPECT_EQ(branch(OpCode::if_, kI, kF, kF), "got i32[], want i1[]");
  EXPECT_EQ(branch(OpCode::if_, {{1}, i1}, kF, kF), "got i1[1], want i1[]");
  EXPECT_EQ(branch(OpCode::case_, kI, kF, kF), "f32[]");
  EXPECT_EQ(branch(OpCode::case_, {{}, i64}, kF, kF), "got i64[], want i32[]");
  EXPECT_EQ(branch(OpCode::case_, kI, kF, kI), "branch 1 returns i32[], want f32[]");
  EXPECT_EQ(outcome([](Sketch& s) { return s.ops(OpCode::case_, {s.arg(kI)}); }),
            "got no branches, want at least one");
  EXPECT_EQ(outcome([](Sketch& s) { return s.ops(OpCode::if_, {s.arg(kB)}); }), "got 0 regions, want 2");
  EXPECT_EQ(outcome([](Sketch& s) {
              return s.ops(OpCode::case_, {s.arg(kI)}, {}, {}, regions(std::make_unique<Block>()));
            }),
            "the first branch does not end in a return");
}

}  // namespace
}  // namespace fusebox::test
