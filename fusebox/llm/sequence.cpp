#include "fusebox/llm/sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fusebox/base/error.h"
#include "fusebox/llm/chunks.h"
#include "fusebox/runtime/memory.h"

namespace fusebox::llm {
namespace {

// Places in Sequence::state_; counts stand last.
constexpr size_t kToken = 0, kStart = 1, kLogits = 2, kCaches = 3;

// Places in Sequence::sampling_.
constexpr std::string_view kSamplerNames[] = {"temperature", "top_p",     "min_p", "top_k", "repetition",
                                              "presence",    "frequency", "seed",  "bias",  "active"};

constexpr int64_t kScoreChunk = 128;

template <typename T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

}  // namespace

// A program with everything of the sequence bound that stays at its place.
struct Sequence::Step {
  explicit Step(Session session) : call(std::move(session)) {}

  Call call;
  size_t tokens = 0, count = 0, reply = 0, targets = 0;
};

Sequence::Sequence(std::shared_ptr<LanguageModel> model) : model_(std::move(model)) {
  const ModelSizes& sizes = model_->sizes();
  const Device& device = model_->device();
  check_memory(device.handle(), model_->cache_bytes(), "the cache of a sequence",
               "--context N makes it smaller");
  state_.resize(kCaches);
  for (const Shape& shape : model_->cache_shapes()) state_.push_back(device.zeros(shape));
  state_.push_back(device.zeros({{1, kCountRows, sizes.vocabulary}, i32}));
  zero_ = upload({1}, std::array{0});
  one_ = upload({1}, std::array{1});
  set_start();
  sampling_.resize(std::size(kSamplerNames));
  set_sampling({.temperature = 0}, 0, {});
}

Sequence::~Sequence() = default;
Sequence::Sequence(Sequence&&) noexcept = default;
Sequence& Sequence::operator=(Sequence&&) noexcept = default;

pjrt::Buffer Sequence::upload(const Shape& shape, std::span<const std::byte> bytes) const {
  return model_->device().upload(shape, bytes);
}

pjrt::Buffer Sequence::upload(Dims dims, std::span<const int32_t> values) const {
  return upload({std::move(dims), i32}, std::as_bytes(values));
}

void Sequence::set_start() { state_[kStart] = upload({1}, std::array{static_cast<int32_t>(tokens_.size())}); }

Sequence::Step& Sequence::step(int64_t tokens, ProgramKind kind) {
  std::unique_ptr<Step>& place = steps_[{kind, tokens}];
  if (place) return *place;
  auto made = std::make_unique<Step>(model_->session(tokens, kind));
  Call& call = made->call;
  const std::vector<Signature::Parameter>& parameters = call.session().model().signature().parameters;
  size_t cache = kCaches;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const std::string& name = parameters[i].name;
    if (parameters[i].kind == Signature::Parameter::Kind::kWeight) continue;
    if (name == "tokens")
      made->tokens = i;
    else if (name == "count")
      made->count = i;
    else if (name == "reply")
      made->reply = i;
    else if (name == "targets")
      made->targets = i;
    else
      call.set(i, place_of(name, cache));
  }
  place = std::move(made);
  return *place;
}

// Where the buffer of an input lies that stays at its place; `cache` is the next cache's.
const pjrt::Buffer& Sequence::place_of(std::string_view name, size_t& cache) const {
  constexpr std::string_view kSampler = "sampler.";
  if (name == "start") return state_[kStart];
  if (name == "counts") return state_.back();
  if (name.starts_with("caches.") && cache + 1 < state_.size()) return state_[cache++];
  if (name.starts_with(kSampler)) {
    const auto found =
        std::find(std::begin(kSamplerNames), std::end(kSamplerNames), name.substr(kSampler.size()));
    if (found != std::end(kSamplerNames))
      return sampling_[static_cast<size_t>(found - std::begin(kSamplerNames))];
  }
  throw Error(ErrorKind::kInvalidFile,
              fmt::format("the program has an input that no sequence has: {}", name));
}

