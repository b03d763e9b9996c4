// f32 programs on two plugins by turns: bench_against OURS OTHERS [NAME]
//
// The shapes of a small sentence encoder (MiniLM: 384 wide, 12 heads, 1,536 in the middle), of attention
// (heads x tokens x size) and of a small perceptron (784-128-10), weights given as arguments;
// "transposed": weights as files hold them, whose transpose the program asks for. Both plugins get the same
// StableHLO text and the same values. Prints medians of many rounds in microseconds, and how much faster the
// first is; with NAME, only programs whose names hold it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "apps/median.h"
#include "apps/no_weights.h"
#include "bench/guarded_main.h"
#include "fusebox/runtime/runtime.h"
#include "fusebox/trace/trace.h"

namespace {

using namespace fusebox;

constexpr int kLeastRounds = 30;
constexpr double kSecondsEach = 0.7;  // for each program

using Inputs = std::function<Tensor(const char* name, const Dims& dims)>;
using Build = std::function<Tensor(const Inputs&)>;
struct Case {
  std::string name;
  Build build;
};

Tensor linear(const Tensor& x, const Inputs& input, const std::string& name, int64_t from, int64_t to) {
  return matmul(x, input((name + ".w").c_str(), {from, to})) + input((name + ".b").c_str(), {to});
}

Tensor layer_norm(const Tensor& x, const Inputs& input, const std::string& name) {
  const Tensor centred = x - mean(x, -1, keepdims);
  const Tensor scaled = centred * rsqrt(mean(centred * centred, -1, keepdims) + 1e-12);
  return scaled * input((name + ".w").c_str(), {x.dim(-1)}) + input((name + ".b").c_str(), {x.dim(-1)});
}

// softmax(q · k / sqrt(size)) · v, all [batch, tokens, heads * size].
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, int64_t heads) {
  const int64_t batch = q.dim(0), tokens = q.dim(1), size = q.dim(2) / heads;
  const auto by_head = [&](const Tensor& x) {
    return transpose(reshape(x, {batch, tokens, heads, size}), {0, 2, 1, 3});
  };
  const Tensor scores = matmul(by_head(q), transpose(by_head(k), {0, 1, 3, 2}));
  const Tensor weights = softmax(scores * (1 / std::sqrt(static_cast<double>(size))));
  return reshape(transpose(matmul(weights, by_head(v)), {0, 2, 1, 3}), q.shape().dims);
}

// One layer of the encoder over `batch` texts of `tokens` tokens.
Tensor encoder(const Inputs& input, int64_t batch, int64_t tokens) {
  constexpr int64_t kWide = 384, kHeads = 12, kMiddle = 1536;
  const Tensor x = input("x", {batch, tokens, kWide});
  const auto linear_of_x = [&](const char* name) { return linear(x, input, name, kWide, kWide); };
  const Tensor met = attention(linear_of_x("q"), linear_of_x("k"), linear_of_x("v"), kHeads);
  const Tensor attended = linear(met, input, "o", kWide, kWide);
  const Tensor middle = layer_norm(x + attended, input, "n1");
  const Tensor up = gelu(linear(middle, input, "up", kWide, kMiddle));
  return layer_norm(middle + linear(up, input, "down", kMiddle, kWide), input, "n2");
}

