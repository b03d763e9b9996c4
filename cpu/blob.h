// cpu: fusebox's own PJRT plugin for the CPU.
//
//   plugin/    the C ABI: clients, buffers, events, executables; no LLVM
//   execute/   runs a compiled program: memory, threads, steps; allocates nothing per call
//   compiler/  StableHLO text → Blob; the only place that includes LLVM, a library of its own beside the
//   plugin
//
// This folder uses fusebox/base and fusebox/pjrt/abi (the compiler also hlo and stablehlo), and nothing else
// of the library, which in turn reaches it only through GetPjrtApi.
//
// Blob: a compiled program. What the compiler hands to the executor, what an executable serializes to, and
// what caches and artifacts hold. It is position-independent data and code: load it anywhere, on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fusebox/base/shape.h"

namespace fusebox::cpu {

// Bytes of anything in a program: more than any machine has, and sums of some of them fit in 63 bits.
inline constexpr int64_t kMostBytes = int64_t{1} << 46;

// What a kernel is given beside its buffers.
struct KernelContext {
  void* scratch;  // Blob::scratch_bytes of this thread alone, 64-byte aligned, of any content
  int32_t thread, threads;
};

// Does the items [begin, end) of the kernel's iteration space. What an item computes does not depend on how
// the items are divided. `buffers` are the addresses of Step::buffers; elements are aligned to their own size
// only.
using Kernel = void (*)(void* const* buffers, int64_t begin, int64_t end, const KernelContext* context);

struct KernelInfo {
  std::string name;               // for profilers: "fusion_add_multiply", "dot_f32_1x576"
  uint64_t offset = 0, size = 0;  // in Blob::code
};

struct BlobParameter {
  Shape shape;
  std::optional<int64_t> alias;  // the result that takes over its memory if it is donated
  bool donor = false;            // may be donated, no matter to which result
};

// Where the bytes of a buffer lie.
struct BufferPlace {
  enum class Kind : uint8_t {
    kArgument,   // `index`: of the parameter. With an alias, it is the memory of that result: the executor
                 // hands over the donated memory, or copies the argument to the fresh result before the first
                 // step
    kResult,     // `index`: of the result
    kConstant,   // `index`: offset in Blob::constants
    kTemporary,  // `index`: offset in the arena of one execution
  };
  Kind kind = Kind::kTemporary;
  int64_t index = 0;
  int64_t bytes = 0;
};

// One step of a program. All threads walk the same list; each does its share of a kernel's items.
struct Step {
  enum class Kind : uint8_t {
    kKernel,
    kWhile,  // blocks: condition, body; buffers[0]: i1, written by the condition
    kIf,     // blocks: true, false; buffers[0]: i1
    kCase,   // blocks: branches; buffers[0]: i32, the last branch for every other value
  };
  Kind kind = Kind::kKernel;
  bool meet = true;     // every thread must have finished all steps before this one begins
  uint32_t kernel = 0;  // index into Blob::kernels
  int64_t items = 1;    // split between threads at multiples of `grain`
  int64_t grain = 1;    // no thread gets a part of a grain; items <= grain: the first thread does it alone
  std::vector<uint32_t> buffers;  // indices into Blob::buffers
  std::vector<std::vector<Step>> blocks;
};

struct Blob {
  std::string name;   // of the program
  std::string level;  // the CPU level it was compiled for: "x86-64", "v3", "v4", "v4-vnni-bf16"
  std::vector<BlobParameter> parameters;
  std::vector<Shape> results;
  std::vector<BufferPlace> buffers;
  int64_t arena_bytes = 0;           // of temporaries; offsets in it are 64-byte aligned
  int64_t scratch_bytes = 0;         // per thread
  std::vector<std::byte> constants;  // 64-byte aligned when loaded
  std::vector<std::byte> code;       // 64-byte aligned when loaded
  std::vector<KernelInfo> kernels;
  std::vector<Step> steps;
};

std::vector<std::byte> serialize(const Blob& blob);

// Error kInvalidFile unless the bytes are a whole blob of this version in which every index, offset and size
// fits.
Blob deserialize(std::span<const std::byte> bytes);

}  // namespace fusebox::cpu
