// The main memory's read bandwidth, for bench/compare: bench_bandwidth [THREADS [MEGABYTES]]
//
// Prints GB/s: the median of nine passes over 256 MB (or so many) that the threads share, each pass reading
// all of it four times.
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <new>
#include <thread>
#include <vector>

#include "bench/guarded_main.h"

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

double gigabytes_per_second(const Memory& memory, size_t threads) {
  std::vector<uint64_t> results(threads);
  std::vector<std::thread> readers;
  const size_t share = memory.count() / threads;
  const auto begin = std::chrono::steady_clock::now();
  for (size_t i = 0; i < threads; ++i)
    readers.emplace_back([&, i] { results[i] = read_all(memory.words + i * share, share); });
  for (std::thread& reader : readers) reader.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (std::count(results.begin(), results.end(), uint64_t{1}) > 0) fmt::print(stderr, "\n");  // they are used
  return kReads * static_cast<double>(threads * share * sizeof(Words)) / seconds / 1e9;
}

int run(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1, megabytes = argc > 2 ? std::atoi(argv[2]) : 256;
  if (threads < 1 || threads > 1024 || megabytes < 1 || megabytes > 65536) {
    fmt::print(stderr, "usage: bench_bandwidth [THREADS [MEGABYTES]]\n");
    return 2;
  }
  const Memory memory(static_cast<size_t>(megabytes) * 1'000'000);
  std::array<double, kPasses> passes{};
  for (double& pass : passes) pass = gigabytes_per_second(memory, static_cast<size_t>(threads));
  std::sort(passes.begin(), passes.end());
  fmt::print("{:.1f}\n", passes[kPasses / 2]);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return bench::guarded_main("bench_bandwidth", run, argc, argv); }
