// Executables that are bound to devices.
#include "cpu/plugin/entry.h"
#include "cpu/plugin/executable.h"
#include "cpu/plugin/table.h"

struct PJRT_DeviceAssignmentSerialized {
  std::string bytes;
};

PJRT_LoadedExecutable::PJRT_LoadedExecutable(PJRT_Client& of,
                                             std::shared_ptr<const fusebox::cpu::plugin::Executable> loaded)
    : client(of), program(std::move(loaded)), fingerprint(program->fingerprint()) {
  if (program->settings().portable) return;
  const int64_t device = program->settings().device.value_or(0);
  if (device < 0 || static_cast<size_t>(device) >= client.device_list.size())
    throw fusebox::cpu::plugin::invalid(
        fmt::format("the program is for device {} of {}", device, client.device_list.size()));
  devices = {client.device_list[static_cast<size_t>(device)]};
  logical_ids = {{0, 0}};
}

namespace fusebox::cpu::plugin {
namespace {

PJRT_LoadedExecutable& of(PJRT_LoadedExecutable* executable) { return required(executable, "executable"); }

void loaded_destroy(PJRT_LoadedExecutable_Destroy_Args& args) { delete args.executable; }

void loaded_executable(PJRT_LoadedExecutable_GetExecutable_Args& args) {
  args.executable = new PJRT_Executable{required(args.loaded_executable, "loaded_executable").program};
}

void loaded_devices(PJRT_LoadedExecutable_AddressableDevices_Args& args) {
  args.addressable_devices = of(args.executable).devices.data();
  args.num_addressable_devices = args.executable->devices.size();
}

void loaded_logical_ids(PJRT_LoadedExecutable_AddressableDeviceLogicalIds_Args& args) {
  args.addressable_device_logical_ids = of(args.executable).logical_ids.data();
  args.num_addressable_device_logical_ids = args.executable->logical_ids.size();
}

// Nothing for a portable program.
void loaded_device_assignment(PJRT_LoadedExecutable_GetDeviceAssignment_Args& args) {
  std::string bytes;
  if (!of(args.executable).devices.empty())
    bytes = device_assignment(args.executable->devices.front()->description->id);
  auto* serialized = new PJRT_DeviceAssignmentSerialized{std::move(bytes)};
  args.serialized_device_assignment = serialized;
  args.serialized_bytes = serialized->bytes.data();
  args.serialized_bytes_size = serialized->bytes.size();
  args.serialized_device_assignment_deleter = [](PJRT_DeviceAssignmentSerialized* all) { delete all; };
}

void loaded_delete(PJRT_LoadedExecutable_Delete_Args& args) { of(args.executable).deleted = true; }

void loaded_is_deleted(PJRT_LoadedExecutable_IsDeleted_Args& args) {
  args.is_deleted = of(args.executable).deleted;
}

void loaded_fingerprint(PJRT_LoadedExecutable_Fingerprint_Args& args) {
  args.executable_fingerprint = of(args.executable).fingerprint.c_str();
  args.executable_fingerprint_size = args.executable->fingerprint.size();
}

}  // namespace

void add_loaded_executables(PJRT_Api& api) {
  set<loaded_destroy>(api.PJRT_LoadedExecutable_Destroy);
  set<loaded_executable>(api.PJRT_LoadedExecutable_GetExecutable);
  set<loaded_devices>(api.PJRT_LoadedExecutable_AddressableDevices);
  set<loaded_logical_ids>(api.PJRT_LoadedExecutable_AddressableDeviceLogicalIds);
  set<loaded_device_assignment>(api.PJRT_LoadedExecutable_GetDeviceAssignment);
  set<loaded_delete>(api.PJRT_LoadedExecutable_Delete);
  set<loaded_is_deleted>(api.PJRT_LoadedExecutable_IsDeleted);
  set<loaded_fingerprint>(api.PJRT_LoadedExecutable_Fingerprint);
}

}  // namespace fusebox::cpu::plugin
