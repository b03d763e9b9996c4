// Context: what one execution of a program needs beside its arguments and results.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "cpu/execute/action.h"
#include "cpu/execute/futex.h"
#include "cpu/execute/program.h"

namespace fusebox::cpu {

// One execution's at a time. Takes no memory after it was made.
class Context {
 public:
  Context(const Program& program, int threads);

  int threads() const { return static_cast<int>(kernel_contexts_.size()); }

  void bind(std::span<std::byte* const> arguments, std::span<std::byte* const> results);

  // The share of one of `threads` threads (no more than threads()); all must call it.
  void run(int thread, int threads);

 private:
  void walk(std::span<const Action> actions, int thread, int threads);
  void control(const Action& action, int thread, int threads);
  template <typename T>
  T predicate(const Action& action) const;

  const Program& program_;
  std::shared_ptr<Storage> arena_, scratch_;
  std::vector<void*> table_;
  std::vector<KernelContext> kernel_contexts_;
  Barrier barrier_;
};

}  // namespace fusebox::cpu
