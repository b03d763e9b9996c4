#include "fusebox/hlo/applied_op.h"

namespace fusebox::hlo {

const Op* applied_op(const Op& reduce) {
  const Block& block = *reduce.regions[0];
  if (reduce.operands.size() != 2 || block.ops.size() != 2) return nullptr;
  const Op& only = *block.ops[0];
  switch (only.code) {
    case OpCode::add:
    case OpCode::multiply:
    case OpCode::maximum:
    case OpCode::minimum:
    case OpCode::and_:
    case OpCode::or_:
    case OpCode::xor_: break;
    default: return nullptr;
  }
  const bool plain = only.attributes.list().empty() && only.operands[0] == &block.arguments[0] &&
                     only.operands[1] == &block.arguments[1] &&
                     block.returned()[0] == &block.ops[0]->results[0] &&
                     reduce.operands[0]->shape.dtype == reduce.results[0].shape.dtype &&
                     reduce.operands[1]->shape.dtype == reduce.results[0].shape.dtype;
  return plain ? &only : nullptr;
}

}  // namespace fusebox::hlo
