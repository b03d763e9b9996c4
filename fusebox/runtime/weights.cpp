#include "fusebox/runtime/weights.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "fusebox/base/error.h"
#include "fusebox/base/log.h"
#include "fusebox/base/weight_problems.h"
#include "fusebox/runtime/memory.h"

namespace fusebox {

struct Weights::Data {
  std::unordered_map<std::string, pjrt::Buffer> buffers;
  int64_t bytes = 0;
};

namespace {

// All weights of one load, end to end; huge pages, because every step reads them all.
class Arena {
 public:
  explicit Arena(size_t bytes) : size_(bytes) {
    if (bytes == 0) return;
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      throw Error(ErrorKind::kOutOfMemory,
                  fmt::format("no {} for the weights", format_bytes(static_cast<int64_t>(bytes))));
    memory_ = static_cast<std::byte*>(memory);
    madvise(memory, bytes, MADV_HUGEPAGE);
  }
  ~Arena() {
    if (memory_) munmap(memory_, size_);
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  std::span<std::byte> slice(size_t offset, size_t bytes) const { return {memory_ + offset, bytes}; }

 private:
  std::byte* memory_ = nullptr;
  size_t size_;
};

struct Job {
  const Signature::Parameter* parameter;
  size_t offset;
};

constexpr size_t kAlignment = pjrt::kZeroCopyAlignment;

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

void check_against(const WeightSource& source, const std::vector<const Signature::Parameter*>& wanted) {
  WeightProblems problems(source);
  for (const Signature::Parameter* parameter : wanted) {
    const std::optional<WeightInfo> found = source.find(parameter->name);
    if (!found)
      problems.missing(parameter->name);
    else if (found->shape.dims != parameter->shape.dims)
      problems.wrong_shape(parameter->name, found->shape.dims, parameter->shape.dims);
  }
  if (!problems.empty()) throw problems.error("the weights do not fit the program").op("load");
}

// Expands every tensor to its place, on as many threads as there are processors (four at most: beyond that
// memory is the limit).
void expand_all(const WeightSource& source, const std::vector<Job>& jobs, const Arena& arena) {
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    for (size_t i = next++; i < jobs.size(); i = next++) {
      const Signature::Parameter& parameter = *jobs[i].parameter;
      try {
        source.read(parameter.name, parameter.shape.dtype,
                    arena.slice(jobs[i].offset, static_cast<size_t>(parameter.shape.bytes())));
        source.release(parameter.name);
      } catch (...) {
        std::scoped_lock lock(mutex);
        if (!failure) failure = std::current_exception();
        next = jobs.size();
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    const unsigned count = std::min(4u, std::max(1u, std::thread::hardware_concurrency()));
    for (unsigned i = 1; i < count; ++i) threads.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

void log_expansion(const WeightSource& source, const std::vector<const Signature::Parameter*>& wanted) {
  size_t converted = 0;
  int64_t bytes = 0;
  for (const Signature::Parameter* parameter : wanted) {
    const std::optional<WeightInfo> found = source.find(parameter->name);
    if (!found->format && found->shape.dtype == parameter->shape.dtype) continue;
    ++converted;
    bytes += parameter->shape.bytes();
  }
  if (converted > 0)
    log_message(LogLevel::kDebug, "expanded {} of {} tensors to {} ({})", converted, wanted.size(),
                name(wanted[0]->shape.dtype), format_bytes(bytes));
}

}  // namespace

int64_t weight_bytes(const Signature& signature) {
  int64_t bytes = 0;
  for (const Signature::Parameter& parameter : signature.parameters)
    if (parameter.kind == Signature::Parameter::Kind::kWeight) bytes += parameter.shape.bytes();
  return bytes;
}

Weights Weights::load(const pjrt::Device& device, const WeightSource& source, const Signature& signature) {
  std::vector<const Signature::Parameter*> wanted;
  std::vector<Job> jobs;
  size_t size = 0;
  for (const Signature::Parameter& parameter : signature.parameters) {
    if (parameter.kind != Signature::Parameter::Kind::kWeight) continue;
    wanted.push_back(&parameter);
    jobs.push_back({&parameter, size});
    size += aligned(static_cast<size_t>(parameter.shape.bytes()));
  }
  check_against(source, wanted);
  check_memory(device, weight_bytes(signature), "the weights", "--dtype bf16 halves what f32 takes");

  auto arena = std::make_shared<const Arena>(size);
  expand_all(source, jobs, *arena);
  auto data = std::make_shared<Data>();
  const auto semantics = shares_host_memory(device) ? pjrt::HostSemantics::kZeroCopy
                                                    : pjrt::HostSemantics::kUntilTransferCompletes;
  for (const Job& job : jobs) {
    const auto bytes = arena->slice(job.offset, static_cast<size_t>(job.parameter->shape.bytes()));
    data->buffers.emplace(job.parameter->name,
                          pjrt::Buffer::from_host(device, job.parameter->shape, bytes, semantics, arena));
  }
  data->bytes = weight_bytes(signature);
  log_expansion(source, wanted);
  return Weights(std::move(data));
}

const pjrt::Buffer* Weights::find(std::string_view name) const {
  const auto found = data_->buffers.find(std::string(name));
  return found == data_->buffers.end() ? nullptr : &found->second;
}

int64_t Weights::bytes() const { return data_->bytes; }

}  // namespace fusebox
