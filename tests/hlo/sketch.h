// Programs written in a few lines, for tests.
//
//   Sketch s;
//   Value* x = s.arg({2, 3}, f32);
//   s.ret({s.op(OpCode::add, {x, x})});
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fusebox/hlo/builder.h"
#include "fusebox/hlo/keywords.h"

namespace fusebox::test {

using hlo::Attributes;
using hlo::Block;
using hlo::Builder;
using hlo::Op;
using hlo::OpCode;
using hlo::Value;
using Values = std::vector<Value*>;
using Regions = std::vector<std::unique_ptr<Block>>;

// A program with one function, main, that is being written.
class Sketch {
 public:
  explicit Sketch(std::string name = "sketch") : program(std::move(name)) {
    program.add_function("main", true);
    b = std::make_unique<Builder>(program, main().body);
  }

  hlo::Function& main() { return *program.functions[0]; }
  Value* arg(const Shape& shape) { return main().body.add_argument(shape); }
  Value* arg(Dims dims, DType dtype) { return arg(Shape{std::move(dims), dtype}); }

  Value* op(OpCode code, Values operands, Attributes attributes = {}, std::vector<Shape> declared = {},
            Regions regions = {}) {
    return b->create(code, std::move(operands), std::move(attributes), std::move(declared),
                     std::move(regions));
  }
  Values ops(OpCode code, Values operands, Attributes attributes = {}, std::vector<Shape> declared = {},
             Regions regions = {}) {
    Op* made = b->create_op(code, std::move(operands), std::move(attributes), std::move(declared),
                            std::move(regions));
    Values results;
    for (Value& result : made->results) results.push_back(&result);
    return results;
  }
  void ret(Values values) { b->ret(std::move(values)); }

  // A region whose ops `body` writes; it returns what `body` does.
  std::unique_ptr<Block> region(const std::vector<Shape>& arguments,
                                const std::function<Values(Builder&, Values)>& body) {
    auto block = std::make_unique<Block>();
    Values values;
    for (const Shape& shape : arguments) values.push_back(block->add_argument(shape));
    Builder inner(program, *block);
    inner.ret(body(inner, values));
    return block;
  }
  // A region of one op on two scalars.
  std::unique_ptr<Block> applied(OpCode code, DType dtype, Attributes attributes = {}) {
    const Shape scalar{{}, dtype};
    return region({scalar, scalar}, [&](Builder& inner, Values x) {
      return Values{inner.create(code, std::move(x), attributes)};
    });
  }

  hlo::Program program;
  std::unique_ptr<Builder> b;
};

inline Regions regions(std::unique_ptr<Block> a, std::unique_ptr<Block> b = nullptr) {
  Regions list;
  list.push_back(std::move(a));
  if (b) list.push_back(std::move(b));
  return list;
}

inline hlo::Literal zeros(const Shape& shape) {
  return {shape, std::make_shared<std::vector<std::byte>>(static_cast<size_t>(shape.bytes())), false};
}

}  // namespace fusebox::test
