// What this machine can do at most: the roofs under which kernels run.
#pragma once

namespace fusebox::apps {

struct MachinePeaks {
  double bytes_per_second = 0;   // read from the main memory; caches give more
  double floats_per_second = 0;  // operations on f32: a multiplication and the addition behind it are two
  double int8s_per_second = 0;   // operations of products of int8, added up in int32
};

// Measured now, with so many threads, in half a second: the arithmetic in registers, with the widest vectors
// of this processor that fusebox's CPU levels know.
MachinePeaks measure_peaks(int threads);

}  // namespace fusebox::apps
