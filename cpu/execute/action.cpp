#include "cpu/execute/action.h"

#include <algorithm>

namespace fusebox::cpu {
namespace {

// Who may have worked since all threads met.
enum class Since : uint8_t { kNobody, kFirst, kMany };

std::vector<Action> translate(const std::vector<Step>& steps, std::span<const Kernel> kernels,
                              std::vector<uint32_t>& table) {
  std::vector<Action> actions;
  for (const Step& step : steps) {
    Action action;
    action.kind = step.kind;
    action.meet = step.meet;
    action.items = step.items;
    action.grain = step.grain;
    action.buffers = table.size();
    table.insert(table.end(), step.buffers.begin(), step.buffers.end());
    if (step.kind == Step::Kind::kKernel) {
      action.kernel = kernels[step.kernel];
      action.index = step.kernel;
      action.alone = step.items <= step.grain;
    } else {
      for (const std::vector<Step>& block : step.blocks)
        action.blocks.push_back(translate(block, kernels, table));
      action.alone = std::ranges::all_of(action.blocks, [](const auto& block) { return is_for_one(block); });
    }
    actions.push_back(std::move(action));
  }
  return actions;
}

void drop_meetings(std::vector<Action>& actions, Since since);

// A control step of all threads: each reads the predicate. Nobody may write to it, or to what then takes its
// place, before all have read it; so the first step of a block always meets.
void drop_in_blocks(Action& action) {
  for (std::vector<Action>& block : action.blocks) {
    if (!block.empty()) block.front().meet = true;
    drop_meetings(block, Since::kMany);
  }
}

void drop_meetings(std::vector<Action>& actions, Since since) {
  // A meeting that was asked for and could wait: what comes next may count on it.
  bool owed = false;
  for (Action& action : actions) {
    if (action.kind != Step::Kind::kKernel && !action.alone) {
      drop_in_blocks(action);
      action.meet = (action.meet || owed) && since != Since::kNobody;
      since = Since::kMany;
      owed = true;  // the predicate was read
      continue;
    }
    if (action.meet || owed) {
      action.meet = since == Since::kMany || (since == Since::kFirst && !action.alone);
      owed = !action.meet && since == Since::kFirst;
      if (action.meet) since = Since::kNobody;
    }
    if (!action.alone)
      since = Since::kMany;
    else if (since == Since::kNobody)
      since = Since::kFirst;
  }
}

}  // namespace

bool is_for_one(std::span<const Action> actions) {
  return std::ranges::all_of(actions, [](const Action& action) { return action.alone; });
}

std::vector<Action> to_actions(const std::vector<Step>& steps, std::span<const Kernel> kernels,
                               std::vector<uint32_t>& table) {
  std::vector<Action> actions = translate(steps, kernels, table);
  drop_meetings(actions, Since::kNobody);
  return actions;
}

}  // namespace fusebox::cpu
