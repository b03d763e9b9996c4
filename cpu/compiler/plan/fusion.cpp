#include "cpu/compiler/plan/fusion.h"

#include <algorithm>
#include <unordered_map>

#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/plan/expression.h"

namespace fusebox::cpu {

using hlo::OpCode;
using hlo::Value;

namespace {

// Ops that can be computed element by element inside a kernel.
bool can_fuse(OpCode code) {
  return moves_elements(code) || is_elementwise(code) || code == OpCode::concatenate || code == OpCode::pad ||
         code == OpCode::gather;
}

// So many ops in one kernel, and not more: compile time grows with it, and registers run out.
constexpr int kLargestKernel = 256;
// And so many one behind the other: the compiler follows them by recursion.
constexpr int kDeepest = 128;

// Who needs a value.
struct Need {
  const void* kernel = nullptr;  // the kernel that does, if it is only one
  int uses = 0;
  int depth = 0;           // ops of that kernel that are computed from it, one behind the other
  bool many = false;       // several kernels
  bool elsewhere = false;  // at other places than the element's own
  bool often = false;      // several times per element
  bool whole = false;      // in a buffer, whatever else
  bool moved = false;      // not element by element, in the order of what the kernel makes
};

// Equal but for sizes of 1.
bool same_sizes(const Shape& a, const Shape& b) {
  const auto sizes = [](Dims dims) {
    std::erase(dims, 1);
    return dims;
  };
  return sizes(a.dims) == sizes(b.dims);
}

}  // namespace

struct Fusion::Walk {
  std::unordered_map<const Value*, Need> needs;
  std::unordered_map<const void*, int> sizes;
  Fusion& fusion;
  const FusionRules& rules;
  std::unordered_set<const hlo::Block*> inside = {};  // the blocks of the innermost loop that is being walked
  std::unordered_set<const Value*> in_attention = {};       // made of scores that no buffer holds
  std::unordered_set<const Value*> updated = {};            // in place, if all others have been read before
  std::unordered_map<const void*, const Value*> made = {};  // by kernel that makes its one value by element

  void use(const Value* value, const void* kernel, bool often, bool elsewhere = false) {
    Need& need = needs[value];
    if (need.uses++ > 0 && need.kernel != kernel) need.many = true;
    need.kernel = kernel;
    need.elsewhere = need.elsewhere || elsewhere;
    // What comes from outside of a loop would be computed again in every round.
    need.often = need.often || often || (need.elsewhere && need.uses > 1) ||
                 (!inside.empty() && !inside.contains(value->block));
  }

  void want_buffer(const Value* value) { needs[storage_of(value)].whole = true; }

  void block(const hlo::Block& block, bool repeats) {
    std::unordered_set<const hlo::Block*> outside;
    if (repeats) outside.swap(inside);
    if (repeats || !inside.empty()) inside.insert(&block);
    for (const auto& op : block.ops) find_scores(*op), find_updated(*op);
    for (auto op = block.ops.rbegin(); op != block.ops.rend(); ++op) visit(**op, repeats);
    if (repeats) outside.swap(inside);
  }

  void find_scores(const hlo::Op& op) {
    const bool begins = custom_name(op) == kScores;
    if (begins) fusion.taken_in_.insert(&op.results[0]);
    if (begins || (is_elementwise(op.code) && std::ranges::any_of(op.operands, [&](const Value* value) {
                     return in_attention.contains(value);
                   })))
      in_attention.insert(&op.results[0]);
  }

  void find_updated(const hlo::Op& op) {
    for (const Value* value : updated_operands(op)) updated.insert(storage_of(value));
  }

  void visit(const hlo::Op& op, bool repeats) {
    for (const auto& region : op.regions)
      if (op.code == OpCode::while_ || op.code == OpCode::if_ || op.code == OpCode::case_)
        block(*region, op.code == OpCode::while_);
    switch (op.code) {
      case OpCode::return_:
        for (const Value* value : op.operands) {
          if (repeats)
            want_buffer(value);
          else
            assigned(value);
        }
        return;
      case OpCode::while_:
        for (const Value* value : op.operands) assigned(value);
        return;
      case OpCode::if_:
      case OpCode::case_:
      case OpCode::sort:
        for (const Value* value : op.operands) want_buffer(value);
        return;
      case OpCode::dot_general:
        for (const Value* value : op.operands) want_buffer(value);
        product(op);
        return;
      case OpCode::custom_call:
        for (size_t i = 0; i < op.operands.size(); ++i) {
          if (computes_operand(custom_name(op), i))
            use(op.operands[i], &op, false);
          else
            want_buffer(op.operands[i]);
        }
        if (custom_name(op) == kBlockDot) product(op);
        return;
      case OpCode::dynamic_update_slice:
        want_buffer(op.operands[0]);
        for (size_t i = 1; i < op.operands.size(); ++i) {
          // What is made from the very memory that is updated has to be there before.
          if (is_made_from(op.operands[i], storage_of(op.operands[0]))) want_buffer(op.operands[i]);
          use(op.operands[i], &op, false);
        }
        return;
      case OpCode::scatter: {
        const size_t updates = op.operands.size() / 2 + 1;
        for (size_t i = 0; i < updates; ++i) want_buffer(op.operands[i]);
        for (size_t i = updates; i < op.operands.size(); ++i) use(op.operands[i], &op, false);
        captures(*op.regions[0]);
        return;
      }
      case OpCode::reduce_window:
        for (const Value* value : op.operands) use(value, &op, true, true);  // each window meets it again
        captures(*op.regions[0]);
        return;
      case OpCode::reduce:
        for (const Value* value : op.operands) use(value, &op, false);
        captures(*op.regions[0]);
        return;
      default: fused(op); return;
    }
  }

