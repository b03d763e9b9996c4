#include "fusebox/nn/rotary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "fusebox/base/error.h"
#include "fusebox/trace/composite.h"
#include "fusebox/trace/emit.h"

namespace fusebox::nn {
namespace {

// Long wavelengths are divided by the factor, short ones kept, those between blended (Llama 3.1).
double llama3_frequency(const RotaryScaling& scaling, double frequency) {
  const double wavelength = 2 * std::numbers::pi / frequency;
  const auto context = static_cast<double>(scaling.original_context);
  if (wavelength < context / scaling.high_freq_factor) return frequency;
  if (wavelength > context / scaling.low_freq_factor) return frequency / scaling.factor;
  const double smooth =
      (context / wavelength - scaling.low_freq_factor) / (scaling.high_freq_factor - scaling.low_freq_factor);
  return (1 - smooth) * frequency / scaling.factor + smooth * frequency;
}

// The pair that turns `rotations` times over the original context (Peng et al., 2023, equation 17).
double yarn_pair(const RotaryEmbedding& rotary, double rotations) {
  const auto context = static_cast<double>(rotary.scaling.original_context);
  return static_cast<double>(rotary.size) * std::log(context / (rotations * 2 * std::numbers::pi)) /
         (2 * std::log(rotary.theta));
}

void scale_yarn(const RotaryEmbedding& rotary, std::vector<double>& frequencies) {
  const RotaryScaling& scaling = rotary.scaling;
  double low = yarn_pair(rotary, scaling.beta_fast), high = yarn_pair(rotary, scaling.beta_slow);
  if (scaling.truncate) low = std::floor(low), high = std::ceil(high);
  low = std::max(low, 0.0);
  high = std::min(high, static_cast<double>(rotary.size - 1));
  if (high <= low) high = low + 0.001;
  for (size_t i = 0; i < frequencies.size(); ++i) {
    const double ramp = std::clamp((static_cast<double>(i) - low) / (high - low), 0.0, 1.0);
    frequencies[i] = frequencies[i] * (1 - ramp) + frequencies[i] / scaling.factor * ramp;
  }
}

void want(bool ok, std::string_view what, double got, std::string_view wanted) {
  if (!ok)
    throw Error(ErrorKind::kInvalidArgument, fmt::format("got {} {}, want {}", what, got, wanted))
        .op("rotary");
}

void check(const RotaryEmbedding& rotary) {
  using Kind = RotaryScaling::Kind;
  const auto is_positive = [](double x) { return std::isfinite(x) && x > 0; };
  want(rotary.size >= 0 && rotary.size % 2 == 0, "size", static_cast<double>(rotary.size), "an even number");
  want(std::isfinite(rotary.theta) && rotary.theta > 1, "theta", rotary.theta, "a number > 1");
  want(rotary.divisors.empty() || std::ssize(rotary.divisors) == rotary.size / 2, "divisors",
       static_cast<double>(rotary.divisors.size()), "one per pair, or none");
  for (const double divisor : rotary.divisors)
    want(is_positive(divisor), "a divisor", divisor, "numbers > 0");
  const RotaryScaling& scaling = rotary.scaling;
  if (scaling.kind == Kind::kDefault) return;
  want(is_positive(scaling.factor), "factor", scaling.factor, "a number > 0");
  if (scaling.kind == Kind::kLinear) return;
  want(scaling.original_context > 0, "original_context", static_cast<double>(scaling.original_context),
       "a number > 0");
  if (scaling.kind == Kind::kLlama3) {
    want(is_positive(scaling.low_freq_factor), "low_freq_factor", scaling.low_freq_factor, "a number > 0");
    want(std::isfinite(scaling.high_freq_factor) && scaling.high_freq_factor > scaling.low_freq_factor,
         "high_freq_factor", scaling.high_freq_factor, "one above low_freq_factor");
  } else {
    want(is_positive(scaling.beta_fast), "beta_fast", scaling.beta_fast, "a number > 0");
    want(is_positive(scaling.beta_slow), "beta_slow", scaling.beta_slow, "a number > 0");
  }
}

}  // namespace

std::vector<double> RotaryEmbedding::frequencies() const {
  check(*this);
  std::vector<double> result;
  for (int64_t i = 0; i < size / 2; ++i)
    result.push_back(std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(size)));
  switch (scaling.kind) {
    case RotaryScaling::Kind::kDefault: break;
    case RotaryScaling::Kind::kLinear:
      for (double& frequency : result) frequency /= scaling.factor;
      break;
    case RotaryScaling::Kind::kLlama3:
      for (double& frequency : result) frequency = llama3_frequency(scaling, frequency);
      break;
    case RotaryScaling::Kind::kYarn: scale_yarn(*this, result); break;
  }
  for (size_t i = 0; i < divisors.size(); ++i) result[i] /= divisors[i];
  return result;
}

