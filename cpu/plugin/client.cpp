#include "cpu/plugin/client.h"

#include <algorithm>

#include "cpu/execute/threads.h"
#include "cpu/level.h"
#include "cpu/plugin/entry.h"
#include "cpu/plugin/table.h"

namespace fusebox::cpu::plugin {
namespace {

constexpr int kMostDevices = 1024;

constexpr std::pair<const char*, int> kMemoryKinds[] = {
    {"device", 1}, {"pinned_host", 2}, {"unpinned_host", 3}};

int number(const PJRT_NamedValue& option, int64_t least, int64_t most) {
  const std::optional<int64_t> value = as_integer(option);
  if (!value || *value < least || *value > most)
    throw invalid(fmt::format("option {} wants a number from {} to {}", name_of(option), least, most));
  return static_cast<int>(*value);
}

}  // namespace

ClientOptions read_options(const PJRT_NamedValue* options, size_t count) {
  ClientOptions read;
  if (count != 0) required(options, "create_options");
  for (size_t i = 0; i < count; ++i) {
    const std::string_view name = name_of(options[i]);
    if (name == "threads") read.threads = number(options[i], 0, kMaxThreads);
    if (name == "cpu_device_count") read.devices = number(options[i], 1, kMostDevices);
    if (name == "trace_to") {
      const std::optional<std::string> value = as_text(options[i]);
      if (!value) throw invalid("option trace_to wants the name of a file");
      read.trace_to = *value;
    }
    if (name == "platform_name") {
      const std::optional<std::string> value = as_text(options[i]);
      if (!value || value->empty()) throw invalid("option platform_name wants a name");
      read.platform_name = *value;
    }
  }
  return read;
}

const std::string& platform_version() {
  static const std::string& version = *new std::string(fmt::format("fusebox_cpu 0.1.0, {}", cpu_level()));
  return version;
}

}  // namespace fusebox::cpu::plugin

PJRT_Client::PJRT_Client(const fusebox::cpu::plugin::ClientOptions& wanted)
    : options(wanted),
      threads{.most = wanted.threads > 0 ? wanted.threads : fusebox::cpu::default_threads(),
              .always = wanted.threads > 0},
      trace(wanted.trace_to.empty() ? nullptr : std::make_shared<fusebox::cpu::Trace>(wanted.trace_to)),
      topology(wanted) {
  int next_memory = 0;
  for (PJRT_DeviceDescription& description : topology.descriptions) {
    PJRT_Device& device = devices.emplace_back();
    device.client = this;
    device.description = &description;
    device_list.push_back(&device);
    for (const auto& [kind, kind_id] : fusebox::cpu::plugin::kMemoryKinds) {
      fusebox::cpu::plugin::Memory& memory = memories.emplace_back();
      memory.vtable = fusebox::cpu::plugin::memory_functions();
      memory.device = &device;
      memory.id = next_memory++;
      memory.kind_id = kind_id;
      memory.kind = kind;
      memory.text = fmt::format("CpuMemory(id={}, kind={}, device={})", memory.id, kind, description.id);
      memory.devices = {&device};
      device.memories.push_back(&memory);
      memory_list.push_back(&memory);
    }
  }
}

