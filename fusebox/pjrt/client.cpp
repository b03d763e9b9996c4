#include "fusebox/pjrt/client.h"

#include "fusebox/pjrt/call.h"
#include "fusebox/pjrt/client_state.h"
#include "fusebox/pjrt/named_values.h"

namespace fusebox::pjrt {
namespace {

std::string text(const char* data, size_t size) {
  return data == nullptr ? std::string() : std::string(data, size);
}

void read_names(ClientState& client) {
  Call<Entry::Client_PlatformName> name(client.plugin);
  name->client = client.handle;
  name.run();
  client.platform_name = text(name->platform_name, name->platform_name_size);
  Call<Entry::Client_PlatformVersion> version(client.plugin);
  version->client = client.handle;
  if (version.run_if_supported()) {
    client.platform_version = text(version->platform_version, version->platform_version_size);
  }
}

void read_description(const Plugin& plugin, DeviceState& device) {
  Call<Entry::Device_GetDescription> get(plugin);
  get->device = device.handle;
  get.run();
  Call<Entry::DeviceDescription_Id> id(plugin);
  id->device_description = get->device_description;
  id.run();
  device.id = id->id;
  Call<Entry::DeviceDescription_Kind> kind(plugin);
  kind->device_description = get->device_description;
  if (kind.run_if_supported()) device.kind = text(kind->device_kind, kind->device_kind_size);
  Call<Entry::DeviceDescription_ToString> words(plugin);
  words->device_description = get->device_description;
  if (words.run_if_supported()) device.description = text(words->to_string, words->to_string_size);
}

void read_memory(const Plugin& plugin, DeviceState& device) {
  Call<Entry::Device_DefaultMemory> memory(plugin);
  memory->device = device.handle;
  if (!memory.run_if_supported() || memory->memory == nullptr) return;
  device.memory = memory->memory;
  Call<Entry::Memory_Kind> kind(plugin);
  kind->memory = memory->memory;
  if (kind.run_if_supported()) device.memory_kind = text(kind->kind, kind->kind_size);
}

void read_devices(ClientState& client) {
  Call<Entry::Client_AddressableDevices> call(client.plugin);
  call->client = client.handle;
  call.run();
  if (call->num_addressable_devices == 0) {
    throw Error(ErrorKind::kPlugin, "the client has no device")
        .op(entry_name(Entry::Client_AddressableDevices));
  }
  for (PJRT_Device* handle : std::span(call->addressable_devices, call->num_addressable_devices)) {
    DeviceState& device = client.devices.emplace_back();
    device.handle = handle;
    read_description(client.plugin, device);
    read_memory(client.plugin, device);
  }
}

}  // namespace

ClientState::~ClientState() {
  if (handle == nullptr) return;
  Call<Entry::Client_Destroy> call(plugin);
  call->client = handle;
  call.run_quietly();
}

Client Client::create(const Plugin& plugin, std::span<const NamedValue> options) {
  auto state = std::make_shared<ClientState>(plugin);
  std::vector<PJRT_NamedValue> values = to_abi(options);
  Call<Entry::Client_Create> call(plugin);
  call->create_options = values.data();
  call->num_options = values.size();
  call.run();
  state->handle = call->client;
  read_names(*state);
  read_devices(*state);
  return Client(std::move(state));
}

const Plugin& Client::plugin() const { return state_->plugin; }
const std::string& Client::platform_name() const { return state_->platform_name; }
const std::string& Client::platform_version() const { return state_->platform_version; }

std::vector<Device> Client::devices() const {
  std::vector<Device> all;
  for (const DeviceState& device : state_->devices) all.push_back(Device(state_, &device));
  return all;
}

int Device::id() const { return device_->id; }
const std::string& Device::kind() const { return device_->kind; }
const std::string& Device::description() const { return device_->description; }
const std::string& Device::memory_kind() const { return device_->memory_kind; }

std::optional<MemoryStats> Device::memory_stats() const {
  Call<Entry::Device_MemoryStats> call(client_->plugin);
  call->device = device_->handle;
  if (!call.run_if_supported()) return std::nullopt;
  auto given = [](int64_t value, bool is_set) { return is_set ? std::optional(value) : std::nullopt; };
  MemoryStats stats;
  stats.bytes_in_use = call->bytes_in_use;
  stats.peak_bytes_in_use = given(call->peak_bytes_in_use, call->peak_bytes_in_use_is_set);
  stats.bytes_limit = given(call->bytes_limit, call->bytes_limit_is_set);
  stats.largest_free_block_bytes =
      given(call->largest_free_block_bytes, call->largest_free_block_bytes_is_set);
  return stats;
}

}  // namespace fusebox::pjrt
