// The main memory's read bandwidth, for bench/compare: bench_bandwidth [THREADS [MEGABYTES]]
//
// Prints GB/s; see apps/memory_bandwidth.h.
#include <fmt/format.h>

#include <cstdlib>

#include "apps/memory_bandwidth.h"
#include "bench/guarded_main.h"

namespace {

int run(int argc, char** argv) {
  const int threads = argc > 1 ? std::atoi(argv[1]) : 1, megabytes = argc > 2 ? std::atoi(argv[2]) : 256;
  if (threads < 1 || threads > 1024 || megabytes < 1 || megabytes > 65536) {
    fmt::print(stderr, "usage: bench_bandwidth [THREADS [MEGABYTES]]\n");
    return 2;
  }
  const auto bytes = static_cast<size_t>(megabytes) * 1'000'000;
  fmt::print("{:.1f}\n", fusebox::apps::memory_bandwidth(threads, bytes) / 1e9);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return bench::guarded_main("bench_bandwidth", run, argc, argv); }
