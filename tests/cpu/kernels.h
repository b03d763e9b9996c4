// A few kernels for handmade blobs.
#pragma once

#include <string_view>

#include "cpu/blob.h"

namespace fusebox::cpu::test {

// Puts all of them into the blob.
void add_kernels(Blob& blob);

// Where the kernel of that name stands in Blob::kernels.
uint32_t kernel_index(std::string_view name);

}  // namespace fusebox::cpu::test