  // A kernel of its own writes the value where it belongs: another one each time.
  void assigned(const Value* value) {
    use(value, needs[value].uses == 0 ? value : nullptr, false);
    made[value] = value;
  }

  // Its kernel goes on with what is made of the result, if nobody else needs that.
  void product(const hlo::Op& op) {
    const Value* result = &op.results[0];
    const Need& need = needs[result];
    if (!rules.elements || !rules.epilogues || need.many || need.often || need.whole || need.moved) return;
    const auto found = made.find(need.kernel);
    if (found == made.end() || storage_of(found->second) == result || found->second->block != result->block)
      return;
    // The kernel may come behind the update, which would then have to spare what the product reads.
    if (std::ranges::any_of(op.operands, [&](const Value* x) { return updated.contains(storage_of(x)); }))
      return;
    // Others are made one by one, and so would be what is made of them.
    if (!is_float(result->shape.dtype) || !same_sizes(found->second->shape, result->shape)) return;
    if (result->shape.elements() == 0 || !fusion.products_.emplace(found->second, &op).second) return;
    fusion.taken_in_.insert(result);
  }

  // Whether a kernel that computes `value` might read `source`.
  static bool is_made_from(const Value* value, const Value* source) {
    std::unordered_set<const Value*> seen;
    std::vector<const Value*> open = {value};
    while (!open.empty()) {
      const Value* next = open.back();
      open.pop_back();
      if (storage_of(next) == source) return true;
      if (!next->op || !can_fuse(next->op->code) || !seen.insert(next).second) continue;
      open.insert(open.end(), next->op->operands.begin(), next->op->operands.end());
      if (seen.size() > kLargestKernel) return true;  // no kernel is that large
    }
    return false;
  }

  // What a combiner takes from outside of it is read from a buffer.
  void captures(const hlo::Block& block) {
    for (const auto& op : block.ops)
      for (const Value* value : op->operands)
        if (value->block != &block && !(value->op && is_splat(*value->op))) want_buffer(value);
  }

  void fused(const hlo::Op& op) {
    if (op.results.size() != 1) {  // lowering will refuse it
      for (const Value* value : op.operands) want_buffer(value);
      return;
    }
    const Value* result = &op.results[0];
    const Need need = needs[result];
    const bool free = moves_elements(op.code);
    bool keep = need.whole || (!free && (need.many || need.often || !can_fuse(op.code)));
    if (!keep && !free && ++sizes[need.kernel] > kLargestKernel) keep = true;
    if (!keep && (need.depth >= kDeepest || (!rules.elements && !free))) keep = true;
    if (in_attention.contains(result)) keep = false;
    if (keep && op.code == OpCode::reshape) {  // it has its operand's buffer
      keep = false;
      want_buffer(result);
    }
    if (keep) fusion.kept_.insert(result), made[result] = result;
    const bool several = !keep && need.many;  // this op is repeated in several kernels: so is what it needs
    for (size_t i = 0; i < op.operands.size(); ++i) {
      const Value* operand = op.operands[i];
      if (i == 0 && (op.code == OpCode::dynamic_slice || op.code == OpCode::gather)) {
        want_buffer(operand);
        continue;
      }
      const bool grows =
          op.code == OpCode::broadcast_in_dim && operand->shape.elements() < result->shape.elements();
      use(operand,
          keep      ? result
          : several ? nullptr
                    : need.kernel,
          grows || (!keep && need.often), !is_elementwise(op.code) && op.code != OpCode::reshape);
      Need& below = needs[operand];
      if (several) below.many = true;
      const bool in_order = is_elementwise(op.code) || op.code == OpCode::reshape;
      if (!in_order || operand->shape.elements() != result->shape.elements() || (!keep && need.moved))
        below.moved = true;
      if (!keep) below.depth = std::max(below.depth, need.depth + 1);
    }
  }
};

Fusion::Fusion(const hlo::Function& function, const FusionRules& rules) {
  Walk walk{{}, {}, *this, rules};
  walk.block(function.body, false);
}

bool Fusion::has_buffer(const Value* value) const {
  if (!value->op) return true;
  if (value->op->code == OpCode::constant) return !is_splat(*value->op);
  return kept_.contains(value) || (!can_fuse(value->op->code) && !taken_in_.contains(value));
}

}  // namespace fusebox::cpu
