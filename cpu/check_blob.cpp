#include "cpu/check_blob.h"

#include <fmt/format.h>

#include <set>

#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

constexpr int64_t kMostItems = kMostBytes;  // of a step

[[noreturn]] void refuse(std::string message) {
  throw Error(ErrorKind::kInvalidFile, std::move(message)).op("blob");
}

int64_t checked_bytes(const Shape& shape) {
  try {
    if (const int64_t bytes = shape.bytes(); bytes <= kMostBytes) return bytes;
  } catch (const Error& error) {
    refuse(error.message());
  }
  refuse(fmt::format("{} is too large", to_string(shape)));
}

void check_sizes(const Blob& blob) {
  if (blob.arena_bytes < 0 || blob.arena_bytes > kMostBytes || blob.scratch_bytes < 0 ||
      blob.scratch_bytes > kMostBytes)
    refuse(fmt::format("{} bytes of temporaries, {} of scratch", blob.arena_bytes, blob.scratch_bytes));
  for (const Shape& shape : blob.results) checked_bytes(shape);
}

void check_parameters(const Blob& blob) {
  std::set<int64_t> taken;
  for (const BlobParameter& parameter : blob.parameters) {
    const int64_t bytes = checked_bytes(parameter.shape);
    if (!parameter.alias) continue;
    if (*parameter.alias < 0 || *parameter.alias >= static_cast<int64_t>(blob.results.size()))
      refuse(fmt::format("a parameter becomes result {} of {}", *parameter.alias, blob.results.size()));
    if (!taken.insert(*parameter.alias).second)
      refuse(fmt::format("two parameters become result {}", *parameter.alias));
    const Shape& result = blob.results[static_cast<size_t>(*parameter.alias)];
    if (bytes != checked_bytes(result))
      refuse(fmt::format("a parameter of {} becomes a result of {}", to_string(parameter.shape),
                         to_string(result)));
  }
}

// `size` bytes from `offset` of a whole of `have` bytes.
void check_part(int64_t offset, int64_t size, int64_t have, const char* what) {
  if (offset < 0 || size < 0 || offset > have || size > have - offset)
    refuse(fmt::format("bytes {} to {} of {} of {}", offset, offset + (size > kMostBytes ? kMostBytes : size),
                       have, what));
}

void check_place(const Blob& blob, const BufferPlace& place) {
  const auto shape_at = [&](size_t count, auto get) -> int64_t {
    if (place.index < 0 || place.index >= static_cast<int64_t>(count))
      refuse(fmt::format("a buffer is argument or result {} of {}", place.index, count));
    return checked_bytes(get(static_cast<size_t>(place.index)));
  };
  switch (place.kind) {
    case BufferPlace::Kind::kArgument:
      return check_part(0, place.bytes,
                        shape_at(blob.parameters.size(), [&](size_t i) { return blob.parameters[i].shape; }),
                        "an argument");
    case BufferPlace::Kind::kResult:
      return check_part(0, place.bytes,
                        shape_at(blob.results.size(), [&](size_t i) { return blob.results[i]; }), "a result");
    case BufferPlace::Kind::kConstant:
      return check_part(place.index, place.bytes, static_cast<int64_t>(blob.constants.size()),
                        "the constants");
    case BufferPlace::Kind::kTemporary:
      return check_part(place.index, place.bytes, blob.arena_bytes, "the temporaries");
  }
}

void check_kernel(const Blob& blob, const KernelInfo& kernel) {
  if (kernel.size == 0 || kernel.offset > blob.code.size() || kernel.size > blob.code.size() - kernel.offset)
    refuse(fmt::format("kernel {} lies outside the code", kernel.name));
}

void check_steps(const Blob& blob, const std::vector<Step>& steps);

// A control step's first buffer says where to go.
void check_control(const Blob& blob, const Step& step, int64_t bytes, size_t least, size_t most) {
  if (step.buffers.size() != 1 || blob.buffers[step.buffers[0]].bytes < bytes)
    refuse("a branch without a predicate");
  if (step.blocks.size() < least || step.blocks.size() > most)
    refuse(fmt::format("a branch with {} blocks", step.blocks.size()));
  for (const std::vector<Step>& block : step.blocks) check_steps(blob, block);
}

void check_steps(const Blob& blob, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    for (uint32_t buffer : step.buffers)
      if (buffer >= blob.buffers.size())
        refuse(fmt::format("a step uses buffer {} of {}", buffer, blob.buffers.size()));
    switch (step.kind) {
      case Step::Kind::kKernel:
        if (step.kernel >= blob.kernels.size())
          refuse(fmt::format("a step calls kernel {} of {}", step.kernel, blob.kernels.size()));
        if (step.items < 0 || step.items > kMostItems || step.grain < 1 || step.grain > kMostItems)
          refuse(fmt::format("a step of {} items in grains of {}", step.items, step.grain));
        if (!step.blocks.empty()) refuse("a kernel with blocks");
        break;
      case Step::Kind::kWhile:
      case Step::Kind::kIf: check_control(blob, step, 1, 2, 2); break;
      case Step::Kind::kCase: check_control(blob, step, 4, 1, SIZE_MAX); break;
    }
  }
}

}  // namespace

void check(const Blob& blob) {
  check_sizes(blob);
  check_parameters(blob);
  for (const BufferPlace& place : blob.buffers) check_place(blob, place);
  for (const KernelInfo& kernel : blob.kernels) check_kernel(blob, kernel);
  check_steps(blob, blob.steps);
}

}  // namespace fusebox::cpu
