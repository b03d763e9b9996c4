// Names of kernels for profilers.
#pragma once

#include <cstddef>

#include "cpu/blob.h"

namespace fusebox::cpu {

// If FUSEBOX_PERF is set, tells `perf report` where the blob's kernels are, now that its code lies at `code`:
// appends to the file in which perf looks for the names of a process's generated code. Fails silently.
void tell_perf(const Blob& blob, const std::byte* code) noexcept;

}  // namespace fusebox::cpu
