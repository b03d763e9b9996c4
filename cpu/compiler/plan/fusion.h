// Which values get a buffer: the decision what is computed in one kernel.
#pragma once

#include <unordered_set>

#include "fusebox/hlo/program.h"

namespace fusebox::cpu {

class Fusion {
 public:
  explicit Fusion(const hlo::Function& function);

  // Whether the value has a buffer; any other is computed inside the kernels that need it.
  bool has_buffer(const hlo::Value* value) const;

 private:
  struct Walk;
  std::unordered_set<const hlo::Value*> kept_;
};

}  // namespace fusebox::cpu
