// The table of the C ABI, filled by the file of each kind of object.
#pragma once

#include "fusebox/pjrt/abi/api.h"

namespace fusebox::cpu::plugin {

void add_errors(PJRT_Api& api);
void add_plugin(PJRT_Api& api);
void add_events(PJRT_Api& api);
void add_clients(PJRT_Api& api);
void add_devices(PJRT_Api& api);
void add_memories(PJRT_Api& api);
void add_topologies(PJRT_Api& api);
void add_buffers(PJRT_Api& api);
void add_buffer_sources(PJRT_Api& api);
void add_buffer_copies(PJRT_Api& api);
void add_transfers(PJRT_Api& api);
void add_compilation(PJRT_Api& api);
void add_executables(PJRT_Api& api);
void add_loaded_executables(PJRT_Api& api);
void add_execution(PJRT_Api& api);

}  // namespace fusebox::cpu::plugin
