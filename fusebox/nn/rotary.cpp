#include "fusebox/nn/rotary.h"

#include <algorithm>
#include <cmath>
#include <numbers>

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

}  // namespace

std::vector<double> RotaryEmbedding::frequencies() const {
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

std::pair<Tensor, Tensor> RotaryEmbedding::angles(const Tensor& positions) const {
  std::vector<float> rounded;
  for (double frequency : frequencies()) rounded.push_back(static_cast<float>(frequency));
  const Tensor frequency = positions.cx().constant({size / 2}, std::span<const float>(rounded));
  const Tensor angle = expand_dims(convert(positions, f32), -1) * frequency;
  if (magnitude() == 1) return {cos(angle), sin(angle)};
  return {cos(angle) * magnitude(), sin(angle) * magnitude()};
}

Tensor RotaryEmbedding::rotate(const Tensor& x, const std::pair<Tensor, Tensor>& cos_sin) const {
  const Tensor wide = convert(x, f32);
  const Tensor cosine = expand_dims(cos_sin.first, 2), sine = expand_dims(cos_sin.second, 2);
  const int64_t heads_axis = x.rank() - 1, half = size / 2;
  const auto part = [&](int64_t begin, int64_t end, int64_t stride) {
    return slice_in_dim(wide, begin, end, stride, heads_axis);
  };
  const bool halves = pairing == RotaryPairing::kHalves;
  const Tensor a = halves ? part(0, half, 1) : part(0, size, 2);
  const Tensor b = halves ? part(half, size, 1) : part(1, size, 2);
  const Tensor turned_a = a * cosine - b * sine, turned_b = b * cosine + a * sine;
  Tensor turned;
  if (halves) {
    turned = concatenate({turned_a, turned_b}, heads_axis);
  } else {
    Dims dims = x.dims();
    dims.back() = size;
    turned = reshape(concatenate({expand_dims(turned_a, -1), expand_dims(turned_b, -1)}, x.rank()), dims);
  }
  if (size < x.dim(-1)) turned = concatenate({turned, part(size, x.dim(-1), 1)}, heads_axis);
  return convert(turned, x.dtype());
}

}  // namespace fusebox::nn
