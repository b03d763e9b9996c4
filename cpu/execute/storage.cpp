#include "cpu/execute/storage.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <unordered_map>
#include <vector>

#include "cpu/execute/short_lock.h"

namespace fusebox::cpu {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kMapped = size_t{1} << 20;   // blocks from here on come from the system and go back to it
constexpr int64_t kKept = int64_t{64} << 20;  // bytes of free blocks at most

size_t rounded(size_t bytes) {
  return (std::max<size_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment;
}

std::byte* take_from_system(size_t bytes) {
  if (bytes < kMapped) return static_cast<std::byte*>(::operator new(bytes, std::align_val_t{kAlignment}));
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(memory);
}

void return_to_system(std::byte* block, size_t bytes) {
  if (bytes < kMapped)
    ::operator delete(block, std::align_val_t{kAlignment});
  else
    munmap(block, bytes);
}

struct Blocks {
  std::unordered_map<size_t, std::vector<std::byte*>> free;  // by rounded size
  StorageStats stats;
};

// Never destroyed: buffers may outlive everything else of the process.
Blocks& blocks() {
  static Blocks& all = *new Blocks;
  return all;
}

std::byte* find_free(size_t bytes) {
  ShortLock lock;
  Blocks& all = blocks();
  const auto found = all.free.find(bytes);
  std::byte* block = nullptr;
  if (found != all.free.end() && !found->second.empty()) {
    block = found->second.back();
    found->second.pop_back();
    all.stats.kept -= static_cast<int64_t>(bytes);
  }
  all.stats.in_use += static_cast<int64_t>(bytes);
  all.stats.peak = std::max(all.stats.peak, all.stats.in_use);
  all.stats.largest = std::max(all.stats.largest, static_cast<int64_t>(bytes));
  ++all.stats.allocations;
  return block;
}

// Whether the block was kept.
bool keep(std::byte* block, size_t bytes) noexcept {
  ShortLock lock;
  Blocks& all = blocks();
  all.stats.in_use -= static_cast<int64_t>(bytes);
  if (all.stats.kept + static_cast<int64_t>(bytes) > kKept) return false;
  try {
    all.free[bytes].push_back(block);
  } catch (const std::bad_alloc&) {
    return false;
  }
  all.stats.kept += static_cast<int64_t>(bytes);
  return true;
}

void never_taken(size_t bytes) noexcept {
  ShortLock lock;
  blocks().stats.in_use -= static_cast<int64_t>(bytes);
}

}  // namespace

std::shared_ptr<Storage> Storage::allocate(size_t bytes) {
  const size_t whole = rounded(bytes);
  if (whole < bytes) throw std::bad_alloc();
  std::byte* block = find_free(whole);
  try {
    if (block == nullptr) block = take_from_system(whole);
    return std::make_shared<Storage>(Key{}, block, bytes, true, false, nullptr);
  } catch (...) {
    if (block == nullptr || !keep(block, whole)) {
      if (block != nullptr)
        return_to_system(block, whole);
      else
        never_taken(whole);
    }
    throw;
  }
}

std::shared_ptr<Storage> Storage::borrow(void* data, size_t bytes, bool writable,
                                         std::function<void()> release) {
  return std::make_shared<Storage>(Key{}, static_cast<std::byte*>(data), bytes, writable, true,
                                   std::move(release));
}

Storage::~Storage() {
  if (borrowed_) {
    if (release_) release_();
  } else if (const size_t whole = rounded(bytes_); !keep(data_, whole)) {
    return_to_system(data_, whole);
  }
}

StorageStats storage_stats() {
  ShortLock lock;
  return blocks().stats;
}

void reset_storage_peak() {
  ShortLock lock;
  blocks().stats.peak = blocks().stats.in_use;
}

}  // namespace fusebox::cpu
