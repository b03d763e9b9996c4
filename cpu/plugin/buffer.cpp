#include "cpu/plugin/buffer.h"

#include "cpu/plugin/entry.h"
#include "cpu/plugin/table.h"

namespace fusebox::cpu::plugin {

Memory& place_of(PJRT_Client* client, PJRT_Memory* memory, PJRT_Device* device) {
  if (memory != nullptr) return as_memory(memory);
  if (device != nullptr) return as_memory(device->memories.front());
  return as_memory(required(client, "client").device_list.front()->memories.front());
}

SharedShape make_shape(PJRT_Buffer_Type type, const int64_t* dims, size_t rank) {
  const std::optional<DType> dtype = dtype_from_pjrt(type);
  if (!dtype || *dtype == DType::token) throw invalid(fmt::format("{} is no type of elements", type));
  if (rank != 0) required(dims, "dims");
  auto shape = std::make_shared<Shape>(Shape{Dims(dims, dims + rank), *dtype});
  static_cast<void>(shape->bytes());  // throws if it is negative or too large
  return shape;
}

void check_row_major(const PJRT_Buffer_MemoryLayout* layout, size_t rank) {
  if (layout == nullptr || rank < 2) return;
  const PJRT_Buffer_MemoryLayout_Tiled& tiled = layout->tiled;
  bool row_major = layout->type == PJRT_Buffer_MemoryLayout_Type_Tiled && tiled.num_tiles == 0;
  if (row_major && tiled.minor_to_major_size != rank)
    throw invalid(
        fmt::format("a layout of rank {} for a tensor of rank {}", tiled.minor_to_major_size, rank));
  for (size_t i = 0; row_major && i < rank; ++i)
    row_major = tiled.minor_to_major[i] == static_cast<int64_t>(rank - 1 - i);
  if (!row_major) throw unsupported("fusebox_cpu keeps every tensor row-major");
}

Contents contents_of(const PJRT_Buffer& buffer) {
  std::scoped_lock lock(buffer.mutex);
  if (buffer.deleted) throw invalid("the buffer was deleted or donated");
  return {buffer.storage, buffer.ready};
}

std::shared_ptr<EventState> when_ready(const PJRT_Buffer& buffer, std::function<void(Storage&)> work) {
  Contents contents = contents_of(buffer);
  if (contents.is_ready()) {
    if (contents.ready != nullptr && contents.ready->outcome() != nullptr)
      return failed_event(contents.ready->outcome());
    work(*contents.storage);
    return ready_event();
  }
  auto done = std::make_shared<EventState>();
  contents.ready->on_ready(
      [done, storage = contents.storage, work = std::move(work)](const Outcome& outcome) {
        if (outcome != nullptr) return done->set(outcome);
        try {
          work(*storage);
        } catch (...) {
          return done->set(std::make_shared<const Failure>(to_failure(std::current_exception())));
        }
        done->set(nullptr);
      });
  return done;
}

namespace {

PJRT_Buffer& of(PJRT_Buffer* buffer) { return required(buffer, "buffer"); }

void buffer_destroy(PJRT_Buffer_Destroy_Args& args) { delete args.buffer; }

void buffer_element_type(PJRT_Buffer_ElementType_Args& args) {
  args.type = info(of(args.buffer).shape->dtype).pjrt_type;
}

void buffer_dimensions(PJRT_Buffer_Dimensions_Args& args) {
  args.dims = of(args.buffer).shape->dims.data();
  args.num_dims = args.buffer->shape->dims.size();
}

void buffer_unpadded_dimensions(PJRT_Buffer_UnpaddedDimensions_Args& args) {
  args.unpadded_dims = of(args.buffer).shape->dims.data();
  args.num_dims = args.buffer->shape->dims.size();
}

void buffer_dynamic_dimensions(PJRT_Buffer_DynamicDimensionIndices_Args& args) {
  of(args.buffer);
  args.dynamic_dim_indices = nullptr;
  args.num_dynamic_dims = 0;
}

// n - 1, …, 1, 0: the end of it is the layout of every lower rank.
constexpr size_t kMostDims = 64;
const int64_t* row_major(size_t rank) {
  static const std::vector<int64_t>& order = []() -> const std::vector<int64_t>& {
    auto* all = new std::vector<int64_t>;
    for (size_t i = kMostDims; i-- > 0;) all->push_back(static_cast<int64_t>(i));
    return *all;
  }();
  if (rank > kMostDims) throw unsupported(fmt::format("the layout of a tensor of rank {}", rank));
  return order.data() + (kMostDims - rank);
}

void buffer_memory_layout(PJRT_Buffer_GetMemoryLayout_Args& args) {
  const size_t rank = of(args.buffer).shape->dims.size();
  args.layout = {};
  args.layout.struct_size = PJRT_Buffer_MemoryLayout_STRUCT_SIZE;
  args.layout.type = PJRT_Buffer_MemoryLayout_Type_Tiled;
  args.layout.tiled.struct_size = PJRT_Buffer_MemoryLayout_Tiled_STRUCT_SIZE;
  args.layout.tiled.minor_to_major = row_major(rank);
  args.layout.tiled.minor_to_major_size = rank;
}

void buffer_on_device_size(PJRT_Buffer_OnDeviceSizeInBytes_Args& args) {
  args.on_device_size_in_bytes = static_cast<size_t>(of(args.buffer).shape->bytes());
}

void buffer_device(PJRT_Buffer_Device_Args& args) { args.device = of(args.buffer).memory.device; }
void buffer_memory(PJRT_Buffer_Memory_Args& args) { args.memory = &of(args.buffer).memory; }

void buffer_delete(PJRT_Buffer_Delete_Args& args) {
  std::shared_ptr<Storage> storage;  // released outside of the lock
  std::scoped_lock lock(of(args.buffer).mutex);
  args.buffer->deleted = true;
  storage.swap(args.buffer->storage);
}

void buffer_is_deleted(PJRT_Buffer_IsDeleted_Args& args) {
  std::scoped_lock lock(of(args.buffer).mutex);
  args.is_deleted = args.buffer->deleted;
}

void buffer_is_on_cpu(PJRT_Buffer_IsOnCpu_Args& args) {
  of(args.buffer);
  args.is_on_cpu = true;
}

void buffer_ready_event(PJRT_Buffer_ReadyEvent_Args& args) {
  const Contents contents = contents_of(of(args.buffer));
  args.event = new_event(contents.ready == nullptr ? ready_event() : contents.ready);
}

// Where the bytes lie, once they are all there.
std::byte* address_of(const PJRT_Buffer& buffer) {
  const Contents contents = contents_of(buffer);
  if (contents.ready != nullptr)
    if (const Outcome outcome = contents.ready->outcome(); outcome != nullptr) throw as_error(*outcome);
  return contents.storage->data();
}

void buffer_unsafe_pointer(PJRT_Buffer_UnsafePointer_Args& args) {
  args.buffer_pointer = reinterpret_cast<uintptr_t>(address_of(of(args.buffer)));
}

void buffer_data_pointer(PJRT_Buffer_OpaqueDeviceMemoryDataPointer_Args& args) {
  args.device_memory_ptr = address_of(of(args.buffer));
}

void buffer_increase_references(PJRT_Buffer_IncreaseExternalReferenceCount_Args& args) {
  std::scoped_lock lock(of(args.buffer).mutex);
  if (args.buffer->deleted) throw invalid("the buffer was deleted or donated");
  ++args.buffer->external_references;
}

void buffer_decrease_references(PJRT_Buffer_DecreaseExternalReferenceCount_Args& args) {
  std::scoped_lock lock(of(args.buffer).mutex);
  if (args.buffer->external_references == 0) throw invalid("the buffer has no external references");
  --args.buffer->external_references;
}

}  // namespace

void add_buffers(PJRT_Api& api) {
  set<buffer_destroy>(api.PJRT_Buffer_Destroy);
  set<buffer_element_type>(api.PJRT_Buffer_ElementType);
  set<buffer_dimensions>(api.PJRT_Buffer_Dimensions);
  set<buffer_unpadded_dimensions>(api.PJRT_Buffer_UnpaddedDimensions);
  set<buffer_dynamic_dimensions>(api.PJRT_Buffer_DynamicDimensionIndices);
  set<buffer_memory_layout>(api.PJRT_Buffer_GetMemoryLayout);
  set<buffer_on_device_size>(api.PJRT_Buffer_OnDeviceSizeInBytes);
  set<buffer_device>(api.PJRT_Buffer_Device);
  set<buffer_memory>(api.PJRT_Buffer_Memory);
  set<buffer_delete>(api.PJRT_Buffer_Delete);
  set<buffer_is_deleted>(api.PJRT_Buffer_IsDeleted);
  set<buffer_is_on_cpu>(api.PJRT_Buffer_IsOnCpu);
  set<buffer_ready_event>(api.PJRT_Buffer_ReadyEvent);
  set<buffer_unsafe_pointer>(api.PJRT_Buffer_UnsafePointer);
  set<buffer_data_pointer>(api.PJRT_Buffer_OpaqueDeviceMemoryDataPointer);
  set<buffer_increase_references>(api.PJRT_Buffer_IncreaseExternalReferenceCount);
  set<buffer_decrease_references>(api.PJRT_Buffer_DecreaseExternalReferenceCount);
}

}  // namespace fusebox::cpu::plugin
