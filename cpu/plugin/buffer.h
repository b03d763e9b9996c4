// Buffers: tensors of the ABI. Dense and row-major, every element in whole bytes.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "cpu/execute/storage.h"
#include "cpu/plugin/client.h"
#include "cpu/plugin/event.h"
#include "fusebox/base/shape.h"

namespace fusebox::cpu::plugin {

using SharedShape = std::shared_ptr<const Shape>;

}  // namespace fusebox::cpu::plugin

// Thread-safe: what may change stands behind the mutex.
struct PJRT_Buffer {
  PJRT_Buffer(fusebox::cpu::plugin::Memory& in, fusebox::cpu::plugin::SharedShape as,
              std::shared_ptr<fusebox::cpu::Storage> from,
              std::shared_ptr<fusebox::cpu::plugin::EventState> when = nullptr)
      : memory(in), shape(std::move(as)), storage(std::move(from)), ready(std::move(when)) {}

  fusebox::cpu::plugin::Memory& memory;
  const fusebox::cpu::plugin::SharedShape shape;

  mutable std::mutex mutex;
  std::shared_ptr<fusebox::cpu::Storage> storage;  // null: deleted, donated, or never there (an error)
  std::shared_ptr<fusebox::cpu::plugin::EventState> ready;  // null: has always been
  bool deleted = false;
  int external_references = 0;
};

namespace fusebox::cpu::plugin {

// Where a new buffer goes: `memory` if given, else the default of `device`, else that of the first device.
Memory& place_of(PJRT_Client* client, PJRT_Memory* memory, PJRT_Device* device);

// Shape of a buffer that the caller describes. Error kInvalidArgument for what is no tensor of ours.
SharedShape make_shape(PJRT_Buffer_Type type, const int64_t* dims, size_t rank);

// Error kUnsupported unless the layout is null or row-major.
void check_row_major(const PJRT_Buffer_MemoryLayout* layout, size_t rank);

// The contents, kept while the storage is held; and when they are there. Error kInvalidArgument if the buffer
// is deleted.
struct Contents {
  std::shared_ptr<Storage> storage;
  std::shared_ptr<EventState> ready;  // null: now

  bool is_ready() const { return ready == nullptr || ready->is_ready(); }
};
Contents contents_of(const PJRT_Buffer& buffer);

// Runs `work` with the contents when they are ready, now if they are. The event says when it is done, or what
// the contents failed with. `work` may throw.
std::shared_ptr<EventState> when_ready(const PJRT_Buffer& buffer, std::function<void(Storage&)> work);

// Copies between a dense tensor and one with strides in bytes, which may be negative.
void copy_from_strides(std::byte* dense, const std::byte* strided, std::span<const int64_t> byte_strides,
                       const Shape& shape);
void copy_to_strides(std::byte* strided, const std::byte* dense, std::span<const int64_t> byte_strides,
                     const Shape& shape);
std::vector<int64_t> dense_strides(const Shape& shape);

}  // namespace fusebox::cpu::plugin
