// The passes, in order.
#include <algorithm>

#include "cpu/compiler/passes/pass.h"
#include "fusebox/base/error.h"
#include "fusebox/hlo/verify.h"

namespace fusebox::cpu {
namespace {

constexpr Pass kPasses[] = {
    {"use-block-kernels", use_block_kernels},
    {"use-attention-kernels", use_attention_kernels},
    {"eliminate-dead-composites", eliminate_dead_code},  // or what kernels took over would be inlined
    {"inline-calls", inline_calls},
    {"drop-barriers", drop_barriers},
    {"spell-out-bitcasts", spell_out_bitcasts},
    {"spell-out-convolutions", spell_out_convolutions},
    {"canonicalize", canonicalize},
    {"fold-constants", fold_constants},
    {"eliminate-common-subexpressions", eliminate_common_subexpressions},
    {"use-plain-attention-kernels", use_plain_attention_kernels},
    {"use-softmax-kernels", use_softmax_kernels},
    {"choose-layouts", choose_layouts},
    {"eliminate-dead-code", eliminate_dead_code},
    {"split-long-reductions", split_long_reductions},
};

}  // namespace

std::span<const Pass> all_passes() { return kPasses; }

void run_passes(hlo::Program& program, std::span<const std::string> disabled,
                const std::function<void(std::string_view pass)>& over) {
  for (const Pass& pass : kPasses) {
    if (std::find(disabled.begin(), disabled.end(), pass.name) != disabled.end()) continue;
    pass.run(program);
    try {
      hlo::verify(program);
    } catch (const Error& error) {
      throw InternalError("after " + std::string(pass.name) + ": " + error.what());
    }
    over(pass.name);
  }
}

}  // namespace fusebox::cpu
