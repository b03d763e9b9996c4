#include "cpu/execute/program.h"

#include <fmt/format.h>

#include <atomic>
#include <cstring>

#include "cpu/execute/context.h"
#include "cpu/execute/perf_map.h"
#include "cpu/execute/short_lock.h"
#include "cpu/execute/threads.h"
#include "cpu/execute/trace.h"
#include "cpu/level.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

const Blob& checked_level(const Blob& blob) {
  if (!runs_here(blob.level))
    throw Error(ErrorKind::kIncompatible,
                fmt::format("program {} was compiled for the CPU level {}, this machine has {}", blob.name,
                            blob.level, cpu_level()))
        .hint("compile it again on this machine");
  return blob;
}

uint64_t next_serial() {
  static std::atomic<uint64_t> next{0};
  return next++;
}

}  // namespace

Program::Program(Blob blob)
    : serial_(next_serial()),
      blob_(std::move(blob)),
      code_(checked_level(blob_).code),
      code_bytes_(static_cast<int64_t>(blob_.code.size())) {
  constants_ = Storage::allocate(blob_.constants.size());
  if (!blob_.constants.empty())
    std::memcpy(constants_->data(), blob_.constants.data(), blob_.constants.size());
  std::vector<Kernel> kernels;
  for (const KernelInfo& kernel : blob_.kernels)
    kernels.push_back(reinterpret_cast<Kernel>(reinterpret_cast<uintptr_t>(code_.data() + kernel.offset)));
  actions_ = to_actions(blob_.steps, kernels, table_);
  for_one_ = is_for_one(actions_);
  for (size_t i = 0; i < table_.size(); ++i) {
    const BufferPlace& place = blob_.buffers[table_[i]];
    if (place.kind == BufferPlace::Kind::kArgument || place.kind == BufferPlace::Kind::kResult)
      patches_.push_back({i, static_cast<uint32_t>(place.index), place.kind == BufferPlace::Kind::kResult});
  }
  tell_perf(blob_, code_.data());
  // What was copied or translated is needed no more.
  blob_.constants = {};
  blob_.code = {};
  blob_.steps = {};
}

Program::~Program() = default;

std::unique_ptr<Context> Program::take_context(int threads) const {
  {
    ShortLock lock;
    for (size_t i = contexts_.size(); i-- > 0;) {
      if (contexts_[i]->threads() < threads) continue;
      std::unique_ptr<Context> found = std::move(contexts_[i]);
      contexts_.erase(contexts_.begin() + static_cast<ptrdiff_t>(i));
      return found;
    }
  }
  return std::make_unique<Context>(*this, threads);
}

void Program::give_back(std::unique_ptr<Context> context) const {
  ShortLock lock;
  contexts_.push_back(std::move(context));
}

void Program::run(std::span<std::byte* const> arguments, std::span<std::byte* const> results, int threads,
                  Trace* trace) const {
  const uint32_t names = trace ? trace->names_of(serial_, blob_.name, blob_.kernels) : 0;
  if (for_one_ || threads == 1) {
    std::unique_ptr<Context> context = take_context(1);
    context->bind(arguments, results);
    context->name(names);
    context->run(0, 1, trace);
    return give_back(std::move(context));
  }
  PoolLease lease(threads);
  struct Run {
    std::unique_ptr<Context> context;
    int threads;
    Trace* trace;
  } run{take_context(lease.threads()), lease.threads(), trace};
  run.context->bind(arguments, results);
  run.context->name(names);
  lease.run(
      [](void* data, int thread) {
        const auto* all = static_cast<const Run*>(data);
        all->context->run(thread, all->threads, all->trace);
      },
      &run);
  give_back(std::move(run.context));
}

}  // namespace fusebox::cpu
