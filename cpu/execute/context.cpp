#include "cpu/execute/context.h"

#include <algorithm>
#include <cstring>

namespace fusebox::cpu {
namespace {

constexpr size_t kAlignment = 64;

size_t aligned(int64_t bytes) {
  return (static_cast<size_t>(bytes) + kAlignment - 1) / kAlignment * kAlignment;
}

// Clang's sanitizers look for the type of a called function in front of it; compiled kernels have none. No
// template, whose attribute would come too late for those who use it before.
#if defined(__clang__)
__attribute__((no_sanitize("function")))
#endif
inline void
call(Kernel kernel, void* const* buffers, const Share& share, const KernelContext* context) {
  kernel(buffers, share.begin, share.end, context);
}

}  // namespace

Context::Context(const Program& program, int threads) : program_(program), table_(program.table_.size()) {
  const Blob& blob = program.blob_;
  if (blob.arena_bytes > 0) arena_ = Storage::allocate(static_cast<size_t>(blob.arena_bytes));
  const size_t each = aligned(blob.scratch_bytes);
  if (each > 0) scratch_ = Storage::allocate(each * static_cast<size_t>(threads));
  for (int thread = 0; thread < threads; ++thread) {
    void* scratch = scratch_ ? scratch_->data() + each * static_cast<size_t>(thread) : nullptr;
    kernel_contexts_.push_back({scratch, thread, threads});
  }
  for (size_t i = 0; i < table_.size(); ++i) {
    const BufferPlace& place = blob.buffers[program.table_[i]];
    if (place.kind == BufferPlace::Kind::kConstant)
      table_[i] = program.constants_->data() + place.index;
    else if (place.kind == BufferPlace::Kind::kTemporary)
      table_[i] = (arena_ ? arena_->data() : nullptr) + place.index;
  }
}

void Context::bind(std::span<std::byte* const> arguments, std::span<std::byte* const> results) {
  for (const Program::Patch& patch : program_.patches_)
    table_[patch.position] = (patch.is_result ? results : arguments)[patch.index];
}

void Context::run(int thread, int threads, Trace* trace) {
  kernel_contexts_[static_cast<size_t>(thread)].threads = threads;
  Trace::Lane* lane = trace == nullptr ? nullptr : trace->lane();
  if (lane == nullptr) return walk<false>(program_.actions_, thread, threads, nullptr);
  const int64_t begin = Trace::now();
  walk<true>(program_.actions_, thread, threads, lane);
  if (thread == 0) lane->add(names_, begin, Trace::now());
}

template <bool kWatched>
void Context::walk(std::span<const Action> actions, int thread, int threads, Trace::Lane* lane) {
  const KernelContext* context = &kernel_contexts_[static_cast<size_t>(thread)];
  for (const Action& action : actions) {
    if (action.kind != Step::Kind::kKernel) {
      control<kWatched>(action, thread, threads, lane);
      continue;
    }
    if (action.meet && threads > 1) barrier_.meet(threads);
    if (action.alone && thread != 0) continue;
    const Share share = share_of(action.items, action.grain, thread, threads);
    if (share.begin >= share.end) continue;
    const int64_t begin = kWatched ? Trace::now() : 0;
    call(action.kernel, table_.data() + action.buffers, share, context);
    if (kWatched) lane->add(names_ + 1 + action.index, begin, Trace::now());
  }
}

template <typename T>
T Context::predicate(const Action& action) const {
  T value;
  std::memcpy(&value, table_[action.buffers], sizeof value);
  return value;
}

template <bool kWatched>
void Context::control(const Action& action, int thread, int threads, Trace::Lane* lane) {
  if (action.meet && threads > 1) barrier_.meet(threads);
  if (action.alone) {
    if (thread != 0) return;
    threads = 1;  // the others have gone on
  }
  switch (action.kind) {
    case Step::Kind::kWhile:
      while (true) {
        walk<kWatched>(action.blocks[0], thread, threads, lane);
        if (threads > 1) barrier_.meet(threads);
        if (predicate<uint8_t>(action) == 0) break;
        walk<kWatched>(action.blocks[1], thread, threads, lane);
      }
      break;
    case Step::Kind::kIf:
      walk<kWatched>(action.blocks[predicate<uint8_t>(action) != 0 ? 0 : 1], thread, threads, lane);
      break;
    case Step::Kind::kCase: {
      const auto branch = static_cast<uint32_t>(predicate<int32_t>(action));
      walk<kWatched>(action.blocks[std::min<size_t>(branch, action.blocks.size() - 1)], thread, threads,
                     lane);
      break;
    }
    case Step::Kind::kKernel: break;
  }
}

}  // namespace fusebox::cpu
