// Which values get a buffer: the decision what is computed in one kernel.
#pragma once

#include <unordered_set>

#include "fusebox/hlo/program.h"

namespace fusebox::cpu {

class Fusion {
 public:
  // Without `fuse`, every op is a kernel of its own but for those that only move elements.
  explicit Fusion(const hlo::Function& function, bool fuse = true);

  // Whether the value has a buffer; any other is computed inside the kernels that need it.
  bool has_buffer(const hlo::Value* value) const;
  // Whether somebody reads the constant from a buffer, although it could be computed.
  bool is_read(const hlo::Value* constant) const { return kept_.contains(constant); }

 private:
  struct Walk;
  std::unordered_set<const hlo::Value*> kept_;
};

}  // namespace fusebox::cpu
