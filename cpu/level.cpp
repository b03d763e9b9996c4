#include "cpu/level.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "fusebox/base/error.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#elif defined(__x86_64__)
#include <cpuid.h>
#endif

namespace fusebox::cpu {
namespace {

struct Level {
  std::string_view name;
  int contains;  // the one before it in its chain; -1 for none
};

#if defined(__x86_64__)

constexpr Level kLevels[] = {{"x86-64", -1}, {"v3", 0},      {"v3-vnni", 1},
                             {"v4", 1},      {"v4-vnni", 3}, {"v4-vnni-bf16", 4}};

bool has_all(auto... has) { return (... && (has != 0)); }

// AVX-VNNI stands in a leaf of its own: EAX, bit 4.
bool has_avx_vnni() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & 1u << 4) != 0;
}

// Of each level, whether this machine has what it adds. What the operating system does not save counts as
// absent.
std::vector<bool> detect() {
  __builtin_cpu_init();
  const bool v3 =
      has_all(__builtin_cpu_supports("avx2"), __builtin_cpu_supports("fma"), __builtin_cpu_supports("f16c"),
              __builtin_cpu_supports("bmi"), __builtin_cpu_supports("bmi2"), __builtin_cpu_supports("lzcnt"));
  const bool v4 = has_all(__builtin_cpu_supports("avx512f"), __builtin_cpu_supports("avx512bw"),
                          __builtin_cpu_supports("avx512cd"), __builtin_cpu_supports("avx512dq"),
                          __builtin_cpu_supports("avx512vl"));
  return {true,
          v3,
          has_avx_vnni(),
          v4,
          has_all(__builtin_cpu_supports("avx512vnni")),
          has_all(__builtin_cpu_supports("avx512bf16"))};
}

#elif defined(__aarch64__)

constexpr Level kLevels[] = {{"aarch64", -1}, {"aarch64-dotprod", 0}, {"aarch64-i8mm-bf16", 1}};

std::vector<bool> detect() {
  const unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
  constexpr unsigned long kHalf = 1ul << 10, kDotProduct = 1ul << 20;  // HWCAP_ASIMDHP, HWCAP_ASIMDDP
  constexpr unsigned long kInt8 = 1ul << 13, kBfloat = 1ul << 14;      // HWCAP2_I8MM, HWCAP2_BF16
  return {true, (first & kHalf) != 0 && (first & kDotProduct) != 0,
          (second & kInt8) != 0 && (second & kBfloat) != 0};
}

#else
#error "fusebox's own CPU plugin knows x86-64 and AArch64"
#endif

constexpr size_t kCount = std::size(kLevels);

constexpr std::array<std::string_view, kCount> kNames = [] {
  std::array<std::string_view, kCount> names;
  for (size_t i = 0; i < kCount; ++i) names[i] = kLevels[i].name;
  return names;
}();

// kCount if it is none.
size_t index_of(std::string_view level) {
  return static_cast<size_t>(std::ranges::find(kNames, level) - kNames.begin());
}

bool contains(size_t level, size_t other) {
  for (int i = static_cast<int>(level); i >= 0; i = kLevels[i].contains)
    if (static_cast<size_t>(i) == other) return true;
  return false;
}

// Those whose whole chain the machine has.
std::vector<size_t> levels_of_this_machine() {
  const std::vector<bool> has = detect();
  std::vector<size_t> levels;
  for (size_t i = 0; i < kCount; ++i) {
    bool all = true;
    for (int j = static_cast<int>(i); j >= 0; j = kLevels[j].contains)
      all = all && has[static_cast<size_t>(j)];
    if (all) levels.push_back(i);
  }
  return levels;
}

size_t choose() {
  const std::vector<size_t> levels = levels_of_this_machine();
  const char* mask = std::getenv("FUSEBOX_CPU_LEVEL");
  if (mask == nullptr || *mask == '\0') return levels.back();
  const size_t wanted = index_of(mask);
  if (std::ranges::find(levels, wanted) != levels.end()) return wanted;
  std::vector<std::string_view> names;
  for (const size_t level : levels) names.push_back(kNames[level]);
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("FUSEBOX_CPU_LEVEL is {}, this machine has {}", mask, fmt::join(names, ", ")));
}

size_t here() {
  static const size_t level = choose();
  return level;
}

}  // namespace

std::span<const std::string_view> cpu_levels() { return kNames; }

std::string_view cpu_level() { return kNames[here()]; }

bool runs_here(std::string_view level) { return contains(here(), index_of(level)); }

}  // namespace fusebox::cpu
