// Contents of buffers to other places.
#include <cstring>

#include "cpu/plugin/buffer.h"
#include "cpu/plugin/entry.h"
#include "cpu/plugin/table.h"

namespace fusebox::cpu::plugin {
namespace {

PJRT_Buffer& of(PJRT_Buffer* buffer) { return required(buffer, "buffer"); }

// Strides of the layout that the caller wants on the host: none for row-major.
std::vector<int64_t> host_strides(const PJRT_Buffer_MemoryLayout* layout, const Shape& shape) {
  const size_t rank = shape.dims.size();
  if (layout == nullptr || rank == 0) return {};
  if (layout->type == PJRT_Buffer_MemoryLayout_Type_Strides) {
    if (layout->strides.num_byte_strides != rank) throw invalid("host_layout is of another rank");
    return {layout->strides.byte_strides, layout->strides.byte_strides + rank};
  }
  if (layout->tiled.num_tiles != 0) throw unsupported("tiles in host_layout");
  if (layout->tiled.minor_to_major_size != rank) throw invalid("host_layout is of another rank");
  std::vector<int64_t> strides(rank, 0);
  int64_t next = static_cast<int64_t>(byte_size(shape.dtype));
  for (size_t i = 0; i < rank; ++i) {
    const int64_t axis = layout->tiled.minor_to_major[i];
    if (axis < 0 || axis >= static_cast<int64_t>(rank) || strides[static_cast<size_t>(axis)] != 0)
      throw invalid("minor_to_major of host_layout is no permutation");
    strides[static_cast<size_t>(axis)] = next;
    next *= std::max<int64_t>(shape.dims[static_cast<size_t>(axis)], 1);
  }
  return strides == dense_strides(shape) ? std::vector<int64_t>() : strides;
}

// Bytes that a tensor with those strides reaches over; Error kInvalidArgument if it reaches before its start.
int64_t reach(std::span<const int64_t> strides, const Shape& shape) {
  if (shape.elements() == 0) return 0;
  int64_t last = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    if (strides[axis] < 0) throw invalid("negative strides in host_layout");
    int64_t step;
    if (__builtin_mul_overflow(strides[axis], shape.dims[axis] - 1, &step) ||
        __builtin_add_overflow(last, step, &last))
      throw invalid("strides of host_layout overflow");
  }
  return last + static_cast<int64_t>(byte_size(shape.dtype));
}

void buffer_to_host(PJRT_Buffer_ToHostBuffer_Args& args) {
  const PJRT_Buffer& buffer = of(args.src);
  const SharedShape shape = buffer.shape;
  std::vector<int64_t> strides = host_strides(args.host_layout, *shape);
  const auto need = static_cast<size_t>(strides.empty() ? shape->bytes() : reach(strides, *shape));
  if (args.dst == nullptr) {
    contents_of(buffer);
    args.dst_size = need;
    args.event = nullptr;
    return;
  }
  if (args.dst_size < need) throw invalid(fmt::format("got room for {} bytes, want {}", args.dst_size, need));
  auto* to = static_cast<std::byte*>(args.dst);
  args.event = new_event(when_ready(buffer, [to, shape, strides = std::move(strides)](Storage& storage) {
    if (strides.empty())
      std::memcpy(to, storage.data(), static_cast<size_t>(shape->bytes()));
    else
      copy_to_strides(to, storage.data(), strides, *shape);
  }));
}

void check_range(const PJRT_Buffer& buffer, int64_t offset, int64_t size) {
  const int64_t have = buffer.shape->bytes();
  if (offset < 0 || size < 0 || offset > have || size > have - offset)
    throw invalid(fmt::format("{} bytes from {} of a buffer of {}", size, offset, have));
}

void buffer_copy_raw(PJRT_Buffer_CopyRawToHost_Args& args) {
  const PJRT_Buffer& buffer = of(args.buffer);
  check_range(buffer, args.offset, args.transfer_size);
  if (args.transfer_size > 0 && args.dst == nullptr) throw invalid("dst is null");
  args.event = new_event(
      when_ready(buffer, [to = args.dst, from = args.offset, size = args.transfer_size](Storage& storage) {
        if (size > 0) std::memcpy(to, storage.data() + from, static_cast<size_t>(size));
      }));
}

// The caller says later where to.
struct RawCopy {
  Contents contents;
  int64_t offset, size;
  std::shared_ptr<EventState> done = std::make_shared<EventState>();
};

void raw_copy_destination(PJRT_Buffer_CopyRawToHostFuture_Callback_Args* args) {
  const std::unique_ptr<RawCopy> copy(static_cast<RawCopy*>(args->callback_data));
  if (args->error_code != PJRT_Error_Code_OK) {
    std::string message(args->error_message == nullptr ? "" : args->error_message, args->error_message_size);
    return copy->done->set(std::make_shared<const Failure>(Failure{args->error_code, std::move(message)}));
  }
  const auto work = [done = copy->done, storage = copy->contents.storage, to = args->dst, from = copy->offset,
                     size = copy->size](const Outcome& outcome) {
    if (outcome == nullptr && size > 0) std::memcpy(to, storage->data() + from, static_cast<size_t>(size));
    done->set(outcome);
  };
  if (copy->contents.ready == nullptr)
    work(nullptr);
  else
    copy->contents.ready->on_ready(work);
}

void buffer_copy_raw_future(PJRT_Buffer_CopyRawToHostFuture_Args& args) {
  const PJRT_Buffer& buffer = of(args.buffer);
  check_range(buffer, args.offset, args.transfer_size);
  auto copy = std::make_unique<RawCopy>(RawCopy{contents_of(buffer), args.offset, args.transfer_size});
  args.event = new_event(copy->done);
  args.callback_data = copy.release();
  args.future_ready_callback = raw_copy_destination;
}

PJRT_Buffer* copy_to(const PJRT_Buffer& buffer, Memory& memory) {
  auto storage = Storage::allocate(static_cast<size_t>(buffer.shape->bytes()));
  auto ready = when_ready(buffer, [storage](Storage& from) {
    if (storage->bytes() > 0) std::memcpy(storage->data(), from.data(), storage->bytes());
  });
  return new PJRT_Buffer(memory, buffer.shape, std::move(storage), std::move(ready));
}

void buffer_copy_to_device(PJRT_Buffer_CopyToDevice_Args& args) {
  const PJRT_Buffer& buffer = of(args.buffer);
  args.dst_buffer = copy_to(buffer, as_memory(required(args.dst_device, "dst_device").memories.front()));
}

void buffer_copy_to_memory(PJRT_Buffer_CopyToMemory_Args& args) {
  const PJRT_Buffer& buffer = of(args.buffer);
  args.dst_buffer = copy_to(buffer, static_cast<Memory&>(required(args.dst_memory, "dst_memory")));
}

// The same bytes as another tensor.
void buffer_bitcast(PJRT_Buffer_Bitcast_Args& args) {
  const PJRT_Buffer& buffer = of(args.buffer);
  const SharedShape shape = make_shape(args.element_type, args.dims, args.num_dims);
  check_row_major(args.device_layout, args.num_dims);
  if (shape->bytes() != buffer.shape->bytes())
    throw invalid(fmt::format("{} are {} bytes, {} are {}", to_string(*buffer.shape), buffer.shape->bytes(),
                              to_string(*shape), shape->bytes()));
  Contents contents = contents_of(buffer);
  args.out_buffer =
      new PJRT_Buffer(buffer.memory, shape, std::move(contents.storage), std::move(contents.ready));
}

}  // namespace

void add_buffer_copies(PJRT_Api& api) {
  set<buffer_to_host>(api.PJRT_Buffer_ToHostBuffer);
  set<buffer_copy_raw>(api.PJRT_Buffer_CopyRawToHost);
  set<buffer_copy_raw_future>(api.PJRT_Buffer_CopyRawToHostFuture);
  set<buffer_copy_to_device>(api.PJRT_Buffer_CopyToDevice);
  set<buffer_copy_to_memory>(api.PJRT_Buffer_CopyToMemory);
  set<buffer_bitcast>(api.PJRT_Buffer_Bitcast);
}

}  // namespace fusebox::cpu::plugin
