// Scope: where a random program grows: a block, what is visible in it, and what is known of the values.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fusebox/hlo/builder.h"
#include "tests/cpu/random/random.h"
#include "tests/cpu/random/sample.h"

namespace fusebox::cpu::test {

using hlo::Value;
using Values = std::vector<Value*>;

// What is shared by all blocks of one program.
struct Growth {
  explicit Growth(uint64_t seed);

  hlo::Program program{"random"};
  Random random;
  Model model{program};
  std::vector<Filling> fillings;
  Dims favourite_sizes;
  DType favourite_dtype;
  int64_t most_elements;
  int functions = 0;
  bool may_take_arguments = true;  // not in functions that are called

  hlo::Function& main() { return *program.functions[0]; }
  int64_t size();
  DType dtype();
  Shape shape();
  Value* argument(const Shape& shape, const Filling& filling);
  Filling filling(DType dtype);
};

class Scope {
 public:
  Scope(Growth& growth, hlo::Block& block, Values visible, int depth)
      : g(growth),
        r(growth.random),
        pool(std::move(visible)),
        depth_(depth),
        builder_(growth.program, block) {}

  Growth& g;
  Random& r;
  Values pool;  // the later, the likelier to be used

  int depth() const { return depth_; }
  hlo::Block& block() { return builder_.block(); }

  // Appends the op if results of it can be compared, and puts its results into the pool.
  hlo::Op* try_op(hlo::OpCode code, Values operands, hlo::Attributes attributes = {},
                  std::vector<Shape> declared = {}, std::vector<std::unique_ptr<hlo::Block>> regions = {});
  Value* try_one(hlo::OpCode code, Values operands, hlo::Attributes attributes = {},
                 std::vector<Shape> declared = {}) {
    hlo::Op* op = try_op(code, std::move(operands), std::move(attributes), std::move(declared));
    return op ? op->result() : nullptr;
  }

  // Some visible value, most likely a late one; null if none is as wanted.
  Value* some(const std::function<bool(const Value*)>& wanted);
  Value* some() {
    return some([](const Value*) { return true; });
  }
  // A value of exactly this type: a visible one, or made of visible ones, a new argument or a constant.
  Value* like(const Shape& shape);
  Value* constant(const Shape& shape, double number);
  Value* random_constant(const Shape& shape);
  // An index that may lie a little outside of [0, most].
  Value* index(DType dtype, int64_t most);
  void ret(Values values) { builder_.ret(std::move(values)); }

 private:
  Value* made_like(const Shape& shape);

  int depth_;
  hlo::Builder builder_;
};

// Values of the block that nothing uses.
Values unused(const hlo::Block& block);

// Appends some op; false if that did not work out. Several tries make a program.
bool grow(Scope& scope);

}  // namespace fusebox::cpu::test
