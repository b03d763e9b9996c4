// How fast this machine reads its main memory: what bounds programs that meet every weight once.
#pragma once

#include <cstddef>

namespace fusebox::apps {

inline constexpr size_t kBandwidthBytes = 256'000'000;  // more than caches hold

// Bytes per second: the median of nine passes over so many bytes that the threads share, each pass reading
// all of them four times. Takes the bytes from the heap; std::bad_alloc if there are none.
double memory_bandwidth(int threads, size_t bytes = kBandwidthBytes);

}  // namespace fusebox::apps
