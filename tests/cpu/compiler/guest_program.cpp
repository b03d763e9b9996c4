// Whole programs as guests: the steps of a blob become calls and jumps.
#include <algorithm>
#include <cstring>

#include "cpu/execute/action.h"
#include "tests/cpu/compiler/guest.h"

namespace fusebox::cpu::test {
namespace {

constexpr uint64_t kAlignment = 64;

template <typename T>
std::span<const std::byte> bytes_of(const std::vector<T>& values) {
  return std::as_bytes(std::span(values));
}

class Translator {
 public:
  Translator(const Blob& blob, std::span<const std::vector<std::byte>> arguments, int threads)
      : blob_(blob), threads_(threads), code_(guest_.add(blob.code)), constants_(guest_.add(blob.constants)) {
    uint64_t bytes = 0;
    for (const Shape& shape : blob.results) {
      result_offsets_.push_back(bytes);
      bytes += (static_cast<uint64_t>(shape.bytes()) + kAlignment - 1) / kAlignment * kAlignment;
    }
    std::vector<std::byte> results(bytes);
    for (size_t i = 0; i < arguments.size(); ++i) {
      const auto& alias = blob.parameters[i].alias;
      if (alias && !arguments[i].empty())
        std::memcpy(&results[result_offsets_[static_cast<size_t>(*alias)]], arguments[i].data(),
                    arguments[i].size());
      arguments_.push_back(guest_.add(arguments[i]));
    }
    results_ = guest_.add(results);
    result_bytes_ = bytes;
    arena_ = guest_.add_zeros(static_cast<size_t>(blob.arena_bytes));
    for (int thread = 0; thread < threads; ++thread) {
      const uint64_t scratch = guest_.add_zeros(static_cast<size_t>(blob.scratch_bytes));
      const std::vector<uint64_t> context = {
          scratch, static_cast<uint64_t>(threads) << 32 | static_cast<uint64_t>(thread)};
      contexts_.push_back(guest_.add(bytes_of(context)));
    }
  }

  std::vector<std::vector<std::byte>> run() {
    translate(blob_.steps);
    const std::vector<std::byte> all = guest_.run(results_, result_bytes_);
    std::vector<std::vector<std::byte>> results;
    for (size_t i = 0; i < blob_.results.size(); ++i) {
      const auto first = all.begin() + static_cast<ptrdiff_t>(result_offsets_[i]);
      results.emplace_back(first, first + blob_.results[i].bytes());
    }
    return results;
  }

 private:
  uint64_t address(uint32_t buffer) const {
    const BufferPlace& place = blob_.buffers[buffer];
    const auto index = static_cast<size_t>(place.index);
    switch (place.kind) {
      case BufferPlace::Kind::kArgument:
        if (const auto& alias = blob_.parameters[index].alias)
          return results_ + result_offsets_[static_cast<size_t>(*alias)];
        return arguments_[index];
      case BufferPlace::Kind::kResult: return results_ + result_offsets_[index];
      case BufferPlace::Kind::kConstant: return constants_ + index;
      case BufferPlace::Kind::kTemporary: break;
    }
    return arena_ + index;
  }

  void translate(const std::vector<Step>& steps) {
    for (const Step& step : steps) switch (step.kind) {
        case Step::Kind::kKernel: kernel(step); break;
        case Step::Kind::kWhile: loop(step); break;
        case Step::Kind::kIf: either(step); break;
        case Step::Kind::kCase: one_of(step); break;
      }
  }

  void kernel(const Step& step) {
    std::vector<uint64_t> table;
    for (const uint32_t buffer : step.buffers) table.push_back(address(buffer));
    const uint64_t buffers = guest_.add(bytes_of(table));
    const int threads = step.items <= step.grain ? 1 : threads_;
    for (int thread = 0; thread < threads; ++thread) {
      const Share share = share_of(step.items, step.grain, thread, threads);
      if (share.begin < share.end)
        guest_.call(code_ + blob_.kernels[step.kernel].offset,
                    {buffers, static_cast<uint64_t>(share.begin), static_cast<uint64_t>(share.end),
                     contexts_[static_cast<size_t>(thread)]});
    }
  }

  void loop(const Step& step) {
    const size_t again = guest_.here();
    translate(step.blocks[0]);
    const size_t end = guest_.jump_if_zero(address(step.buffers[0]));
    translate(step.blocks[1]);
    guest_.jump(again);
    guest_.patch(end, guest_.here());
  }

  void either(const Step& step) {
    const size_t otherwise = guest_.jump_if_zero(address(step.buffers[0]));
    translate(step.blocks[0]);
    const size_t end = guest_.jump_later();
    guest_.patch(otherwise, guest_.here());
    translate(step.blocks[1]);
    guest_.patch(end, guest_.here());
  }

  void one_of(const Step& step) {
    std::vector<size_t> ends;
    for (size_t i = 0; i < step.blocks.size(); ++i) {
      const bool last = i + 1 == step.blocks.size();
      const size_t found =
          last ? 0 : guest_.jump_if_equal(address(step.buffers[0]), static_cast<uint32_t>(i));
      const size_t others = last ? 0 : guest_.jump_later();
      if (!last) guest_.patch(found, guest_.here());
      translate(step.blocks[i]);
      if (last) break;
      ends.push_back(guest_.jump_later());
      guest_.patch(others, guest_.here());
    }
    for (const size_t end : ends) guest_.patch(end, guest_.here());
  }

  const Blob& blob_;
  const int threads_;
  Guest guest_;
  uint64_t code_, constants_, results_ = 0, arena_ = 0;
  size_t result_bytes_ = 0;
  std::vector<uint64_t> arguments_, result_offsets_, contexts_;
};

}  // namespace

std::vector<std::vector<std::byte>> run_as_guest(const Blob& blob,
                                                 std::span<const std::vector<std::byte>> arguments,
                                                 int threads) {
  return Translator(blob, arguments, threads).run();
}

}  // namespace fusebox::cpu::test