void Sequence::rewind(size_t length) {
  if (length > tokens_.size())
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("cannot rewind to {} tokens: there are {}", length, tokens_.size()))
        .op("rewind");
  if (length == tokens_.size()) return;
  tokens_.resize(length);
  set_start();
}

Sequence Sequence::fork() const {
  Sequence copy(model_);
  Call call(model_->session(0, ProgramKind::kCopy));
  for (size_t i = kCaches; i < state_.size(); ++i) call.set(i - kCaches, state_[i]);
  call.run_into(std::span(copy.state_).subspan(kCaches)).await();
  copy.tokens_ = tokens_;
  copy.set_start();
  return copy;
}

void Sequence::check_tokens(std::span<const int32_t> tokens, std::string_view op) const {
  const int64_t vocabulary = model_->sizes().vocabulary;
  for (const int32_t token : tokens)
    if (token < 0 || token >= vocabulary)
      throw Error(ErrorKind::kInvalidArgument, fmt::format("token {} is not one of {}", token, vocabulary))
          .op(op);
}

void Sequence::check_room(size_t tokens) const {
  if (static_cast<int64_t>(tokens) <= model_->context()) return;
  throw Error(ErrorKind::kContextOverflow,
              fmt::format("{} tokens do not fit in a context of {}", tokens, model_->context()))
      .hint("shorten the conversation, or raise --context if the model allows more");
}

void Sequence::set_sampling(const SamplingParams& params, uint64_t seed, std::span<const int32_t> context) {
  const int64_t vocabulary = model_->sizes().vocabulary;
  params.validate(vocabulary);
  check_tokens(context, "set_sampling");
  const auto number = [&](float value) { return upload({{1}, f32}, bytes_of(value)); };
  const std::array halves = {static_cast<uint32_t>(seed >> 32), static_cast<uint32_t>(seed)};
  const bool active = !params.plain_greedy();
  std::vector<pjrt::Buffer> fresh;
  for (const float value : {params.temperature, params.top_p, params.min_p}) fresh.push_back(number(value));
  fresh.push_back(upload({1}, std::array{params.top_k}));
  for (const float value : {params.repetition_penalty, params.presence_penalty, params.frequency_penalty})
    fresh.push_back(number(value));
  fresh.push_back(upload({{1, 2}, u32}, std::as_bytes(std::span(halves))));
  std::vector<float> bias(static_cast<size_t>(vocabulary));
  for (const auto& [token, value] : params.logit_bias) bias[static_cast<size_t>(token)] = value;
  fresh.push_back(upload({{1, vocabulary}, f32}, std::as_bytes(std::span(bias))));
  fresh.push_back(upload({{}, i1}, bytes_of(active)));
  std::move(fresh.begin(), fresh.end(), sampling_.begin());

  if (!active) return;
  std::vector<int32_t> counts(static_cast<size_t>(kCountRows * vocabulary));
  for (const int32_t token : context) ++counts[static_cast<size_t>(token)];
  state_.back() = upload({1, kCountRows, vocabulary}, counts);
}

void Sequence::run_chunk(std::span<const int32_t> tokens, int64_t size) {
  Step& chunk = step(size);
  const auto outputs = std::span(state_).first(size == 1 ? state_.size() : state_.size() - 1);
  std::vector<int32_t> padded(tokens.begin(), tokens.end());
  padded.resize(static_cast<size_t>(size));
  const pjrt::Buffer fed = upload({1, size}, padded);
  const pjrt::Buffer count = upload({1}, std::array{static_cast<int32_t>(tokens.size())});
  chunk.call.set(chunk.tokens, fed);
  chunk.call.set(chunk.count, count);
  if (size == 1) chunk.call.set(chunk.reply, zero_);
  chunk.call.run_into(outputs).await();
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
}

