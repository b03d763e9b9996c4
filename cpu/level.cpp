#include "cpu/level.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "fusebox/base/error.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace fusebox::cpu {
namespace {

#if defined(__x86_64__)

constexpr std::string_view kLevels[] = {"x86-64", "v3", "v4", "v4-vnni-bf16"};
// What has been run so far; higher levels are generated, and taken only if FUSEBOX_CPU_LEVEL asks for them.
constexpr size_t kTried = 1;

// Index of the highest. What the operating system does not save counts as absent.
size_t detect() {
  __builtin_cpu_init();
  const auto all = [](auto... has) { return (... && (has != 0)); };
  if (!all(__builtin_cpu_supports("avx2"), __builtin_cpu_supports("fma"), __builtin_cpu_supports("f16c"),
           __builtin_cpu_supports("bmi"), __builtin_cpu_supports("bmi2"), __builtin_cpu_supports("lzcnt")))
    return 0;
  if (!all(__builtin_cpu_supports("avx512f"), __builtin_cpu_supports("avx512bw"),
           __builtin_cpu_supports("avx512cd"), __builtin_cpu_supports("avx512dq"),
           __builtin_cpu_supports("avx512vl")))
    return 1;
  return all(__builtin_cpu_supports("avx512vnni"), __builtin_cpu_supports("avx512bf16")) ? 3 : 2;
}

#elif defined(__aarch64__)

constexpr std::string_view kLevels[] = {"aarch64", "aarch64-dotprod", "aarch64-i8mm-bf16"};
constexpr size_t kTried = 0;

size_t detect() {
  const unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
  constexpr unsigned long kHalf = 1ul << 10, kDotProduct = 1ul << 20;  // HWCAP_ASIMDHP, HWCAP_ASIMDDP
  constexpr unsigned long kInt8 = 1ul << 13, kBfloat = 1ul << 14;      // HWCAP2_I8MM, HWCAP2_BF16
  if ((first & kHalf) == 0 || (first & kDotProduct) == 0) return 0;
  return (second & kInt8) != 0 && (second & kBfloat) != 0 ? 2 : 1;
}

#else
#error "fusebox's own CPU plugin knows x86-64 and AArch64"
#endif

size_t index_of(std::string_view level) {
  return static_cast<size_t>(std::ranges::find(kLevels, level) - std::begin(kLevels));
}

size_t masked() {
  const size_t detected = detect();
  const char* mask = std::getenv("FUSEBOX_CPU_LEVEL");
  if (mask == nullptr || *mask == '\0') return std::min(detected, kTried);
  const size_t wanted = index_of(mask);
  if (wanted > detected)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("FUSEBOX_CPU_LEVEL is {}, this machine has {}", mask,
                            fmt::join(std::span(kLevels).first(detected + 1), ", ")));
  return wanted;
}

size_t here() {
  static const size_t level = masked();
  return level;
}

}  // namespace

std::span<const std::string_view> cpu_levels() { return kLevels; }

std::string_view cpu_level() { return kLevels[here()]; }

bool runs_here(std::string_view level) { return index_of(level) <= here(); }

}  // namespace fusebox::cpu
