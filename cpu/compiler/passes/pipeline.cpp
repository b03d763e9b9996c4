// The passes, in order.
#include <algorithm>
#include <chrono>

#include "cpu/compiler/passes/pass.h"
#include "fusebox/base/error.h"
#include "fusebox/hlo/verify.h"

namespace fusebox::cpu {
namespace {

constexpr Pass kPasses[] = {
    {"inline-calls", inline_calls},
    {"drop-barriers", drop_barriers},
    {"eliminate-common-subexpressions", eliminate_common_subexpressions},
    {"eliminate-dead-code", eliminate_dead_code},
};

}  // namespace

std::span<const Pass> all_passes() { return kPasses; }

void run_passes(hlo::Program& program, const std::vector<std::string>& disabled,
                const std::function<void(const Pass&, double milliseconds)>& after) {
  for (const Pass& pass : kPasses) {
    if (std::find(disabled.begin(), disabled.end(), pass.name) != disabled.end()) continue;
    const auto begin = std::chrono::steady_clock::now();
    pass.run(program);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    try {
      hlo::verify(program);
    } catch (const Error& error) {
      throw InternalError("after " + std::string(pass.name) + ": " + error.what());
    }
    if (after) after(pass, took.count());
  }
}

}  // namespace fusebox::cpu
