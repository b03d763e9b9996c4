// Topologies: devices without a client.
#include <charconv>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "cpu/level.h"
#include "cpu/plugin/client.h"
#include "cpu/plugin/entry.h"
#include "cpu/plugin/table.h"

PJRT_TopologyDescription::PJRT_TopologyDescription(const fusebox::cpu::plugin::ClientOptions& options)
    : platform_name(options.platform_name) {
  for (int id = 0; id < options.devices; ++id) {
    PJRT_DeviceDescription& description = descriptions.emplace_back();
    description.id = id;
    description.kind = "cpu";
    description.text = fmt::format("CpuDevice(id={})", id);
    description_list.push_back(&description);
  }
  attributes.add("cpu_level", std::string(fusebox::cpu::cpu_level()));
}

struct PJRT_SerializedTopology {
  std::string bytes;
};

namespace fusebox::cpu::plugin {
namespace {

template <typename T>
T& of(T* topology) {
  return required(topology, "topology");
}

// "fusebox_cpu:1": name and number of devices.
constexpr char kSeparator = ':';

void topology_create(PJRT_TopologyDescription_Create_Args& args) {
  args.topology = new PJRT_TopologyDescription(read_options(args.create_options, args.num_options));
}

void topology_destroy(PJRT_TopologyDescription_Destroy_Args& args) { delete args.topology; }

void topology_platform_name(PJRT_TopologyDescription_PlatformName_Args& args) {
  args.platform_name = of(args.topology).platform_name.c_str();
  args.platform_name_size = args.topology->platform_name.size();
}

void topology_platform_version(PJRT_TopologyDescription_PlatformVersion_Args& args) {
  of(args.topology);
  args.platform_version = platform_version().c_str();
  args.platform_version_size = platform_version().size();
}

void topology_device_descriptions(PJRT_TopologyDescription_GetDeviceDescriptions_Args& args) {
  args.descriptions = of(args.topology).description_list.data();
  args.num_descriptions = args.topology->description_list.size();
}

void topology_attributes(PJRT_TopologyDescription_Attributes_Args& args) {
  args.attributes = of(args.topology).attributes.data();
  args.num_attributes = args.topology->attributes.size();
}

std::string encode(const PJRT_TopologyDescription& topology) {
  return fmt::format("{}{}{}", topology.platform_name, kSeparator, topology.descriptions.size());
}

void topology_serialize(PJRT_TopologyDescription_Serialize_Args& args) {
  auto* serialized = new PJRT_SerializedTopology{encode(of(args.topology))};
  args.serialized_topology = serialized;
  args.serialized_bytes = serialized->bytes.data();
  args.serialized_bytes_size = serialized->bytes.size();
  args.serialized_topology_deleter = [](PJRT_SerializedTopology* topology) { delete topology; };
}

void topology_deserialize(PJRT_TopologyDescription_Deserialize_Args& args) {
  const std::string_view bytes(&required(args.serialized_topology, "serialized_topology"),
                               args.serialized_topology_size);
  const size_t at = bytes.rfind(kSeparator);
  ClientOptions options;
  if (at == 0 || at == std::string_view::npos) throw invalid("this is no topology of fusebox_cpu");
  const auto [end, failed] =
      std::from_chars(bytes.data() + at + 1, bytes.data() + bytes.size(), options.devices);
  if (failed != std::errc() || end != bytes.data() + bytes.size() || options.devices < 1 ||
      options.devices > 1024)
    throw invalid("this is no topology of fusebox_cpu");
  options.platform_name = bytes.substr(0, at);
  args.topology = new PJRT_TopologyDescription(options);
}

void topology_fingerprint(PJRT_TopologyDescription_Fingerprint_Args& args) {
  const std::string text = encode(of(args.topology)) + platform_version();
  args.fingerprint = XXH3_64bits(text.data(), text.size());
}

void topology_memory_kinds(PJRT_TopologyDescription_GetMemorySpaceKindIds_Args& args) {
  of(args.topology);
  static constexpr int kKinds[] = {1, 2, 3};  // as in client.cpp
  args.memory_space_kind_ids = kKinds;
  args.num_memory_space_kind_ids = std::size(kKinds);
}

}  // namespace

void add_topologies(PJRT_Api& api) {
  set<topology_create>(api.PJRT_TopologyDescription_Create);
  set<topology_destroy>(api.PJRT_TopologyDescription_Destroy);
  set<topology_platform_name>(api.PJRT_TopologyDescription_PlatformName);
  set<topology_platform_version>(api.PJRT_TopologyDescription_PlatformVersion);
  set<topology_device_descriptions>(api.PJRT_TopologyDescription_GetDeviceDescriptions);
  set<topology_attributes>(api.PJRT_TopologyDescription_Attributes);
  set<topology_serialize>(api.PJRT_TopologyDescription_Serialize);
  set<topology_deserialize>(api.PJRT_TopologyDescription_Deserialize);
  set<topology_fingerprint>(api.PJRT_TopologyDescription_Fingerprint);
  set<topology_memory_kinds>(api.PJRT_TopologyDescription_GetMemorySpaceKindIds);
}

}  // namespace fusebox::cpu::plugin
