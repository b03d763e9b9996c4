#include "fusebox/runtime/weights.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "fusebox/base/error.h"
#include "fusebox/base/log.h"
#include "fusebox/base/quoted.h"
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

// Maps what is used where it lies all at once: page by page costs more than reading it does. Systems that
// know no better do it page by page. Error kIo if the file has become shorter than it was.
void populate(std::span<const std::byte> bytes, const WeightSource& source) {
#ifdef MADV_POPULATE_READ
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<uintptr_t>(bytes.data()) / page * page;
  const auto end = (reinterpret_cast<uintptr_t>(bytes.data()) + bytes.size() + page - 1) / page * page;
  if (madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_READ) != 0 && errno == EFAULT)
    throw Error(ErrorKind::kIo, "the file was cut short since it was opened").file(source.description());
#endif
}

struct Job {
  const Signature::Parameter* parameter;
  size_t offset;                         // in the arena
  std::span<const std::byte> view = {};  // where the bytes lie already, instead
};

constexpr size_t kAlignment = pjrt::kZeroCopyAlignment;

size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// The file's shape, as the program takes it: blocks are rows of bytes.
Dims taken_dims(const WeightInfo& found, const Signature::Parameter& parameter) {
  Dims dims = found.shape.dims;
  if (parameter.format && dims.size() == 2) dims[1] = row_bytes(*parameter.format, dims[1]).value_or(-1);
  return dims;
}

void check_against(const WeightSource& source, const std::vector<const Signature::Parameter*>& wanted) {
  WeightProblems problems(source);
  for (const Signature::Parameter* parameter : wanted) {
    const std::optional<WeightInfo> found = source.find(parameter->name);
    if (!found)
      problems.missing(parameter->name);
    else if (const Dims dims = taken_dims(*found, *parameter); dims != parameter->shape.dims)
      problems.wrong_shape(parameter->name, dims, parameter->shape.dims);
    else if (parameter->format && found->format != parameter->format)
      throw Error(ErrorKind::kIncompatible,
                  fmt::format("the program takes {} as {}, the file has {}", quoted(parameter->name),
                              info(*parameter->format).name,
                              found->format ? info(*found->format).name : name(found->shape.dtype)))
          .file(source.description())
          .op("load");
  }
  if (!problems.empty()) throw problems.error("the weights do not fit the program").op("load");
}

// Expands every tensor that is not where it should be to its place, on as many threads as there are
// processors (four at most: beyond that memory is the limit).
void fill(const WeightSource& source, const std::vector<Job>& jobs, const Arena& arena) {
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    for (size_t i = next++; i < jobs.size(); i = next++) {
      const Signature::Parameter& parameter = *jobs[i].parameter;
      try {
        if (!jobs[i].view.empty()) {
          populate(jobs[i].view, source);
          continue;
        }
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
    if (parameter->format || (!found->format && found->shape.dtype == parameter->shape.dtype)) continue;
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
  }
  const int64_t bytes = weight_bytes(signature);  // refuses what overflows
  check_against(source, wanted);
  const bool shares_memory = shares_host_memory(device);
  const std::shared_ptr<const void> owner = shares_memory ? source.owner() : nullptr;
  for (const Signature::Parameter* parameter : wanted) {
    const auto view =
        owner && parameter->format ? source.view(parameter->name) : std::span<const std::byte>();
    jobs.push_back({parameter, size, view});
    if (view.empty()) size += aligned(static_cast<size_t>(parameter->shape.bytes()));
  }
  check_memory(device, static_cast<int64_t>(size), "the weights", "--dtype bf16 halves what f32 takes");

  auto arena = std::make_shared<const Arena>(size);
  fill(source, jobs, *arena);
  auto data = std::make_shared<Data>();
  const auto semantics =
      shares_memory ? pjrt::HostSemantics::kZeroCopy : pjrt::HostSemantics::kUntilTransferCompletes;
  for (const Job& job : jobs) {
    const Shape& shape = job.parameter->shape;
    const bool lies = !job.view.empty();
    const auto part = lies ? job.view : arena->slice(job.offset, static_cast<size_t>(shape.bytes()));
    data->buffers.emplace(job.parameter->name,
                          pjrt::Buffer::from_host(device, shape, part, semantics,
                                                  lies ? owner : std::shared_ptr<const void>(arena)));
  }
  data->bytes = bytes;
  log_expansion(source, wanted);
  return Weights(std::move(data));
}

const pjrt::Buffer* Weights::find(std::string_view name) const {
  const auto found = data_->buffers.find(std::string(name));
  return found == data_->buffers.end() ? nullptr : &found->second;
}

int64_t Weights::bytes() const { return data_->bytes; }

}  // namespace fusebox