Tensor perceptron(const Inputs& input, int64_t batch) {
  return linear(relu(linear(input("x", {batch, 784}), input, "a", 784, 128)), input, "b", 128, 10);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int64_t batch : {1, 32, 256})
    all.push_back(
        {fmt::format("mlp {}", batch), [=](const Inputs& input) { return perceptron(input, batch); }});
  for (const auto& [from, to] : {std::pair<int64_t, int64_t>{384, 384}, {384, 1536}, {1536, 384}})
    for (const int64_t rows : {1, 8, 32, 128, 256, 1024})
      all.push_back(
          {fmt::format("dot {}x{}x{}", rows, from, to), [=, from = from, to = to](const Inputs& input) {
             return matmul(input("x", {rows, from}), input("w", {from, to}));
           }});
  for (const int64_t rows : {1, 8, 32, 128, 1024})
    all.push_back({fmt::format("transposed {}x384x1536", rows), [=](const Inputs& input) {
                     return matmul(input("x", {rows, 384}), transpose(input("w", {1536, 384}), {1, 0}));
                   }});
  for (const auto& [heads, size, tokens] :
       {std::array<int64_t, 3>{12, 32, 128}, {12, 32, 256}, {12, 64, 512}, {8, 128, 2048}})
    all.push_back({fmt::format("attention {}x{}x{}", heads, tokens, size),
                   [=, heads = heads, size = size, tokens = tokens](const Inputs& input) {
                     const Dims dims = {1, tokens, heads * size};
                     return attention(input("q", dims), input("k", dims), input("v", dims), heads);
                   }});
  for (const int64_t batch : {1, 8})
    for (const int64_t tokens : {8, 32, 128, 256})
      all.push_back({fmt::format("layer {}x{}", batch, tokens),
                     [=](const Inputs& input) { return encoder(input, batch, tokens); }});
  return all;
}

std::vector<float> some_values(int64_t count) {
  std::mt19937 random(static_cast<unsigned>(count));
  std::uniform_real_distribution<float> of(-0.1f, 0.1f);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = of(random);
  return values;
}

// A program on one plugin, its arguments in place.
class Bound {
 public:
  Bound(const Device& device, const TracedProgram& program)
      : call_(device.compile(program, {.use_cache = false})
                  .session(device.load(apps::NoWeights(), program.signature))),
        outputs_(1) {
    const Signature& signature = call_.session().model().signature();
    for (size_t i = 0; i < signature.parameters.size(); ++i) {
      const Shape& shape = signature.parameters[i].shape;
      const std::vector<float> values = some_values(shape.elements());
      arguments_.push_back(
          std::make_unique<pjrt::Buffer>(device.upload(shape, std::as_bytes(std::span(values)))));
      call_.set(i, *arguments_.back());
    }
  }

  double microseconds() {
    const auto begin = std::chrono::steady_clock::now();
    call_.run_into(outputs_).await();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
  }

  std::vector<float> result() {
    std::vector<float> values(static_cast<size_t>(outputs_[0].shape().elements()));
    outputs_[0].to_host(std::as_writable_bytes(std::span(values))).await();
    return values;
  }

 private:
  Call call_;
  std::vector<pjrt::Buffer> outputs_;
  std::vector<std::unique_ptr<pjrt::Buffer>> arguments_;
};

// Some rounds one after the other, when the threads of the other plugin have come to rest: they wait in a
// loop.
void take_turn(Bound& bound, std::vector<double>& times) {
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  bound.microseconds();
  for (int i = 0; i < 8; ++i) times.push_back(bound.microseconds());
}

void compare(const Device& ours, const Device& others, const Case& test) {
  const TracedProgram program = trace("main", [&](TraceCx& cx) {
    return test.build([&](const char* name, const Dims& dims) { return cx.input(name, dims, f32); });
  });
  Bound first(ours, program), second(others, program);
  std::vector<double> a, b;
  const auto begin = std::chrono::steady_clock::now();
  while (a.size() < kLeastRounds ||
         std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < kSecondsEach) {
    take_turn(first, a);
    take_turn(second, b);
  }
  double apart = 0;
  const std::vector<float> x = first.result(), y = second.result();
  for (size_t i = 0; i < x.size(); ++i) apart = std::max<double>(apart, std::abs(x[i] - y[i]));
  fmt::print("{:18} {:10.1f} {:10.1f}  x {:5.2f}  {:8.1g}\n", test.name, apps::median(a), apps::median(b),
             apps::median(b) / apps::median(a), apart);
}

int run(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: bench_against OURS OTHERS [NAME]\n");
    return 2;
  }
  const Device ours = Device::open({.plugin = argv[1]}), others = Device::open({.plugin = argv[2]});
  fmt::print("{:18} {:>10} {:>10}  {:>7}  {:>8}\n", "", "first us", "second us", "faster", "apart");
  for (const Case& test : cases())
    if (argc < 4 || test.name.find(argv[3]) != std::string::npos) compare(ours, others, test);
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return bench::guarded_main("bench_against", run, argc, argv); }
