#include "apps/machine_peaks.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "apps/memory_bandwidth.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fusebox::apps {
namespace {

constexpr int kChains = 12;  // that do not wait for each other: more than an operation's latency takes
constexpr int64_t kRounds = 2'000'000;
constexpr int kPasses = 5;

// Does kRounds * kChains vector operations. The result is of no interest; nobody may know it beforehand.
using Work = int64_t (*)(int seed);

struct Unit {
  Work work;
  int operations;  // in each of them
};

using Quad [[gnu::vector_size(16)]] = float;

int64_t floats_of_any(int seed) {
  const float number = static_cast<float>(seed);
  const Quad factor = {number, number, number, number};
  Quad sums[kChains] = {};
  for (int64_t i = 0; i < kRounds; ++i)
    for (Quad& sum : sums) sum = sum * factor + factor;
  Quad all = {};
  for (const Quad& sum : sums) all += sum;
  return static_cast<int64_t>(all[0]);
}

#if defined(__x86_64__)

[[gnu::target("avx2,fma")]] int64_t floats_v3(int seed) {
  const __m256 factor = _mm256_set1_ps(static_cast<float>(seed));
  __m256 sums[kChains] = {}, all = factor;
  for (int64_t i = 0; i < kRounds; ++i)
    for (__m256& sum : sums) sum = _mm256_fmadd_ps(sum, factor, factor);
  for (const __m256& sum : sums) all = _mm256_add_ps(all, sum);
  return static_cast<int64_t>(all[0]);
}

[[gnu::target("avx2")]] int64_t int8s_v3(int seed) {
  const __m256i factor = _mm256_set1_epi8(static_cast<char>(seed)), ones = _mm256_set1_epi16(1);
  __m256i sums[kChains] = {}, all = factor;
  for (int64_t i = 0; i < kRounds; ++i)
    for (__m256i& sum : sums)
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(factor, sum), ones));
  for (const __m256i& sum : sums) all = _mm256_add_epi32(all, sum);
  return all[0];
}

[[gnu::target("avx512f")]] int64_t floats_v4(int seed) {
  const __m512 factor = _mm512_set1_ps(static_cast<float>(seed));
  __m512 sums[kChains] = {}, all = factor;
  for (int64_t i = 0; i < kRounds; ++i)
    for (__m512& sum : sums) sum = _mm512_fmadd_ps(sum, factor, factor);
  for (const __m512& sum : sums) all = _mm512_add_ps(all, sum);
  return static_cast<int64_t>(all[0]);
}

[[gnu::target("avx512f,avx512vnni")]] int64_t int8s_v4(int seed) {
  const __m512i factor = _mm512_set1_epi32(seed);
  __m512i sums[kChains] = {}, all = factor;
  for (int64_t i = 0; i < kRounds; ++i)
    for (__m512i& sum : sums) sum = _mm512_dpbusd_epi32(sum, factor, sum);
  for (const __m512i& sum : sums) all = _mm512_add_epi32(all, sum);
  return all[0];
}

Unit floats() {
  if (__builtin_cpu_supports("avx512f")) return {floats_v4, 32};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {floats_v3, 16};
  return {floats_of_any, 8};
}

Unit int8s() {
  if (__builtin_cpu_supports("avx512vnni")) return {int8s_v4, 128};
  if (__builtin_cpu_supports("avx2")) return {int8s_v3, 64};
  return floats();
}

#else

Unit floats() { return {floats_of_any, 8}; }
Unit int8s() { return floats(); }

#endif

double operations_per_second(const Unit& unit, int threads) {
  static std::atomic<int64_t> used{1};
  double best = 0;
  for (int pass = 0; pass < kPasses; ++pass) {
    std::vector<std::thread> workers;
    const auto begin = std::chrono::steady_clock::now();
    for (int i = 0; i < threads; ++i)
      workers.emplace_back([&unit] { used = (unit.work(static_cast<int>(used) & 1) & 1) + 1; });
    for (std::thread& worker : workers) worker.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::max(best, threads * static_cast<double>(kRounds * kChains) * unit.operations / took.count());
  }
  return best;
}

}  // namespace

MachinePeaks measure_peaks(int threads) {
  return {memory_bandwidth(threads), operations_per_second(floats(), threads),
          operations_per_second(int8s(), threads)};
}

}  // namespace fusebox::apps
