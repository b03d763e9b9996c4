// Context: what one execution of a program needs beside its arguments and results.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "cpu/execute/action.h"
#include "cpu/execute/futex.h"
#include "cpu/execute/program.h"
#include "cpu/execute/trace.h"

namespace fusebox::cpu {

// One execution's at a time. Takes no memory after it was made.
class Context {
 public:
  Context(const Program& program, int threads);

  int threads() const { return static_cast<int>(kernel_contexts_.size()); }

  void bind(std::span<std::byte* const> arguments, std::span<std::byte* const> results);
  // What the program's names are in the trace of this execution.
  void name(uint32_t names) { names_ = names; }

  // The share of one of `threads` threads (no more than threads()); all must call it. `trace` may be null.
  void run(int thread, int threads, Trace* trace);

 private:
  // Watched, each kernel is told to the thread's lane.
  template <bool kWatched>
  void walk(std::span<const Action> actions, int thread, int threads, Trace::Lane* lane);
  template <bool kWatched>
  void control(const Action& action, int thread, int threads, Trace::Lane* lane);
  template <typename T>
  T predicate(const Action& action) const;

  const Program& program_;
  std::shared_ptr<Storage> arena_, scratch_;
  std::vector<void*> table_;
  std::vector<KernelContext> kernel_contexts_;
  uint32_t names_ = 0;  // where the trace has those of this program
  Barrier barrier_;
};

}  // namespace fusebox::cpu
