// How fast products with low-bit weights are: bench_kernels [PLUGIN [FORMAT [MB]]]
//
// For few rows of activations the weights are larger than any cache (or MB), and GB/s is what counts; for
// many rows they are one layer's, and it is operations. Prints medians; 2 operations are one multiplication
// and addition.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <vector>

#include "bench/guarded_main.h"
#include "fusebox/runtime/runtime.h"
#include "fusebox/trace/trace.h"

namespace {

using namespace fusebox;

constexpr int64_t kDepth = 1536;  // weights per row: whole blocks of every format
constexpr int64_t kStream = 96;   // MB of weights for few rows
constexpr int64_t kLayer = 1024;  // rows of weights for many
constexpr int kRounds = 15;

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// One matrix of random blocks with finite scales.
class RandomBlocks : public WeightSource {
 public:
  RandomBlocks(BlockFormat format, int64_t rows)
      : info_{"w", {{rows, kDepth}, f32}, format},
        bytes_(std::make_shared<std::vector<std::byte>>(
            static_cast<size_t>(rows * row_bytes(format, kDepth).value()))) {
    std::mt19937 random(1);
    for (std::byte& byte : *bytes_) byte = static_cast<std::byte>(random() & 0x3b);
  }
  std::vector<WeightInfo> weights() const override { return {info_}; }
  std::optional<WeightInfo> find(std::string_view name) const override {
    return name == info_.name ? std::optional(info_) : std::nullopt;
  }
  void read(std::string_view, DType, std::span<std::byte> out) const override {
    std::copy(bytes_->begin(), bytes_->end(), out.begin());
  }
  std::span<const std::byte> view(std::string_view) const override { return *bytes_; }
  std::shared_ptr<const void> owner() const override { return bytes_; }
  std::string description() const override { return "random blocks"; }

 private:
  WeightInfo info_;
  std::shared_ptr<std::vector<std::byte>> bytes_;
};

double median_seconds(const Device& device, const RandomBlocks& source, int64_t rows) {
  const CompiledModel model = device.compile("product", [&](TraceCx& cx) {
    const Tensor x = cx.input("x", {rows, kDepth}, f32);
    const DotAxes axes = {.lhs_contract = {1}, .rhs_contract = {1}};
    return dot_general(int8_blocks(x), cx.weight("w", source), axes);
  });
  Call call(model.session(device.load(source, model.signature())));
  std::vector<float> values(static_cast<size_t>(rows * kDepth), 0.5f);
  const Shape shape{{rows, kDepth}, f32};
  const pjrt::Buffer x = device.upload(shape, std::as_bytes(std::span(values)));
  call.set(call.index_of("x"), x);
  std::vector<double> times;
  for (int round = 0; round <= kRounds; ++round) {
    std::vector<pjrt::Buffer> outputs(1);
    const double begin = seconds();
    call.run_into(outputs).await();
    if (round > 0) times.push_back(seconds() - begin);  // the first one finds nothing in its place
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

int run(int argc, char** argv) {
  DeviceOptions options;
  if (argc > 1) options.plugin = argv[1];
  const Device device = Device::open(options);
  const int64_t stream = argc > 3 ? std::atoi(argv[3]) : kStream;
  fmt::print("{:6} {:>5} {:>9} {:>10} {:>8}\n", "format", "rows", "GB/s", "ns/block", "GOP/s");
  for (const BlockFormat format : {BlockFormat::q4_1, BlockFormat::q4_0, BlockFormat::q8_0, BlockFormat::q5_0,
                                   BlockFormat::q4_k, BlockFormat::q6_k}) {
    if (argc > 2 && info(format).name != argv[2]) continue;
    const int64_t bytes_per_row = row_bytes(format, kDepth).value();
    for (const int64_t rows : {1, 2, 4, 8, 32, 128, 512}) {
      const RandomBlocks source(format, rows <= 8 ? stream * 1'000'000 / bytes_per_row : kLayer);
      const double time = median_seconds(device, source, rows);
      const auto columns = static_cast<double>(source.weights()[0].shape.dims[0]);
      const double weights = columns * static_cast<double>(kDepth);
      fmt::print("{:6} {:5} {:9.1f} {:10.2f} {:8.0f}\n", info(format).name, rows,
                 columns * static_cast<double>(bytes_per_row) / time / 1e9, time * 1e9 / (weights / 32),
                 2 * weights * static_cast<double>(rows) / time / 1e9);
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return bench::guarded_main("bench_kernels", run, argc, argv); }
