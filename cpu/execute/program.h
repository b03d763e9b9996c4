// Program: a blob, loaded.
//
//   Program program(deserialize(bytes));
//   program.run(arguments, results, threads);
//
// Immutable and thread-safe: any number of executions at once. What an execution needs beside its arguments
// and results (temporaries, scratch, tables of addresses) is kept for the next one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cpu/blob.h"
#include "cpu/execute/action.h"
#include "cpu/execute/code.h"
#include "cpu/execute/storage.h"

namespace fusebox::cpu {

class Context;
class Trace;

class Program {
 public:
  // Error kIncompatible if the blob was compiled for a level that this machine lacks; as Code's.
  explicit Program(Blob blob);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Runs on this thread and `threads` - 1 of the process's pool, and returns when all is done. Addresses are
  // those of parameters and results, in order; a parameter with an alias must have that result's address. A
  // trace is told of every kernel.
  void run(std::span<std::byte* const> arguments, std::span<std::byte* const> results, int threads,
           Trace* trace = nullptr) const;

  const Blob& blob() const { return blob_; }  // without code, which is mapped
  int64_t code_bytes() const { return code_bytes_; }

 private:
  friend class Context;

  std::unique_ptr<Context> take_context(int threads) const;
  void give_back(std::unique_ptr<Context> context) const;

  const uint64_t serial_;  // no other program's of this process
  Blob blob_;
  Code code_;
  int64_t code_bytes_ = 0;
  std::shared_ptr<Storage> constants_;
  std::vector<Action> actions_;
  std::vector<uint32_t> table_;  // the buffers of all steps, one after the other
  struct Patch {
    size_t position;  // in the table
    uint32_t index;   // of the argument or result
    bool is_result;
  };
  std::vector<Patch> patches_;                              // what is new in every execution
  bool for_one_ = true;                                     // no step has work for a second thread
  mutable std::vector<std::unique_ptr<Context>> contexts_;  // not in use
};

}  // namespace fusebox::cpu