double RotaryEmbedding::magnitude() const {
  if (scaling.kind != RotaryScaling::Kind::kYarn) return 1;
  if (scaling.attention_factor > 0) return scaling.attention_factor;
  return scaling.factor > 1 ? 0.1 * std::log(scaling.factor) + 1 : 1;
}

std::pair<Tensor, Tensor> RotaryEmbedding::angles(const Arg& positions) const {
  return in_op("rotary", {positions}, [&] {
    const Tensor& at = tensor_of(positions);
    if (!is_integer(at.dtype()) || at.rank() != 2)
      throw Error(ErrorKind::kShapeMismatch,
                  fmt::format("got positions {}, want integers [slots, n]", to_string(at.shape())));
    std::vector<float> rounded;
    for (double frequency : frequencies()) rounded.push_back(static_cast<float>(frequency));
    const Tensor frequency = at.cx().constant({size / 2}, std::span<const float>(rounded));
    const Tensor angle = expand_dims(convert(at, f32), -1) * frequency;
    if (magnitude() == 1) return std::pair{cos(angle), sin(angle)};
    return std::pair{cos(angle) * magnitude(), sin(angle) * magnitude()};
  });
}

namespace {

// x, turned by `cosine` and `sine`, one pair each.
Tensor turned(const RotaryEmbedding& rotary, const Tensor& x, const Tensor& cosine, const Tensor& sine) {
  const Tensor wide = convert(x, f32);
  const int64_t heads_axis = x.rank() - 1, size = rotary.size, half = size / 2;
  const auto part = [&](int64_t begin, int64_t end, int64_t stride) {
    return slice_in_dim(wide, begin, end, stride, heads_axis);
  };
  const bool halves = rotary.pairing == RotaryPairing::kHalves;
  const Tensor a = halves ? part(0, half, 1) : part(0, size, 2);
  const Tensor b = halves ? part(half, size, 1) : part(1, size, 2);
  const Tensor turned_a = a * cosine - b * sine, turned_b = b * cosine + a * sine;
  Tensor features;
  if (halves) {
    features = concatenate({turned_a, turned_b}, heads_axis);
  } else {
    Dims dims = x.dims();
    dims.back() = size;
    features = reshape(concatenate({expand_dims(turned_a, -1), expand_dims(turned_b, -1)}, x.rank()), dims);
  }
  if (size < x.dim(-1)) features = concatenate({features, part(size, x.dim(-1), 1)}, heads_axis);
  return convert(features, x.dtype());
}

void check_rotated(int64_t size, const Tensor& x, const Tensor& cosine, const Tensor& sine) {
  const bool fits = x.rank() == 4 && size <= x.dim(3) && cosine.shape() == sine.shape() &&
                    cosine.shape() == Shape{{x.dim(0), x.dim(1), size / 2}, f32};
  if (!fits)
    throw Error(
        ErrorKind::kShapeMismatch,
        fmt::format("got {} and angles {}, want [slots, n, heads, size] of size {} or more, and f32[slots, "
                    "n, {}]",
                    to_string(x.shape()), to_string(cosine.shape()), size, size / 2));
  if (!is_float(x.dtype()))
    throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {}, want a float type", to_string(x.shape())));
}

}  // namespace

Tensor RotaryEmbedding::rotate(const Arg& x, const std::pair<Tensor, Tensor>& cos_sin) const {
  return in_op("rotary", {x}, [&] {
    check(*this);
    check_rotated(size, tensor_of(x), cos_sin.first, cos_sin.second);
    const auto rotated = [&](const std::vector<Tensor>& in) {
      const Tensor cosine = expand_dims(in[1], 2), sine = expand_dims(in[2], 2);
      return std::vector{turned(*this, in[0], cosine, sine)};
    };
    const bool halves = pairing == RotaryPairing::kHalves;
    const hlo::AttributeDict attributes = {{"size", size},
                                           {"pairing", std::string(halves ? "halves" : "interleaved")}};
    return composite_if_known("fusebox.rotary", attributes, {tensor_of(x), cos_sin.first, cos_sin.second},
                              rotated)[0];
  });
}

}  // namespace fusebox::nn
