#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"

namespace fusebox::cpu {

void drop_barriers(hlo::Program& program) {
  for (const auto& function : program.functions) {
    ValueMap replaced;
    for_each_block(function->body, [&](hlo::Block& block) {
      for (const auto& op : block.ops)
        if (op->code == hlo::OpCode::optimization_barrier)
          for (size_t i = 0; i < op->results.size(); ++i) replaced[&op->results[i]] = op->operands[i];
    });
    replace_operands(function->body, replaced);
  }
}

}  // namespace fusebox::cpu
