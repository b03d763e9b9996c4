// In what order steps run: those that need nothing from each other come together, so that threads meet less
// often and each has more to do in between.
#include <algorithm>

#include "cpu/compiler/plan/plan.h"

namespace fusebox::cpu {
namespace {

using Steps = std::vector<PlanStep>;

// So many steps are looked through for the next one: from further away its operands would have to be kept for
// long. And so many are compared with.
constexpr size_t kWindow = 8, kMostTogether = 16;

class Scheduler {
 public:
  explicit Scheduler(const Plan& plan) : plan_(plan) {}

  // Control flow stays where it is, and everything on its side of it.
  void run(Steps& steps) {
    Steps ordered, kernels;
    for (PlanStep& step : steps) {
      for (Steps& block : step.blocks) run(block);
      if (step.kind == Step::Kind::kKernel) {
        kernels.push_back(std::move(step));
        continue;
      }
      order(kernels, ordered);
      ordered.push_back(std::move(step));
    }
    order(kernels, ordered);
    steps = std::move(ordered);
  }

 private:
  void order(Steps& steps, Steps& out) {
    size_t together = out.size();  // where the steps begin that run between two meetings
    Steps window;
    for (auto next = steps.begin(); next != steps.end() || !window.empty();) {
      while (next != steps.end() && window.size() < kWindow) window.push_back(std::move(*next++));
      const size_t chosen = first_that_joins(out, together, window);
      if (chosen == window.size() || out.size() - together == kMostTogether) together = out.size();
      const auto step = window.begin() + static_cast<ptrdiff_t>(chosen == window.size() ? 0 : chosen);
      out.push_back(std::move(*step));
      window.erase(step);
    }
    steps.clear();
  }

  size_t first_that_joins(const Steps& out, size_t together, const Steps& window) const {
    for (size_t i = 0; i < window.size(); ++i) {
      const auto meets = [&](const PlanStep& other) { return conflict(other, window[i]); };
      const bool free = std::none_of(out.begin() + static_cast<ptrdiff_t>(together), out.end(), meets) &&
                        std::none_of(window.begin(), window.begin() + static_cast<ptrdiff_t>(i), meets);
      if (free) return i;
    }
    return window.size();
  }

  bool conflict(const PlanStep& a, const PlanStep& b) const {
    return overlap(a.writes, b.writes) || overlap(a.writes, b.reads) || overlap(a.reads, b.writes);
  }

  bool overlap(const std::vector<int>& some, const std::vector<int>& others) const {
    for (const int a : some)
      for (const int b : others)
        if (a == b || (is_donated(a) && is_result(b)) || (is_result(a) && is_donated(b))) return true;
    return false;
  }

  // Which results a donated argument becomes is not known here: maybe any.
  bool is_donated(int buffer) const {
    return plan_.buffers[static_cast<size_t>(buffer)].place.kind == BufferPlace::Kind::kArgument &&
           !plan_.buffers[static_cast<size_t>(buffer)].read_only;
  }
  bool is_result(int buffer) const {
    return plan_.buffers[static_cast<size_t>(buffer)].place.kind == BufferPlace::Kind::kResult;
  }

  const Plan& plan_;
};

}  // namespace

void bring_together(Plan& plan) { Scheduler(plan).run(plan.steps); }

}  // namespace fusebox::cpu
