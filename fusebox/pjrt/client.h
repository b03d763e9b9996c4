// Client and Device: a plugin at work, and what it computes on.
//
//   Client client = Client::create(Plugin::load(path), {{"cpu_device_count", int64_t{1}}});
//   Device device = client.devices().front();
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fusebox/pjrt/plugin.h"

namespace fusebox::pjrt {

struct ClientState;
struct DeviceState;
class Device;

// A handle: copies are the same client, which lives until the last handle, device, buffer, executable and
// event of it is gone. Thread-safe.
class Client {
 public:
  // Options are the plugin's own; a plugin may refuse one it does not know (Error kPlugin). XLA's CPU plugin
  // makes 4 devices unless cpu_device_count says otherwise.
  static Client create(const Plugin& plugin, std::span<const NamedValue> options = {});
  static Client create(const Plugin& plugin, std::initializer_list<NamedValue> options) {
    return create(plugin, std::span(options.begin(), options.size()));
  }

  const Plugin& plugin() const;
  const std::string& platform_name() const;     // "cpu", "cuda", …
  const std::string& platform_version() const;  // the plugin's words; may be empty

  // The devices of this process; never empty.
  std::vector<Device> devices() const;

  const std::shared_ptr<const ClientState>& state() const { return state_; }

 private:
  explicit Client(std::shared_ptr<const ClientState> state) : state_(std::move(state)) {}
  friend class Device;

  std::shared_ptr<const ClientState> state_;
};

// What a device says of its memory, in bytes.
struct MemoryStats {
  int64_t bytes_in_use = 0;
  std::optional<int64_t> peak_bytes_in_use;
  std::optional<int64_t> bytes_limit;  // what there is for buffers
  std::optional<int64_t> largest_free_block_bytes;
};

// A handle on one device of a client; keeps the client. Copyable, thread-safe.
class Device {
 public:
  Client client() const { return Client(client_); }
  int id() const;                          // unique among all devices of the platform
  const std::string& kind() const;         // "cpu", "NVIDIA H100 80GB HBM3", …
  const std::string& description() const;  // for people: "CpuDevice(id=0)"
  // The kind of the memory that buffers go to: "device", …; empty if the plugin knows no memories.
  const std::string& memory_kind() const;

  // Nothing if the plugin does not count.
  std::optional<MemoryStats> memory_stats() const;

  bool operator==(const Device& other) const { return device_ == other.device_; }

  const DeviceState& state() const { return *device_; }

 private:
  friend class Client;
  Device(std::shared_ptr<const ClientState> client, const DeviceState* device)
      : client_(std::move(client)), device_(device) {}

  std::shared_ptr<const ClientState> client_;
  const DeviceState* device_;  // in *client_
};

}  // namespace fusebox::pjrt
