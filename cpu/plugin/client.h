// Clients, and the devices and memories that each owns.
//
// All devices compute on the same processors; a client has more than one only if it was asked for them. Each
// has three memories: "device", the default, and the two kinds of host memory that frameworks know. All are
// the same memory of this machine.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cpu/execute/trace.h"
#include "cpu/plugin/named_value.h"
#include "fusebox/pjrt/abi/api.h"

namespace fusebox::cpu::plugin {

struct ClientOptions {
  std::string platform_name = "fusebox_cpu";
  int threads = 0;  // of every execution; 0: as many as the process may keep busy, for short ones perhaps one
  int devices = 1;
  std::string trace_to;  // a file for cpu/execute/trace.h, written when the client goes; empty: none
};
// How many threads an execution has: all of them always, or one where that is found to be sooner done.
struct ThreadChoice {
  int most = 1;
  bool always = false;
};
// Options are numbers or strings; unknown ones are for others. Error kInvalidArgument for values that make no
// sense.
ClientOptions read_options(const PJRT_NamedValue* options, size_t count);

const std::string& platform_version();

}  // namespace fusebox::cpu::plugin

struct PJRT_DeviceDescription {
  int id = 0;
  std::string kind, text;
  fusebox::cpu::plugin::NamedValues attributes;
};

// What a client, or nobody, knows of its platform.
struct PJRT_TopologyDescription {
  std::string platform_name;
  std::deque<PJRT_DeviceDescription> descriptions;
  std::vector<PJRT_DeviceDescription*> description_list;
  fusebox::cpu::plugin::NamedValues attributes;

  explicit PJRT_TopologyDescription(const fusebox::cpu::plugin::ClientOptions& options);
};

struct PJRT_Device {
  PJRT_Client* client = nullptr;
  PJRT_DeviceDescription* description = nullptr;
  std::vector<PJRT_Memory*> memories;  // the default first
};

namespace fusebox::cpu::plugin {

struct Memory : PJRT_Memory {
  PJRT_Device* device = nullptr;
  int id = 0, kind_id = 0;
  std::string kind, text;
  std::vector<PJRT_Device*> devices;  // the one

  // What callers hang on it, with the destructor that they gave.
  struct UserData {
    void* data;
    void (*destroy)(void*);
  };
  std::mutex mutex;
  std::map<const void*, UserData> user_data;
  ~Memory();
};

inline Memory& as_memory(PJRT_Memory* memory) { return *static_cast<Memory*>(memory); }
const PJRT_Memory_FunctionTable* memory_functions();

}  // namespace fusebox::cpu::plugin

struct PJRT_Client {
  fusebox::cpu::plugin::ClientOptions options;
  fusebox::cpu::plugin::ThreadChoice threads;
  std::shared_ptr<fusebox::cpu::Trace> trace;  // shared with executions under way; may be null
  PJRT_TopologyDescription topology;
  std::deque<PJRT_Device> devices;
  std::deque<fusebox::cpu::plugin::Memory> memories;
  std::vector<PJRT_Device*> device_list;
  std::vector<PJRT_Memory*> memory_list;

  explicit PJRT_Client(const fusebox::cpu::plugin::ClientOptions& wanted);
};
