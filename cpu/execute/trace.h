// Trace: which thread did which kernel when, as a file that Perfetto and Chrome's tracing open.
//
//   Trace trace("out.json");
//   program.run(arguments, results, threads, &trace);   // any number of executions, of any programs
//   …                                                   // written when the trace goes
//
// Events are those of Chrome's trace-event format: one complete event ("X") for each share of a kernel that a
// thread does, in the category "kernel", and one for each execution, in "program", on the calling thread.
// Times are those of CLOCK_MONOTONIC. The file ends in "\n]}\n", so that a program can add events of its own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace fusebox::cpu {

// Thread-safe. Nothing is written by a forked child.
class Trace {
 public:
  // What one thread did. Only that thread adds to it.
  class Lane {
   public:
    Lane();
    // Nanoseconds. Takes memory once in many thousand events; what there is no room for is counted.
    void add(uint32_t name, int64_t begin, int64_t end) noexcept;

   private:
    friend class Trace;
    struct Event {
      int64_t begin, end;
      uint32_t name;
    };
    std::vector<std::unique_ptr<Event[]>> blocks_;
    size_t used_ = 0;  // of the last block
    uint64_t dropped_ = 0;
    std::string thread_;
  };

  // Error kIo if the file cannot be made.
  explicit Trace(const std::string& path);
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  // The calling thread's, valid as long as the trace; null if there is no memory for it.
  Lane* lane() noexcept;
  // The number of the name `program`; those of `kernels` follow it. `serial` tells programs apart.
  template <typename Kernels>
  uint32_t names_of(uint64_t serial, const std::string& program, const Kernels& kernels) {
    std::scoped_lock lock(mutex_);
    const auto [place, is_new] = programs_.try_emplace(serial, static_cast<uint32_t>(names_.size()));
    if (is_new) {
      names_.push_back({program, "program"});
      for (const auto& kernel : kernels) names_.push_back({kernel.name, "kernel"});
    }
    return place->second;
  }

  static int64_t now();

 private:
  struct Name {
    std::string text;
    std::string_view category;
  };
  void write_all() const;

  int file_;
  pid_t process_;
  std::mutex mutex_;
  std::map<pid_t, std::unique_ptr<Lane>> lanes_;  // by thread
  std::map<uint64_t, uint32_t> programs_;
  std::vector<Name> names_;
};

}  // namespace fusebox::cpu
