#include "fusebox/hlo/builder.h"

#include "fusebox/base/error.h"
#include "fusebox/hlo/verify.h"

namespace fusebox::hlo {

Op* Builder::create_op(OpCode code, std::vector<Value*> operands, Attributes attributes,
                       std::vector<Shape> declared, std::vector<std::unique_ptr<Block>> regions) {
  std::vector<Shape> results;
  try {
    if (!block_->ops.empty() && block_->ops.back()->code == OpCode::return_)
      throw Error(ErrorKind::kInvalidArgument, "the block has returned already").op(name(code));
    results = check_op({code, operands, attributes, regions, declared});
  } catch (Error& error) {
    if (!location_.scope.empty()) error.module(location_.scope);
    if (location_.where.line() > 0) error.at(location_.where);
    throw;
  }
  auto op = std::make_unique<Op>();
  op->code = code;
  op->operands = std::move(operands);
  op->attributes = std::move(attributes);
  op->regions = std::move(regions);
  op->location = location_;
  op->block = block_;
  for (auto& region : op->regions) region->parent = op.get();
  op->results.reserve(results.size());
  for (Shape& shape : results)
    op->results.push_back(
        Value{std::move(shape), op.get(), block_, static_cast<uint32_t>(op->results.size())});
  block_->ops.push_back(std::move(op));
  return block_->ops.back().get();
}

Value* Builder::create(OpCode code, std::vector<Value*> operands, Attributes attributes,
                       std::vector<Shape> declared, std::vector<std::unique_ptr<Block>> regions) {
  Op* op =
      create_op(code, std::move(operands), std::move(attributes), std::move(declared), std::move(regions));
  if (op->results.size() != 1)
    throw InternalError(std::string("create() is for ops with one result, not ").append(name(code)));
  return op->result();
}

}  // namespace fusebox::hlo