bool Sequence::feed(std::span<const int32_t> tokens, const std::atomic<bool>* cancelled) {
  check_tokens(tokens, "feed");
  check_room(tokens_.size() + tokens.size());
  const std::vector<int64_t> chunks = plan_chunks(static_cast<int64_t>(tokens.size()), model_->padding());
  for (const int64_t size : chunks)
    model_->prepare(size);  // those not there yet are compiled at the same time,
  model_->prepare(1);       // with that of the step that will follow
  for (const int64_t size : chunks) {
    if (cancelled && *cancelled) return false;
    const size_t take = std::min(tokens.size(), static_cast<size_t>(size));
    run_chunk(tokens.first(take), size);
    tokens = tokens.subspan(take);
  }
  return true;
}

void Sequence::advance(int32_t token) {
  check_room(tokens_.size() + 1);
  Step& decode = step(1);
  decode.call.set(decode.tokens, state_[kToken]);
  decode.call.set(decode.count, one_);
  decode.call.set(decode.reply, one_);
  decode.call.run_into(state_);
  tokens_.push_back(token);
}

int32_t Sequence::sampled() {
  int32_t token = 0;
  state_[kToken].to_host(std::as_writable_bytes(std::span(&token, 1))).await();
  return token;
}

std::vector<float> Sequence::logits() {
  std::vector<float> values(static_cast<size_t>(model_->sizes().vocabulary));
  state_[kLogits].to_host(std::as_writable_bytes(std::span(values))).await();
  return values;
}

// Runs a program over the text in chunks; `see` is given the place of each, its length and the first output.
template <typename See>
void Sequence::score_chunks(std::span<const int32_t> text, ProgramKind kind, const See& see) {
  check_tokens(text, "score");
  check_room(text.size());
  rewind(0);
  Step& program = step(kScoreChunk, kind);
  std::vector<pjrt::Buffer> outputs(1 + state_.size() - kCaches - 1);
  const auto padded = [&](size_t begin, size_t size) {
    std::vector<int32_t> tokens(kScoreChunk);
    std::ranges::copy(text.subspan(begin, size), tokens.begin());
    return upload({1, kScoreChunk}, tokens);
  };
  while (tokens_.size() + 1 < text.size()) {
    const size_t begin = tokens_.size(), take = std::min<size_t>(kScoreChunk, text.size() - 1 - begin);
    const pjrt::Buffer fed = padded(begin, take), next = padded(begin + 1, take);
    const pjrt::Buffer count = upload({1}, std::array{static_cast<int32_t>(take)});
    program.call.set(program.tokens, fed);
    program.call.set(program.count, count);
    if (kind == ProgramKind::kScore) program.call.set(program.targets, next);
    program.call.run_into(outputs).await();
    std::move(outputs.begin() + 1, outputs.end(), state_.begin() + kCaches);
    tokens_.insert(tokens_.end(), text.begin() + static_cast<ptrdiff_t>(begin),
                   text.begin() + static_cast<ptrdiff_t>(begin + take));
    set_start();
    see(begin, take, outputs[0]);
  }
}

std::vector<float> Sequence::score(std::span<const int32_t> text) {
  std::vector<float> scores, chunk(kScoreChunk);
  score_chunks(text, ProgramKind::kScore, [&](size_t, size_t take, const pjrt::Buffer& log_probs) {
    log_probs.to_host(std::as_writable_bytes(std::span(chunk))).await();
    scores.insert(scores.end(), chunk.begin(), chunk.begin() + static_cast<ptrdiff_t>(take));
  });
  return scores;
}

void Sequence::read(std::span<const int32_t> text, const SeeLogits& see) {
  const auto vocabulary = static_cast<size_t>(model_->sizes().vocabulary);
  std::vector<float> chunk(kScoreChunk * vocabulary);
  score_chunks(text, ProgramKind::kLogits, [&](size_t begin, size_t take, const pjrt::Buffer& logits) {
    logits.to_host(std::as_writable_bytes(std::span(chunk))).await();
    see(begin, std::span<const float>(chunk).first(take * vocabulary));
  });
}

}  // namespace fusebox::llm
