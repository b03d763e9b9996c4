#include "fusebox/llm/sampling.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "fusebox/base/error.h"

namespace fusebox::llm {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void refuse(std::string_view field, std::string_view got, std::string_view want) {
  throw Error(ErrorKind::kInvalidArgument, fmt::format("'{}' is {}, want {}", field, got, want))
      .op("request");
}

// The first of these fields that is there and not null.
const ordered_json* find(const ordered_json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = object.find(name);
    if (found != object.end() && !found->is_null()) return &*found;
  }
  return nullptr;
}

void read(const ordered_json& object, std::initializer_list<const char*> names, std::optional<float>& out) {
  const ordered_json* value = find(object, names);
  if (!value) return;
  if (!value->is_number()) refuse(*names.begin(), value->dump(), "a number");
  out = value->get<float>();
}

template <typename Integer>
void read(const ordered_json& object, std::initializer_list<const char*> names, std::optional<Integer>& out) {
  const ordered_json* value = find(object, names);
  if (!value) return;
  if (!value->is_number_integer()) refuse(*names.begin(), value->dump(), "a whole number");
  const bool huge = value->is_number_unsigned() &&
                    value->get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<Integer>::max());
  const bool low = !value->is_number_unsigned() &&
                   value->get<int64_t>() < static_cast<int64_t>(std::numeric_limits<Integer>::min());
  if (huge || low) refuse(*names.begin(), value->dump(), "a smaller number");
  out = static_cast<Integer>(value->is_number_unsigned() ? static_cast<int64_t>(value->get<uint64_t>())
                                                         : value->get<int64_t>());
}

std::vector<std::string> read_stop(const ordered_json& value) {
  if (value.is_string()) return {value.get<std::string>()};
  std::vector<std::string> strings;
  if (!value.is_array()) refuse("stop", value.dump(), "a string or a list of strings");
  for (const ordered_json& item : value) {
    if (!item.is_string()) refuse("stop", value.dump(), "a string or a list of strings");
    strings.push_back(item.get<std::string>());
  }
  return strings;
}

std::map<int32_t, float> read_bias(const ordered_json& value) {
  std::map<int32_t, float> bias;
  if (!value.is_object()) refuse("logit_bias", value.dump(), "an object of token ids and numbers");
  for (const auto& [key, number] : value.items()) {
    int32_t id = 0;
    const auto [end, code] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (code != std::errc() || end != key.data() + key.size() || !number.is_number())
      refuse("logit_bias", value.dump(), "an object of token ids and numbers");
    bias[id] = number.get<float>();
  }
  return bias;
}

void read_common(const ordered_json& object, SamplingOverrides& out) {
  read(object, {"temperature"}, out.temperature);
  read(object, {"top_p"}, out.top_p);
  read(object, {"min_p"}, out.min_p);
  read(object, {"top_k"}, out.top_k);
  read(object, {"repetition_penalty", "repeat_penalty"}, out.repetition_penalty);
}

template <typename T>
void fill(std::optional<T>& open, const std::optional<T>& weaker) {
  if (!open) open = weaker;
}

}  // namespace

void SamplingParams::validate(int64_t vocabulary) const {
  const auto check = [](bool fits, std::string_view field, auto got, std::string_view want) {
    if (!fits) refuse(field, fmt::format("{}", got), want);
  };
  check(std::isfinite(temperature) && temperature >= 0, "temperature", temperature, "a number >= 0");
  check(top_k >= 0, "top_k", top_k, "a whole number >= 0 (0: off)");
  check(top_p > 0 && top_p <= 1, "top_p", top_p, "a number in (0, 1]");
  check(min_p >= 0 && min_p <= 1, "min_p", min_p, "a number in [0, 1]");
  check(std::isfinite(repetition_penalty) && repetition_penalty > 0, "repetition_penalty", repetition_penalty,
        "a number > 0");
  check(std::isfinite(presence_penalty), "presence_penalty", presence_penalty, "a finite number");
  check(std::isfinite(frequency_penalty), "frequency_penalty", frequency_penalty, "a finite number");
  for (const auto& [id, bias] : logit_bias) {
    check(id >= 0 && id < vocabulary, "logit_bias", id, fmt::format("token ids below {}", vocabulary));
    check(bias < std::numeric_limits<float>::infinity(), "logit_bias", bias, "finite numbers, or -inf");
  }
}

SamplingOverrides SamplingOverrides::from_request(const ordered_json& request) {
  SamplingOverrides out;
  read_common(request, out);
  read(request, {"presence_penalty"}, out.presence_penalty);
  read(request, {"frequency_penalty"}, out.frequency_penalty);
  read(request, {"max_tokens", "max_completion_tokens", "n_predict"}, out.max_tokens);
  std::optional<int64_t> seed;
  if (const ordered_json* value = find(request, {"seed"}); value && value->is_number_unsigned())
    out.seed = value->get<uint64_t>();
  else
    read(request, {"seed"}, seed);
  if (seed) out.seed = static_cast<uint64_t>(*seed);
  if (const ordered_json* value = find(request, {"stop"})) out.stop = read_stop(*value);
  if (const ordered_json* value = find(request, {"logit_bias"})) out.logit_bias = read_bias(*value);
  if (out.max_tokens && *out.max_tokens < 0)
    refuse("max_tokens", std::to_string(*out.max_tokens), "at least 0");
  return out;
}

SamplingOverrides SamplingOverrides::from_generation_config(const ordered_json& config) {
  SamplingOverrides out;
  read_common(config, out);
  if (const ordered_json* sample = find(config, {"do_sample"}); sample && *sample == false)
    out.temperature = 0.0f;
  return out;
}

SamplingOverrides SamplingOverrides::over(const SamplingOverrides& weaker) const {
  SamplingOverrides out = *this;
  fill(out.temperature, weaker.temperature);
  fill(out.top_p, weaker.top_p);
  fill(out.min_p, weaker.min_p);
  fill(out.top_k, weaker.top_k);
  fill(out.repetition_penalty, weaker.repetition_penalty);
  fill(out.presence_penalty, weaker.presence_penalty);
  fill(out.frequency_penalty, weaker.frequency_penalty);
  fill(out.logit_bias, weaker.logit_bias);
  fill(out.seed, weaker.seed);
  fill(out.max_tokens, weaker.max_tokens);
  fill(out.stop, weaker.stop);
  return out;
}

SamplingParams SamplingOverrides::resolve() const {
  SamplingParams params;
  params.temperature = temperature.value_or(params.temperature);
  params.top_k = top_k.value_or(params.top_k);
  params.top_p = top_p.value_or(params.top_p);
  params.min_p = min_p.value_or(params.min_p);
  params.repetition_penalty = repetition_penalty.value_or(params.repetition_penalty);
  params.presence_penalty = presence_penalty.value_or(params.presence_penalty);
  params.frequency_penalty = frequency_penalty.value_or(params.frequency_penalty);
  if (logit_bias) params.logit_bias = *logit_bias;
  params.seed = seed;
  return params;
}

}  // namespace fusebox::llm
