#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "cpu/compiler/passes/softmax_form.h"

namespace fusebox::cpu {
namespace {

constexpr int64_t kLongest = 4096;  // elements of a row, which the first cache holds

}  // namespace

void use_softmax_kernels(hlo::Program& program) {
  replace_results(program, [&](hlo::Block& block, const hlo::Op& op) -> hlo::Value* {
    hlo::Value* x = softmax_of(op);
    if (!x || x->shape.dims.back() > kLongest) return nullptr;
    hlo::Builder builder(program, block);
    builder.set_location(op.location);
    return call_custom(builder, kSoftmax, {x}, "", op.results[0].shape);
  });
}

}  // namespace fusebox::cpu
