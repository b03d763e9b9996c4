#include "apps/memory_bandwidth.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

namespace fusebox::apps {
namespace {

using Words [[gnu::vector_size(16)]] = uint64_t;  // what every processor of a kind can load at once

constexpr int kPasses = 9, kReads = 4;
constexpr size_t kHugePage = 2 << 20;

uint64_t read_all(const Words* words, size_t count) {
  Words a{}, b{}, c{}, d{};  // apart, so that no load waits for a sum
  for (int again = 0; again < kReads; ++again)
    for (size_t i = 0; i + 4 <= count; i += 4) {
      a ^= words[i];
      b ^= words[i + 1];
      c ^= words[i + 2];
      d ^= words[i + 3];
    }
  const Words all = (a ^ b) ^ (c ^ d);
  return all[0] ^ all[1];
}

struct Memory {
  explicit Memory(size_t wanted)
      : bytes(wanted / kHugePage * kHugePage + kHugePage),
        words(static_cast<Words*>(std::aligned_alloc(kHugePage, bytes))) {
    if (!words) throw std::bad_alloc();
    madvise(words, bytes, MADV_HUGEPAGE);  // without it the page tables are read as well
    for (size_t i = 0; i < count(); ++i) words[i] = Words{i, i * i};
  }
  ~Memory() { std::free(words); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  size_t count() const { return bytes / sizeof(Words); }

  size_t bytes;
  Words* words;
};

double bytes_per_second(const Memory& memory, size_t threads) {
  std::atomic<uint64_t> all{0};  // what is read must be used
  std::vector<std::thread> readers;
  const size_t share = memory.count() / threads;
  const auto begin = std::chrono::steady_clock::now();
  for (size_t i = 0; i < threads; ++i)
    readers.emplace_back([&, i] { all ^= read_all(memory.words + i * share, share); });
  for (std::thread& reader : readers) reader.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return kReads * static_cast<double>(threads * share * sizeof(Words)) / seconds;
}

}  // namespace

double memory_bandwidth(int threads, size_t bytes) {
  const Memory memory(bytes);
  std::array<double, kPasses> passes{};
  for (double& pass : passes) pass = bytes_per_second(memory, static_cast<size_t>(threads));
  std::sort(passes.begin(), passes.end());
  return passes[kPasses / 2];
}

}  // namespace fusebox::apps
