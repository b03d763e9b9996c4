#include "cpu/plugin/launch.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

namespace fusebox::cpu::plugin {
namespace {

bool contains(std::span<const int64_t> indices, size_t index) {
  return std::ranges::find(indices, static_cast<int64_t>(index)) != indices.end();
}

// Whether we alone hold the storage, so that nobody reads it now or ever will.
bool is_ours(const std::shared_ptr<Storage>& storage) {
  if (storage.use_count() != 1) return false;
  // Others may have let go of it only now: counting up and down once more, we see all they did.
  std::shared_ptr<Storage>(storage).reset();
  return true;
}

}  // namespace

Launch::Launch(std::shared_ptr<const Executable> executable, std::span<PJRT_Buffer* const> arguments,
               std::span<const int64_t> keep)
    : executable_(std::move(executable)) {
  try {
    hold(arguments);
    place_results(arguments, keep);
  } catch (...) {
    restore();
    throw;
  }
}

Launch::~Launch() { restore(); }

void Launch::restore() {
  for (const Taken& taken : taken_) {
    std::scoped_lock lock(taken.buffer->mutex);
    taken.buffer->storage = arguments_[taken.argument];
    taken.buffer->deleted = false;
  }
}

void Launch::hold(std::span<PJRT_Buffer* const> arguments) {
  const std::vector<BlobParameter>& parameters = executable_->blob().parameters;
  if (arguments.size() != parameters.size())
    throw invalid(fmt::format("got {} arguments, want {}", arguments.size(), parameters.size()));
  arguments_.reserve(arguments.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    const PJRT_Buffer& buffer = required(arguments[i], "an argument");
    if (*buffer.shape != parameters[i].shape)
      throw invalid(fmt::format("argument {}: got {}, want {}", i, to_string(*buffer.shape),
                                to_string(parameters[i].shape)));
    Contents contents = contents_of(buffer);
    arguments_.push_back(std::move(contents.storage));
    if (contents.ready != nullptr) waits_.push_back(std::move(contents.ready));
  }
}

// Deletes a donated argument. Returns whether nobody looks at its memory from outside.
bool Launch::take(size_t index, PJRT_Buffer& buffer) {
  taken_.reserve(taken_.size() + 1);
  std::scoped_lock lock(buffer.mutex);
  if (buffer.deleted)
    throw invalid(fmt::format("argument {} was donated or deleted by another call, or twice by this", index));
  buffer.deleted = true;
  buffer.storage.reset();  // arguments_ has it
  taken_.push_back({&buffer, index});
  return buffer.external_references == 0;
}

void Launch::place_results(std::span<PJRT_Buffer* const> arguments, std::span<const int64_t> keep) {
  const Blob& blob = executable_->blob();
  results_.resize(blob.results.size());
  for (size_t i = 0; i < arguments.size(); ++i) {
    const BlobParameter& parameter = blob.parameters[i];
    if (!parameter.alias && !parameter.donor) continue;
    const bool free = !contains(keep, i) && take(i, *arguments[i]);
    if (!parameter.alias) continue;
    const auto result = static_cast<size_t>(*parameter.alias);
    if (free && is_ours(arguments_[i]) && arguments_[i]->writable())
      results_[result] = arguments_[i];
    else
      copies_.push_back({i, result});
  }
  for (size_t i = 0; i < results_.size(); ++i)
    if (results_[i] == nullptr) results_[i] = Storage::allocate(static_cast<size_t>(blob.results[i].bytes()));
}

bool Launch::is_ready() const {
  return std::ranges::all_of(waits_, [](const auto& wait) { return wait->is_ready(); });
}

Outcome Launch::failed_argument() const {
  for (const auto& wait : waits_)
    if (Outcome outcome = wait->outcome(); outcome != nullptr) return outcome;
  return nullptr;
}

void Launch::run(ThreadChoice threads, Trace* trace) {
  for (const Copy& copy : copies_)
    std::memcpy(results_[copy.result]->data(), arguments_[copy.argument]->data(),
                results_[copy.result]->bytes());
  const std::vector<BlobParameter>& parameters = executable_->blob().parameters;
  std::vector<std::byte*> addresses;
  addresses.reserve(arguments_.size() + results_.size());
  for (size_t i = 0; i < arguments_.size(); ++i) {
    const auto& storage =
        parameters[i].alias ? results_[static_cast<size_t>(*parameters[i].alias)] : arguments_[i];
    addresses.push_back(storage->data());
  }
  for (const auto& storage : results_) addresses.push_back(storage->data());
  const std::span<std::byte* const> all(addresses);
  const auto run = [&](int count) {
    executable_->program().run(all.first(arguments_.size()), all.subspan(arguments_.size()), count, trace);
  };
  if (threads.always) return run(threads.most);
  const bool alone = executable_->pace().alone();
  const auto begin = std::chrono::steady_clock::now();
  run(alone ? 1 : threads.most);
  executable_->pace().note(alone, (std::chrono::steady_clock::now() - begin).count());
}

void Launch::run_later(std::unique_ptr<Launch> launch, ThreadChoice threads, std::shared_ptr<Trace> trace,
                       std::shared_ptr<EventState> done) {
  struct Waiting {
    std::unique_ptr<Launch> launch;
    ThreadChoice threads;
    std::shared_ptr<Trace> trace;
    std::shared_ptr<EventState> done;
    std::atomic<size_t> left{0};

    void one_is_ready() {
      if (left.fetch_sub(1) != 1) return;
      Outcome outcome = launch->failed_argument();
      try {
        if (outcome == nullptr) launch->run(threads, trace.get());
      } catch (...) {
        outcome = std::make_shared<const Failure>(to_failure(std::current_exception()));
      }
      launch.reset();
      done->set(std::move(outcome));
    }
  };
  const auto waits = launch->waits_;
  auto waiting = std::make_shared<Waiting>();
  waiting->launch = std::move(launch);
  waiting->threads = threads;
  waiting->trace = std::move(trace);
  waiting->done = std::move(done);
  waiting->left = waits.size();
  for (const auto& wait : waits) wait->on_ready([waiting](const Outcome&) { waiting->one_is_ready(); });
}

}  // namespace fusebox::cpu::plugin
