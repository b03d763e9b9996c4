// Rows of the inference tests: an op, its operands, and what must come of it.
#pragma once

#include <gtest/gtest.h>

#include "fusebox/base/error.h"
#include "tests/hlo/sketch.h"

namespace fusebox::test {

struct Row {
  OpCode code;
  std::vector<Shape> operands;
  Attributes attributes;
  std::vector<Shape> declared;
  std::string want;  // the result types, or the error's message
};

// The result types as text, or the kind and message of the error.
inline std::string outcome(const Row& row) {
  Sketch s;
  Values operands;
  for (const Shape& shape : row.operands) operands.push_back(s.arg(shape));
  try {
    std::string text;
    for (const Value* value : s.ops(row.code, operands, row.attributes, row.declared))
      text += (text.empty() ? "" : ", ") + to_string(value->shape);
    return text;
  } catch (const Error& error) {
    EXPECT_EQ(error.op(), hlo::name(row.code));
    EXPECT_TRUE(s.main().body.ops.empty()) << "the block changed";
    return std::string(error_kind_name(error.kind())) + ": " + error.message();
  }
}

inline void expect(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(outcome(row), row.want) << hlo::name(row.code);
}

inline const Shape kF23{{2, 3}, f32}, kI23{{2, 3}, i32}, kB23{{2, 3}, i1}, kF{{}, f32}, kI{{}, i32};

}  // namespace fusebox::test
