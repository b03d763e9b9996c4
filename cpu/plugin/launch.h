// Launch: one execution, from its arguments to its results.
//
// Arguments that are not ready yet defer it: it then runs on the thread that completes the last of them.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "cpu/plugin/executable.h"

namespace fusebox::cpu::plugin {

class Launch {
 public:
  // Checks the arguments, takes hold of their contents and finds memory for the results. Arguments that the
  // program takes over are deleted, but for those whose index is in `keep`. Error kInvalidArgument for wrong
  // arguments.
  Launch(std::shared_ptr<const Executable> executable, std::span<PJRT_Buffer* const> arguments,
         std::span<const int64_t> keep);
  // Without commit() donated arguments are restored.
  ~Launch();
  Launch(const Launch&) = delete;
  Launch& operator=(const Launch&) = delete;

  void commit() { taken_.clear(); }

  std::span<const std::shared_ptr<Storage>> results() const { return results_; }

  bool is_ready() const;  // whether all arguments are
  // What an argument failed with, if one has. Waits for them.
  Outcome failed_argument() const;

  void run(ThreadChoice threads, Trace* trace);

  // Runs as soon as the arguments are ready, then sets `done`.
  static void run_later(std::unique_ptr<Launch> launch, ThreadChoice threads, std::shared_ptr<Trace> trace,
                        std::shared_ptr<EventState> done);

 private:
  void hold(std::span<PJRT_Buffer* const> arguments);
  void restore();
  bool take(size_t index, PJRT_Buffer& buffer);
  void place_results(std::span<PJRT_Buffer* const> arguments, std::span<const int64_t> keep);

  struct Taken {
    PJRT_Buffer* buffer;
    size_t argument;
  };
  struct Copy {
    size_t argument, result;
  };

  std::shared_ptr<const Executable> executable_;
  std::vector<std::shared_ptr<Storage>> arguments_, results_;
  std::vector<std::shared_ptr<EventState>> waits_;  // of arguments that were not always ready
  std::vector<Taken> taken_;
  std::vector<Copy> copies_;  // arguments that become a result but may not be overwritten
};

}  // namespace fusebox::cpu::plugin
