#include "apps/batch_steps.h"

namespace fusebox::apps {
namespace {

// Places of trace_step's outputs; the caches stand behind them, the counts last.
constexpr size_t kToken = 0, kStart = 1, kCaches = 3;

}  // namespace

BatchSteps::BatchSteps(llm::LanguageModel& model, int64_t slots, int64_t context)
    : device_(model.device()),
      vocabulary_(model.sizes().vocabulary),
      chosen_(static_cast<size_t>(slots)),
      call_(model.batch_session(slots, context)) {
  const Signature& signature = call_.session().model().signature();
  state_.resize(signature.outputs.size());
  restart();
  for (size_t i = 0; i < signature.parameters.size(); ++i) {
    const Signature::Parameter& parameter = signature.parameters[i];
    if (parameter.kind != Signature::Parameter::Kind::kWeight)
      call_.set(i, place_of(parameter.name, parameter.shape));
  }
}

void BatchSteps::restart() {
  const auto slots = static_cast<int64_t>(chosen_.size());
  for (size_t i = 0; i < chosen_.size(); ++i)
    chosen_[i] = static_cast<int32_t>((1000 + 7 * i) % static_cast<size_t>(vocabulary_));
  state_[kToken] = device_.upload({{slots, 1}, i32}, std::as_bytes(std::span(chosen_)));
  state_[kStart] = device_.zeros({{slots}, i32});
}

// Where the buffer of an input lies, made if it is not there. The sampler's are zero: greedy.
pjrt::Buffer& BatchSteps::place_of(const std::string& name, const Shape& shape) {
  if (name == "tokens") return state_[kToken];
  if (name == "start") return state_[kStart];
  if (name == "counts" || name.starts_with("caches.")) {
    pjrt::Buffer& place = name == "counts" ? state_.back() : state_[kCaches + caches_++];
    place = device_.zeros(shape);
    return place;
  }
  if (name != "count" && name != "reply")
    return *fixed_.emplace_back(std::make_unique<pjrt::Buffer>(device_.zeros(shape)));
  const std::vector<int32_t> ones(chosen_.size(), 1);
  return *fixed_.emplace_back(
      std::make_unique<pjrt::Buffer>(device_.upload(shape, std::as_bytes(std::span(ones)))));
}

void BatchSteps::advance() {
  call_.run_into(state_);
  state_[kToken].to_host(std::as_writable_bytes(std::span(chosen_))).await();
}

}  // namespace fusebox::apps
