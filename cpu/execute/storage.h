// execute: runs compiled programs: memory, threads, steps. It knows nothing of the C ABI and of the compiler.
//
// Storage: the memory behind buffers. Blocks are 64-byte aligned and recycled by size: results of the same
// program take turns in the same few.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace fusebox::cpu {

// Shared by all who read or write it; gone with the last. Thread-safe, but for the bytes.
class Storage {
 public:
  // Of any content; std::bad_alloc if there is none.
  static std::shared_ptr<Storage> allocate(size_t bytes);
  // Memory of somebody else's. `release` is called once, when the storage goes.
  static std::shared_ptr<Storage> borrow(void* data, size_t bytes, bool writable,
                                         std::function<void()> release);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  std::byte* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  bool writable() const { return writable_; }

 private:
  struct Key {};

 public:
  Storage(Key, std::byte* data, size_t bytes, bool writable, bool borrowed, std::function<void()> release)
      : data_(data), bytes_(bytes), writable_(writable), borrowed_(borrowed), release_(std::move(release)) {}

 private:
  std::byte* data_;
  size_t bytes_;
  bool writable_, borrowed_;
  std::function<void()> release_;
};

// Of all storage that was allocated, in bytes.
struct StorageStats {
  int64_t in_use = 0, peak = 0, largest = 0, allocations = 0;
  int64_t kept = 0;  // free, for the next of that size
};
StorageStats storage_stats();
void reset_storage_peak();

}  // namespace fusebox::cpu
