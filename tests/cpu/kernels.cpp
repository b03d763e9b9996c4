#include "tests/cpu/kernels.h"

// Kernels written in C++ and copied out of this library's own code: they call nothing and refer to nothing,
// so that their bytes run anywhere. They stand in a section of their own, whose ends the linker names.
#define KERNEL __attribute__((section("fusebox_kernels"), noinline, used, no_sanitize("all")))

extern "C" const std::byte __start_fusebox_kernels[], __stop_fusebox_kernels[];

namespace fusebox::cpu::test {
namespace {

template <typename T>
T* at(void* const* buffers, int index) {
  return static_cast<T*>(buffers[index]);
}

// [2] = [0] + [1]
KERNEL void add_f32(void* const* buffers, int64_t begin, int64_t end, const KernelContext*) {
  for (int64_t i = begin; i < end; ++i)
    at<float>(buffers, 2)[i] = at<float>(buffers, 0)[i] + at<float>(buffers, 1)[i];
}

// [1] = [0]
KERNEL void copy_i32(void* const* buffers, int64_t begin, int64_t end, const KernelContext*) {
  for (int64_t i = begin; i < end; ++i) at<volatile int32_t>(buffers, 1)[i] = at<int32_t>(buffers, 0)[i];
}

KERNEL void zero_i32(void* const* buffers, int64_t begin, int64_t end, const KernelContext*) {
  for (int64_t i = begin; i < end; ++i) at<volatile int32_t>(buffers, 0)[i] = 0;
}

KERNEL void increment_i32(void* const* buffers, int64_t begin, int64_t end, const KernelContext*) {
  for (int64_t i = begin; i < end; ++i) at<volatile int32_t>(buffers, 0)[i] = at<int32_t>(buffers, 0)[i] + 1;
}

// i1 [2] = [0] < [1]
KERNEL void less_i32(void* const* buffers, int64_t, int64_t, const KernelContext*) {
  *at<uint8_t>(buffers, 2) = *at<int32_t>(buffers, 0) < *at<int32_t>(buffers, 1) ? 1 : 0;
}

// [1][i] = [0][i + 1] + 1, round the corner; [2]: how many there are
KERNEL void shift_i32(void* const* buffers, int64_t begin, int64_t end, const KernelContext*) {
  const int64_t size = *at<int32_t>(buffers, 2);
  for (int64_t i = begin; i < end; ++i)
    at<volatile int32_t>(buffers, 1)[i] = at<int32_t>(buffers, 0)[i + 1 < size ? i + 1 : 0] + 1;
}

// Which thread does the item; scratch is written and read back.
KERNEL void thread_i32(void* const* buffers, int64_t begin, int64_t end, const KernelContext* context) {
  for (int64_t i = begin; i < end; ++i) {
    *static_cast<volatile int32_t*>(context->scratch) = context->thread;
    for (int wait = 0; wait < 2000; ++wait) asm volatile("");
    at<volatile int32_t>(buffers, 0)[i] = *static_cast<volatile int32_t*>(context->scratch);
  }
}

struct Named {
  const char* name;
  Kernel kernel;
};
constexpr Named kKernels[] = {{"add_f32", add_f32},      {"copy_i32", copy_i32},
                              {"zero_i32", zero_i32},    {"less_i32", less_i32},
                              {"shift_i32", shift_i32},  {"increment_i32", increment_i32},
                              {"thread_i32", thread_i32}};

}  // namespace

void add_kernels(Blob& blob) {
  blob.code.assign(__start_fusebox_kernels, __stop_fusebox_kernels);
  for (const Named& named : kKernels) {
    const auto* code = reinterpret_cast<const std::byte*>(reinterpret_cast<uintptr_t>(named.kernel));
    blob.kernels.push_back({named.name, static_cast<uint64_t>(code - __start_fusebox_kernels), 1});
  }
}

uint32_t kernel_index(std::string_view name) {
  for (uint32_t i = 0; i < std::size(kKernels); ++i)
    if (name == kKernels[i].name) return i;
  return static_cast<uint32_t>(std::size(kKernels));
}

}  // namespace fusebox::cpu::test
