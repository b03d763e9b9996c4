// Where buffers come from: host memory, memory that somebody else owns, nothing, a failure.
#include <cstring>

#include "cpu/plugin/buffer.h"
#include "cpu/plugin/entry.h"
#include "cpu/plugin/table.h"

namespace fusebox::cpu::plugin {
namespace {

bool is_aligned(const void* data, DType dtype) {
  return reinterpret_cast<uintptr_t>(data) % std::min<size_t>(byte_size(dtype), 8) == 0;
}

// Strides of axes of one element say nothing.
bool is_dense(std::span<const int64_t> strides, const Shape& shape) {
  const std::vector<int64_t> dense = dense_strides(shape);
  for (size_t axis = 0; axis < dense.size(); ++axis)
    if (shape.dims[axis] > 1 && strides[axis] != dense[axis]) return false;
  return true;
}

std::shared_ptr<Storage> copy_of_host(const void* data, std::span<const int64_t> strides,
                                      const Shape& shape) {
  auto storage = Storage::allocate(static_cast<size_t>(shape.bytes()));
  if (storage->bytes() == 0) return storage;
  if (data == nullptr) throw invalid("data is null");
  const auto* from = static_cast<const std::byte*>(data);
  if (strides.empty() || is_dense(strides, shape))
    std::memcpy(storage->data(), from, storage->bytes());
  else
    copy_from_strides(storage->data(), from, strides, shape);
  return storage;
}

void buffer_from_host(PJRT_Client_BufferFromHostBuffer_Args& args) {
  Memory& memory = place_of(args.client, args.memory, args.device);
  const SharedShape shape = make_shape(args.type, args.dims, args.num_dims);
  check_row_major(args.device_layout, args.num_dims);
  if (args.num_byte_strides != 0 && args.num_byte_strides != args.num_dims)
    throw invalid(fmt::format("got {} strides for {} axes", args.num_byte_strides, args.num_dims));
  const std::span<const int64_t> strides(args.byte_strides, args.num_byte_strides);

  std::shared_ptr<EventState> done = ready_event();
  std::shared_ptr<Storage> storage;
  const auto semantics = args.host_buffer_semantics;
  const bool wants_zero_copy = semantics == PJRT_HostBufferSemantics_kImmutableZeroCopy ||
                               semantics == PJRT_HostBufferSemantics_kMutableZeroCopy;
  if (wants_zero_copy && shape->bytes() > 0 && is_aligned(args.data, shape->dtype) &&
      (strides.empty() || is_dense(strides, *shape))) {
    if (args.data == nullptr) throw invalid("data is null");
    done = std::make_shared<EventState>();
    storage = Storage::borrow(const_cast<void*>(args.data), static_cast<size_t>(shape->bytes()),
                              semantics == PJRT_HostBufferSemantics_kMutableZeroCopy,
                              [done] { done->set(nullptr); });
  } else {
    storage = copy_of_host(args.data, strides, *shape);
  }
  auto buffer = std::make_unique<PJRT_Buffer>(memory, shape, std::move(storage));
  args.done_with_host_buffer = new_event(std::move(done));
  args.buffer = buffer.release();
}

// Memory that a framework lends; whoever else knows it may read it at any time, so programs do not write to
// it.
void buffer_view(PJRT_Client_CreateViewOfDeviceBuffer_Args& args) {
  Memory& memory = place_of(args.client, args.memory, args.device);
  const SharedShape shape = make_shape(args.element_type, args.dims, args.num_dims);
  check_row_major(args.layout, args.num_dims);
  void* data = args.device_buffer_ptr;
  if (shape->bytes() > 0 && data == nullptr) throw invalid("device_buffer_ptr is null");
  if (!is_aligned(data, shape->dtype)) throw invalid("device_buffer_ptr is not aligned to its elements");
  std::function<void()> release;
  if (args.on_delete_callback != nullptr)
    release = [callback = args.on_delete_callback, data, argument = args.on_delete_callback_arg] {
      callback(data, argument);
    };
  auto buffer = std::make_unique<PJRT_Buffer>(memory, shape, nullptr);
  buffer->storage = Storage::borrow(data, static_cast<size_t>(shape->bytes()), false, std::move(release));
  args.buffer = buffer.release();
}

void buffer_uninitialized(PJRT_Client_CreateUninitializedBuffer_Args& args) {
  Memory& memory = place_of(args.client, args.memory, args.device);
  const SharedShape shape = make_shape(args.shape_element_type, args.shape_dims, args.shape_num_dims);
  check_row_major(args.shape_layout, args.shape_num_dims);
  args.buffer = new PJRT_Buffer(memory, shape, Storage::allocate(static_cast<size_t>(shape->bytes())));
}

void buffer_error(PJRT_Client_CreateErrorBuffer_Args& args) {
  Memory& memory = place_of(args.client, args.memory, nullptr);
  const SharedShape shape = make_shape(args.shape_element_type, args.shape_dims, args.shape_num_dims);
  if (args.error_code == PJRT_Error_Code_OK) throw invalid("error_code is OK");
  std::string message(args.error_message == nullptr ? "" : args.error_message,
                      args.error_message == nullptr ? 0 : args.error_message_size);
  auto failure = std::make_shared<const Failure>(Failure{args.error_code, std::move(message)});
  args.buffer = new PJRT_Buffer(memory, shape, nullptr, failed_event(std::move(failure)));
}

}  // namespace

void add_buffer_sources(PJRT_Api& api) {
  set<buffer_from_host>(api.PJRT_Client_BufferFromHostBuffer);
  set<buffer_view>(api.PJRT_Client_CreateViewOfDeviceBuffer);
  set<buffer_uninitialized>(api.PJRT_Client_CreateUninitializedBuffer);
  set<buffer_error>(api.PJRT_Client_CreateErrorBuffer);
}

}  // namespace fusebox::cpu::plugin
