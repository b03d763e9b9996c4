// Builder: appends ops to a block; each is checked against its table row as it is built.
//
//   Builder b(program, function.body);
//   Value* sum = b.create(OpCode::add, {x, y});
//   Value* wide = b.create(OpCode::convert, {x}, {}, {{x->shape.dims, f64}});
//
// A mistake is an Error with the op's name, the scope and the caller's line (kShapeMismatch, kDTypeMismatch,
// kInvalidArgument, kUnsupported for rows whose rule is not done); the block is then unchanged.
#pragma once

#include <memory>
#include <source_location>
#include <string_view>
#include <vector>

#include "fusebox/hlo/program.h"

namespace fusebox::hlo {

class Builder {
 public:
  Builder(Program& program, Block& block) : program_(&program), block_(&block) {}

  // What the next ops are attributed to.
  void set_location(Location location) { location_ = location; }
  const Location& location() const { return location_; }

  Op* create_op(OpCode code, std::vector<Value*> operands, Attributes attributes = {},
                std::vector<Shape> declared = {}, std::vector<std::unique_ptr<Block>> regions = {});

  // The same for an op with one result (InternalError if it has another number of them).
  Value* create(OpCode code, std::vector<Value*> operands, Attributes attributes = {},
                std::vector<Shape> declared = {}, std::vector<std::unique_ptr<Block>> regions = {});

  void ret(std::vector<Value*> values) { create_op(OpCode::return_, std::move(values)); }

  Program& program() { return *program_; }
  Block& block() { return *block_; }

 private:
  Program* program_;
  Block* block_;
  Location location_;
};

}  // namespace fusebox::hlo
