// Devices and their descriptions.
#include <unistd.h>

#include "cpu/execute/storage.h"
#include "cpu/plugin/client.h"
#include "cpu/plugin/entry.h"
#include "cpu/plugin/table.h"

namespace fusebox::cpu::plugin {
namespace {

PJRT_Device& of(PJRT_Device* device) { return required(device, "device"); }
PJRT_DeviceDescription& of(PJRT_DeviceDescription* description) {
  return required(description, "device_description");
}

void description_id(PJRT_DeviceDescription_Id_Args& args) { args.id = of(args.device_description).id; }

void description_process_index(PJRT_DeviceDescription_ProcessIndex_Args& args) {
  of(args.device_description);
  args.process_index = 0;
}

void description_attributes(PJRT_DeviceDescription_Attributes_Args& args) {
  args.attributes = of(args.device_description).attributes.data();
  args.num_attributes = args.device_description->attributes.size();
}

void description_kind(PJRT_DeviceDescription_Kind_Args& args) {
  args.device_kind = of(args.device_description).kind.c_str();
  args.device_kind_size = args.device_description->kind.size();
}

void description_debug_string(PJRT_DeviceDescription_DebugString_Args& args) {
  args.debug_string = of(args.device_description).text.c_str();
  args.debug_string_size = args.device_description->text.size();
}

void description_to_string(PJRT_DeviceDescription_ToString_Args& args) {
  args.to_string = of(args.device_description).text.c_str();
  args.to_string_size = args.device_description->text.size();
}

void device_description(PJRT_Device_GetDescription_Args& args) {
  args.device_description = of(args.device).description;
}

void device_is_addressable(PJRT_Device_IsAddressable_Args& args) {
  of(args.device);
  args.is_addressable = true;
}

void device_local_hardware_id(PJRT_Device_LocalHardwareId_Args& args) {
  args.local_hardware_id = of(args.device).description->id;
}

void device_memories(PJRT_Device_AddressableMemories_Args& args) {
  args.memories = of(args.device).memories.data();
  args.num_memories = args.device->memories.size();
}

void device_default_memory(PJRT_Device_DefaultMemory_Args& args) {
  args.memory = of(args.device).memories.front();
}

// Of the whole process: its clients and devices share one memory.
void device_memory_stats(PJRT_Device_MemoryStats_Args& args) {
  of(args.device);
  PJRT_Device_MemoryStats_Args told = {};  // callers leave rubbish where we do not write
  told.struct_size = args.struct_size;
  told.extension_start = args.extension_start;
  told.device = args.device;
  args = told;
  const StorageStats stats = storage_stats();
  const auto tell = [](int64_t& field, bool& is_set, int64_t value) {
    field = value;
    is_set = true;
  };
  args.bytes_in_use = stats.in_use;
  tell(args.peak_bytes_in_use, args.peak_bytes_in_use_is_set, stats.peak);
  tell(args.num_allocs, args.num_allocs_is_set, stats.allocations);
  tell(args.largest_alloc_size, args.largest_alloc_size_is_set, stats.largest);
  tell(args.pool_bytes, args.pool_bytes_is_set, stats.in_use + stats.kept);
  const int64_t pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  if (pages > 0 && page > 0) tell(args.bytes_limit, args.bytes_limit_is_set, pages * page);
}

void device_clear_memory_stats(PJRT_Device_ClearMemoryStats_Args& args) {
  of(args.device);
  reset_storage_peak();
}

void device_attributes(PJRT_Device_GetAttributes_Args& args) {
  args.attributes = of(args.device).description->attributes.data();
  args.num_attributes = args.device->description->attributes.size();
  args.device_attributes = nullptr;  // they are the device's, not the caller's
  args.attributes_deleter = [](PJRT_Device_Attributes*) {};
}

}  // namespace

void add_devices(PJRT_Api& api) {
  set<description_id>(api.PJRT_DeviceDescription_Id);
  set<description_process_index>(api.PJRT_DeviceDescription_ProcessIndex);
  set<description_attributes>(api.PJRT_DeviceDescription_Attributes);
  set<description_kind>(api.PJRT_DeviceDescription_Kind);
  set<description_debug_string>(api.PJRT_DeviceDescription_DebugString);
  set<description_to_string>(api.PJRT_DeviceDescription_ToString);
  set<device_description>(api.PJRT_Device_GetDescription);
  set<device_is_addressable>(api.PJRT_Device_IsAddressable);
  set<device_local_hardware_id>(api.PJRT_Device_LocalHardwareId);
  set<device_memories>(api.PJRT_Device_AddressableMemories);
  set<device_default_memory>(api.PJRT_Device_DefaultMemory);
  set<device_memory_stats>(api.PJRT_Device_MemoryStats);
  set<device_clear_memory_stats>(api.PJRT_Device_ClearMemoryStats);
  set<device_attributes>(api.PJRT_Device_GetAttributes);
}

}  // namespace fusebox::cpu::plugin
