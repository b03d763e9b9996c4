// What the handles of one client share, for the sources of this folder.
#pragma once

#include <string>
#include <vector>

#include "fusebox/pjrt/abi/api.h"
#include "fusebox/pjrt/plugin.h"

namespace fusebox::pjrt {

struct DeviceState {
  PJRT_Device* handle = nullptr;
  PJRT_Memory* memory = nullptr;  // where buffers go; null if the plugin knows no memories
  int id = 0;
  std::string kind, description, memory_kind;
};

struct ClientState {
  const Plugin& plugin;
  PJRT_Client* handle = nullptr;
  std::string platform_name, platform_version;
  std::vector<DeviceState> devices;

  explicit ClientState(const Plugin& from) : plugin(from) {}
  ~ClientState();
  ClientState(const ClientState&) = delete;
  ClientState& operator=(const ClientState&) = delete;
};

}  // namespace fusebox::pjrt
