#include "tests/cpu/random/check.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "cpu/compiler/compiler.h"
#include "cpu/level.h"
#include "fusebox/base/error.h"
#include "fusebox/stablehlo/parser.h"
#include "tests/cpu/compiler/guest.h"
#include "tests/cpu/random/runners.h"

namespace fusebox::cpu::test {
namespace {

using Tensors = std::vector<Tensor>;

Verdict wrong(std::string words) { return {Verdict::Kind::kWrong, std::move(words)}; }

bool agree(double a, double b, DType dtype, const Bounds& bounds) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (std::isinf(a) || std::isinf(b)) return a == b;
  if (a == 0 && b == 0) return !bounds.zero_sign || std::signbit(a) == std::signbit(b);
  return a == b || std::fabs(a - b) <= 2 * (bounds.error * 1.0001 + tiny(dtype));
}

// Whether the bounds allow the number at all.
bool possible(double x, DType dtype, const Bounds& bounds) {
  if (!std::isfinite(x)) return bounds.special;
  const double slack = bounds.error * 1.0001 + tiny(dtype) + bounds.magnitude() * rounding(dtype) * 2;
  return x >= bounds.low - slack && x <= bounds.high + slack;
}

std::string place(const Tensor& tensor, size_t element) {
  std::string text;
  auto rest = static_cast<int64_t>(element);
  for (size_t i = tensor.shape.dims.size(); i-- > 0; rest /= tensor.shape.dims[i])
    text = fmt::format("{}{}{}", rest % tensor.shape.dims[i], text.empty() ? "" : ", ", text);
  return "[" + text + "]";
}

// Empty if all is well.
std::string difference(const Tensors& ours, const Tensors& theirs, const std::vector<Bounds>& bounds) {
  for (size_t i = 0; i < ours.size(); ++i) {
    const Tensor &a = ours[i], &b = theirs[i];
    const DType dtype = a.shape.dtype;
    const bool same = a.bytes == b.bytes;
    if (same && !is_float(dtype)) continue;
    for (size_t e = 0; e < static_cast<size_t>(a.shape.elements()); ++e) {
      const double x = number_at(a, e), y = number_at(b, e);
      const bool alike = is_float(dtype)
                             ? agree(x, y, dtype, bounds[i])
                             : std::memcmp(a.bytes.data() + e * byte_size(dtype),
                                           b.bytes.data() + e * byte_size(dtype), byte_size(dtype)) == 0;
      if (!alike)
        return fmt::format("result {} ({}) at {}: {} and {}, within {}", i, to_string(a.shape), place(a, e),
                           x, y, 2 * bounds[i].error);
      if (is_float(dtype) && !possible(x, dtype, bounds[i]))
        return fmt::format("result {} ({}) at {}: {}, want [{}, {}] within {}", i, to_string(a.shape),
                           place(a, e), x, bounds[i].low, bounds[i].high, bounds[i].error);
    }
  }
  return {};
}

bool same_bits(const Tensors& a, const Tensors& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Tensor& x, const Tensor& y) { return x.bytes == y.bytes; });
}

class Check {
 public:
  Check(const Sample& sample, const hlo::Program& program) : sample_(sample), main_(*program.find("main")) {
    for (size_t i = 0; i < sample.fillings.size(); ++i)
      arguments_.push_back(fill(main_.body.arguments[i].shape, sample.fillings[i], sample.seed, i));
  }

  Verdict run(const std::vector<Bounds>& bounds, bool xla_is_wrong, const CheckOptions& options) {
    const std::string best(cpu_level()), basic(cpu_levels().front());
    const bool swapped = sample_.seed % 4 == 0;
    const OurProgram ours = compiled(swapped ? basic : best, {"keep-for-one"});  // which has threads
    const Tensors one = ours.run(arguments_, 1);
    if (options.as_guest) return as_guest(one, bounds);
    if (!same_bits(one, ours.run(arguments_, 1))) return wrong("the second run differs from the first");
    if (!same_bits(one, ours.run(arguments_, 3))) return wrong("three threads differ from one");
    if (sample_.text.find("dot_general") != sample_.text.npos &&
        !same_bits(one,
                   compiled(swapped ? basic : best, {"keep-for-one", "dot-epilogues"}).run(arguments_, 1)))
      return wrong("with what is made of products by kernels of its own it differs");
    // Little programs, which most are, are kept for one thread where nobody forbids it.
    if (sample_.seed % 4 == 1 && !same_bits(one, compiled(best, {}).run(arguments_, 3)))
      return wrong("kept for one thread it differs");
    const OurProgram plain = compiled(swapped ? best : basic, passes_to_disable(sample_.text));
    const Tensors plain_results = plain.run(arguments_, 1);
    std::string problem = difference(one, plain_results, bounds);
    if (!problem.empty()) return wrong("with passes and without: " + problem);
    if (!same_bits(plain_results, plain.run(arguments_, 3)))
      return wrong("without passes, three threads differ from one");
    if (!options.with_xla) return {};
    if (xla_is_wrong) return {Verdict::Kind::kXlaRefused, "XLA is known to get one of the ops wrong"};
    Tensors theirs;
    try {
      theirs = run_on_xla(sample_.text, arguments_);
    } catch (const Error& error) {
      return {Verdict::Kind::kXlaRefused, error.what()};
    }
    problem = difference(one, theirs, bounds);
    return problem.empty() ? Verdict{} : wrong("ours and XLA's: " + problem);
  }

 private:
  // The same on AArch64, within bounds.
  Verdict as_guest(const Tensors& here, const std::vector<Bounds>& bounds) const {
    constexpr const char* kLevels[] = {"aarch64", "aarch64-dotprod", "aarch64-i8mm-bf16"};
    const std::string level = kLevels[sample_.seed % std::size(kLevels)];
    const Blob blob = compile(sample_.text, {.level = level, .disabled_passes = {"keep-for-one"}});
    std::vector<std::vector<std::byte>> given;
    for (const Tensor& argument : arguments_) given.push_back(argument.bytes);
    const auto results = run_as_guest(blob, given, 1);
    if (run_as_guest(blob, given, 3) != results) return wrong("on AArch64, three threads differ from one");
    Tensors there;
    for (size_t i = 0; i < results.size(); ++i) there.push_back({blob.results[i], results[i]});
    const std::string problem = difference(there, here, bounds);
    return problem.empty() ? Verdict{} : wrong(level + " and here: " + problem);
  }

  OurProgram compiled(const std::string& level, std::vector<std::string> disabled) const {
    return OurProgram(compile(sample_.text, {.level = level, .disabled_passes = std::move(disabled)}));
  }

  const Sample& sample_;
  const hlo::Function& main_;
  Tensors arguments_;
};

}  // namespace

Verdict check(const Sample& sample, const CheckOptions& options) {
  try {
    const hlo::Program program = stablehlo::parse(sample.text);
    const hlo::Function& main = *program.find("main");
    Model model(program);
    std::vector<Bounds> arguments;
    for (size_t i = 0; i < sample.fillings.size(); ++i)
      arguments.push_back(bounds_of_filling(main.body.arguments[i].shape.dtype, sample.fillings[i]));
    const auto bounds = model.run(main.body, arguments);
    if (!bounds) return {Verdict::Kind::kNotCompared, "the program has no bounds"};
    return Check(sample, program).run(*bounds, model.xla_is_wrong(), options);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kUnsupported) return {Verdict::Kind::kRefused, error.what()};
    return wrong(error.what());
  } catch (const std::exception& error) {
    return wrong(error.what());
  }
}

}  // namespace fusebox::cpu::test
