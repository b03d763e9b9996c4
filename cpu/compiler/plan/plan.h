// Plan: a program as kernels, buffers and steps; all that code generation and the blob need.
#pragma once

#include <memory>
#include <vector>

#include "cpu/blob.h"
#include "cpu/compiler/plan/fusion.h"
#include "cpu/compiler/plan/kernel_spec.h"

namespace fusebox::cpu {

struct PlanBuffer {
  Shape shape;
  BufferPlace place;
  const hlo::Op* constant = nullptr;
  bool fixed =
      false;  // an argument, result, constant or loop variable: no other buffer's name can replace it
  bool read_only = false;
  int first = 0,
      last = -1;  // temporaries in use: the steps that they live through, counted as memory.cpp does
};

struct PlanStep {
  Step::Kind kind = Step::Kind::kKernel;
  std::shared_ptr<const KernelSpec> kernel;  // kKernel
  // Buffers. A kUpdate or kScatter also reads what it writes; control flow reads [0].
  std::vector<int> writes, reads;
  std::vector<std::vector<PlanStep>> blocks;
  bool dropped = false;  // a copy that turned out to be none
};

struct Plan {
  std::vector<PlanBuffer> buffers;
  std::vector<PlanStep> steps;
  int64_t arena_bytes = 0;
};

// Errors: kUnsupported for an op that is not done, kOutOfMemory for a value that no memory holds.
Plan make_plan(const hlo::Function& function, const FusionRules& rules = {});

// Lets what is copied live where the copy goes, where nobody can tell.
void remove_copies(Plan& plan);
// Puts steps side by side that threads need not meet between.
void bring_together(Plan& plan);
// Gives temporaries their offsets: those whose lives do not meet share memory. Error kOutOfMemory if no
// memory holds them.
void place_temporaries(Plan& plan);

}  // namespace fusebox::cpu