namespace fusebox::cpu::plugin {
namespace {

PJRT_Client& of(PJRT_Client* client) { return required(client, "client"); }

void client_create(PJRT_Client_Create_Args& args) {
  args.client = new PJRT_Client(read_options(args.create_options, args.num_options));
}

void client_destroy(PJRT_Client_Destroy_Args& args) { delete args.client; }

void client_platform_name(PJRT_Client_PlatformName_Args& args) {
  const std::string& name = of(args.client).options.platform_name;
  args.platform_name = name.c_str();
  args.platform_name_size = name.size();
}

void client_platform_version(PJRT_Client_PlatformVersion_Args& args) {
  of(args.client);
  args.platform_version = platform_version().c_str();
  args.platform_version_size = platform_version().size();
}

void client_process_index(PJRT_Client_ProcessIndex_Args& args) {
  of(args.client);
  args.process_index = 0;
}

void client_devices(PJRT_Client_Devices_Args& args) {
  args.devices = of(args.client).device_list.data();
  args.num_devices = args.client->device_list.size();
}

void client_addressable_devices(PJRT_Client_AddressableDevices_Args& args) {
  args.addressable_devices = of(args.client).device_list.data();
  args.num_addressable_devices = args.client->device_list.size();
}

PJRT_Device* find_device(PJRT_Client& client, int id) {
  if (id < 0 || static_cast<size_t>(id) >= client.device_list.size())
    throw Error(ErrorKind::kNotFound, fmt::format("there is no device {}", id));
  return client.device_list[static_cast<size_t>(id)];
}

void client_lookup_device(PJRT_Client_LookupDevice_Args& args) {
  args.device = find_device(of(args.client), args.id);
}

void client_lookup_addressable_device(PJRT_Client_LookupAddressableDevice_Args& args) {
  args.addressable_device = find_device(of(args.client), args.local_hardware_id);
}

void client_addressable_memories(PJRT_Client_AddressableMemories_Args& args) {
  args.addressable_memories = of(args.client).memory_list.data();
  args.num_addressable_memories = args.client->memory_list.size();
}

void client_default_device_assignment(PJRT_Client_DefaultDeviceAssignment_Args& args) {
  const auto devices = static_cast<int64_t>(of(args.client).device_list.size());
  if (args.num_replicas < 1 || args.num_partitions < 1)
    throw invalid(fmt::format("{} replicas of {} partitions", args.num_replicas, args.num_partitions));
  const int64_t wanted = int64_t{args.num_replicas} * args.num_partitions;
  if (wanted > devices)
    throw invalid(fmt::format("{} replicas of {} partitions need {} devices, there are {}", args.num_replicas,
                              args.num_partitions, wanted, devices));
  if (static_cast<size_t>(wanted) > args.default_assignment_size || args.default_assignment == nullptr)
    throw invalid(fmt::format("got room for {} devices, want {}", args.default_assignment_size, wanted));
  for (int i = 0; i < wanted; ++i) args.default_assignment[i] = i;
}

void client_topology(PJRT_Client_TopologyDescription_Args& args) {
  args.topology = &of(args.client).topology;
}

// Nothing is to be done for memory that processors reach anyway, or about other processes.
void client_dma_map(PJRT_Client_DmaMap_Args& args) { of(args.client); }
void client_dma_unmap(PJRT_Client_DmaUnmap_Args& args) { of(args.client); }
void client_update_global_process_info(PJRT_Client_UpdateGlobalProcessInfo_Args& args) { of(args.client); }

}  // namespace

void add_clients(PJRT_Api& api) {
  set<client_create>(api.PJRT_Client_Create);
  set<client_destroy>(api.PJRT_Client_Destroy);
  set<client_platform_name>(api.PJRT_Client_PlatformName);
  set<client_platform_version>(api.PJRT_Client_PlatformVersion);
  set<client_process_index>(api.PJRT_Client_ProcessIndex);
  set<client_devices>(api.PJRT_Client_Devices);
  set<client_addressable_devices>(api.PJRT_Client_AddressableDevices);
  set<client_lookup_device>(api.PJRT_Client_LookupDevice);
  set<client_lookup_addressable_device>(api.PJRT_Client_LookupAddressableDevice);
  set<client_addressable_memories>(api.PJRT_Client_AddressableMemories);
  set<client_default_device_assignment>(api.PJRT_Client_DefaultDeviceAssignment);
  set<client_topology>(api.PJRT_Client_TopologyDescription);
  set<client_dma_map>(api.PJRT_Client_DmaMap);
  set<client_dma_unmap>(api.PJRT_Client_DmaUnmap);
  set<client_update_global_process_info>(api.PJRT_Client_UpdateGlobalProcessInfo);
}

}  // namespace fusebox::cpu::plugin
