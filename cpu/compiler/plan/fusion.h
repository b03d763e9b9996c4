// Which values get a buffer: the decision what is computed in one kernel.
#pragma once

#include <unordered_map>
#include <unordered_set>

#include "fusebox/hlo/program.h"

namespace fusebox::cpu {

struct FusionRules {
  // Without, every op is a kernel of its own but for those that only move elements or that a kernel computes
  // on its way.
  bool elements = true;
  bool epilogues = true;  // what is made of a product element by element is made by the product's kernel
};

class Fusion {
 public:
  explicit Fusion(const hlo::Function& function, const FusionRules& rules = {});

  // Whether the value has a buffer; any other is computed inside the kernels that need it.
  bool has_buffer(const hlo::Value* value) const;
  // Whether somebody reads the constant from a buffer, although it could be computed.
  bool is_read(const hlo::Value* constant) const { return kept_.contains(constant); }
  // The product, without a buffer of its own, whose kernel makes this value; null for most.
  const hlo::Op* product_in(const hlo::Value* value) const {
    const auto found = products_.find(value);
    return found == products_.end() ? nullptr : found->second;
  }

 private:
  struct Walk;
  std::unordered_set<const hlo::Value*> kept_;
  std::unordered_map<const hlo::Value*, const hlo::Op*> products_;  // by what is made of them
  std::unordered_set<const hlo::Value*> taken_in_;  // the results of these, and scores of attention
};

}  // namespace fusebox::cpu
