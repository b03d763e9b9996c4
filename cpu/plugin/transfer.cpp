// Asynchronous transfers: buffers that a caller fills piece by piece while others may already use them.
#include <cstring>
#include <utility>

#include "cpu/plugin/buffer.h"
#include "cpu/plugin/entry.h"
#include "cpu/plugin/table.h"

// Thread-safe, as long as pieces do not overlap.
struct PJRT_AsyncHostToDeviceTransferManager {
  struct Target {
    fusebox::cpu::plugin::SharedShape shape;
    std::shared_ptr<fusebox::cpu::plugin::EventState> ready =
        std::make_shared<fusebox::cpu::plugin::EventState>();
    // Held until the buffer was retrieved and is complete, no longer: it may be donated then.
    std::shared_ptr<fusebox::cpu::Storage> storage;
    bool retrieved = false, complete = false;
  };
  fusebox::cpu::plugin::Memory& memory;
  std::vector<Target> targets;
  std::mutex mutex;  // of what changes in targets
};

namespace fusebox::cpu::plugin {
namespace {

using Manager = PJRT_AsyncHostToDeviceTransferManager;

Manager& of(Manager* manager) { return required(manager, "transfer_manager"); }

Manager::Target& target_of(Manager* handle, int index) {
  Manager& manager = of(handle);
  if (index < 0 || static_cast<size_t>(index) >= manager.targets.size())
    throw invalid(fmt::format("buffer {} of {}", index, manager.targets.size()));
  return manager.targets[static_cast<size_t>(index)];
}

void transfer_create(PJRT_Client_CreateBuffersForAsyncHostToDevice_Args& args) {
  Memory& memory = place_of(args.client, args.memory, nullptr);
  if (args.num_shape_specs != 0) required(args.shape_specs, "shape_specs");
  if (args.num_device_layouts != 0 && args.num_device_layouts != args.num_shape_specs)
    throw invalid(fmt::format("{} layouts for {} buffers", args.num_device_layouts, args.num_shape_specs));
  std::unique_ptr<Manager> manager(new Manager{.memory = memory, .targets = {}, .mutex = {}});
  for (size_t i = 0; i < args.num_shape_specs; ++i) {
    const PJRT_ShapeSpec& spec = args.shape_specs[i];
    Manager::Target target;
    target.shape = make_shape(spec.element_type, spec.dims, spec.num_dims);
    if (args.num_device_layouts != 0) check_row_major(args.device_layouts[i], spec.num_dims);
    target.storage = Storage::allocate(static_cast<size_t>(target.shape->bytes()));
    manager->targets.push_back(std::move(target));
  }
  args.transfer_manager = manager.release();
}

// Buffers that nobody filled will never be ready: who waits for them is told.
void transfer_destroy(PJRT_AsyncHostToDeviceTransferManager_Destroy_Args& args) {
  if (args.transfer_manager == nullptr) return;
  const std::unique_ptr<Manager> manager(args.transfer_manager);
  for (Manager::Target& target : manager->targets) {
    if (target.ready->is_ready()) continue;
    target.ready->set(std::make_shared<const Failure>(
        Failure{PJRT_Error_Code_CANCELLED, "the transfer manager went before the last transfer"}));
  }
}

void write_piece(Manager& manager, Manager::Target& target, const void* data, int64_t offset, int64_t size) {
  const int64_t have = target.shape->bytes();
  if (offset < 0 || size < 0 || offset > have || size > have - offset)
    throw invalid(fmt::format("{} bytes to {} of a buffer of {}", size, offset, have));
  std::shared_ptr<Storage> storage;
  {
    std::scoped_lock lock(manager.mutex);
    if (target.complete) throw invalid("the buffer is complete, or has failed");
    storage = target.storage;
  }
  if (size == 0) return;
  if (data == nullptr) throw invalid("data is null");
  std::memcpy(storage->data() + offset, data, static_cast<size_t>(size));
}

void complete(Manager& manager, Manager::Target& target, const Outcome& outcome) {
  const auto ready = target.ready;  // callbacks may destroy the manager
  {
    std::scoped_lock lock(manager.mutex);
    if (std::exchange(target.complete, true)) throw invalid("the buffer is complete, or has failed");
    if (target.retrieved) target.storage.reset();
  }
  ready->set(outcome);
}

void transfer_data(PJRT_AsyncHostToDeviceTransferManager_TransferData_Args& args) {
  Manager::Target& target = target_of(args.transfer_manager, args.buffer_index);
  write_piece(*args.transfer_manager, target, args.data, args.offset, args.transfer_size);
  args.done_with_h2d_transfer = new_event();
  if (args.is_last_transfer) complete(*args.transfer_manager, target, nullptr);
}

void transfer_literal(PJRT_AsyncHostToDeviceTransferManager_TransferLiteral_Args& args) {
  Manager::Target& target = target_of(args.transfer_manager, args.buffer_index);
  const SharedShape shape = make_shape(args.shape_element_type, args.shape_dims, args.shape_num_dims);
  check_row_major(args.shape_layout, args.shape_num_dims);
  if (*shape != *target.shape)
    throw invalid(fmt::format("got {}, want {}", to_string(*shape), to_string(*target.shape)));
  write_piece(*args.transfer_manager, target, args.data, 0, shape->bytes());
  args.done_with_h2d_transfer = new_event();
  complete(*args.transfer_manager, target, nullptr);
}

void transfer_retrieve(PJRT_AsyncHostToDeviceTransferManager_RetrieveBuffer_Args& args) {
  Manager::Target& target = target_of(args.transfer_manager, args.buffer_index);
  auto buffer =
      std::make_unique<PJRT_Buffer>(args.transfer_manager->memory, target.shape, nullptr, target.ready);
  std::scoped_lock lock(args.transfer_manager->mutex);
  if (std::exchange(target.retrieved, true))
    throw invalid(fmt::format("buffer {} was retrieved before", args.buffer_index));
  buffer->storage = target.storage;
  if (target.complete) target.storage.reset();
  args.buffer_out = buffer.release();
}

void transfer_device(PJRT_AsyncHostToDeviceTransferManager_Device_Args& args) {
  args.device_out = of(args.transfer_manager).memory.device;
}

void transfer_buffer_count(PJRT_AsyncHostToDeviceTransferManager_BufferCount_Args& args) {
  args.buffer_count = of(args.transfer_manager).targets.size();
}

void transfer_buffer_size(PJRT_AsyncHostToDeviceTransferManager_BufferSize_Args& args) {
  args.buffer_size = static_cast<size_t>(target_of(args.transfer_manager, args.buffer_index).shape->bytes());
}

void transfer_set_error(PJRT_AsyncHostToDeviceTransferManager_SetBufferError_Args& args) {
  Manager::Target& target = target_of(args.transfer_manager, args.buffer_index);
  if (args.error_code == PJRT_Error_Code_OK) throw invalid("error_code is OK");
  std::string message(args.error_message == nullptr ? "" : args.error_message,
                      args.error_message == nullptr ? 0 : args.error_message_size);
  complete(*args.transfer_manager, target,
           std::make_shared<const Failure>(Failure{args.error_code, std::move(message)}));
}

void transfer_add_metadata(PJRT_AsyncHostToDeviceTransferManager_AddMetadata_Args& args) {
  of(args.transfer_manager);
}

}  // namespace

void add_transfers(PJRT_Api& api) {
  set<transfer_create>(api.PJRT_Client_CreateBuffersForAsyncHostToDevice);
  set<transfer_destroy>(api.PJRT_AsyncHostToDeviceTransferManager_Destroy);
  set<transfer_data>(api.PJRT_AsyncHostToDeviceTransferManager_TransferData);
  set<transfer_literal>(api.PJRT_AsyncHostToDeviceTransferManager_TransferLiteral);
  set<transfer_retrieve>(api.PJRT_AsyncHostToDeviceTransferManager_RetrieveBuffer);
  set<transfer_device>(api.PJRT_AsyncHostToDeviceTransferManager_Device);
  set<transfer_buffer_count>(api.PJRT_AsyncHostToDeviceTransferManager_BufferCount);
  set<transfer_buffer_size>(api.PJRT_AsyncHostToDeviceTransferManager_BufferSize);
  set<transfer_set_error>(api.PJRT_AsyncHostToDeviceTransferManager_SetBufferError);
  set<transfer_add_metadata>(api.PJRT_AsyncHostToDeviceTransferManager_AddMetadata);
}

}  // namespace fusebox::cpu::plugin
