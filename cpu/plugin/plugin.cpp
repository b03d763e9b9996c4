// GetPjrtApi: the only symbol of the library, and what it says of itself.
#include <string>

#include "cpu/plugin/compiler_library.h"
#include "cpu/plugin/entry.h"
#include "cpu/plugin/named_value.h"
#include "cpu/plugin/table.h"

namespace fusebox::cpu::plugin {
namespace {

template <const char* kName, typename Args>
PJRT_Error* unimplemented(Args*) noexcept {
  try {
    throw unsupported(std::string(kName) + " is not implemented by fusebox_cpu");
  } catch (...) {
    return new_error(to_failure(std::current_exception()));
  }
}

template <const char* kName, typename Args>
void set_unimplemented(PJRT_Error* (*&slot)(Args*)) {
  slot = unimplemented<kName, Args>;
}
template <const char* kName, typename Args>
void set_unimplemented(void (*&)(Args*)) {}  // the two entries that cannot fail; add_errors has them

void plugin_initialize(PJRT_Plugin_Initialize_Args&) {}

// StableHLO's versions that we read; clients write theirs so that we can.
void plugin_attributes(PJRT_Plugin_Attributes_Args& args) {
  static const NamedValues& values = []() -> const NamedValues& {
    auto* all = new NamedValues;
    all->add("stablehlo_current_version", std::vector<int64_t>{1, 20, 0});
    all->add("stablehlo_minimum_version", std::vector<int64_t>{0, 9, 0});
    all->add("compiler", compiler_stamp());
    // The composites that clients may write. Passes turn some into kernels of their own; norms and rotary
    // become the loops that they are, but are shorter to trace, print and parse.
    all->add("fusebox_composites",
             "fusebox.attention fusebox.expand fusebox.int8_blocks fusebox.layer_norm fusebox.rms_norm "
             "fusebox.rotary");
    return *all;
  }();
  args.attributes = values.data();
  args.num_attributes = values.size();
}

#define FUSEBOX_NAME(index, name, returns, since) constexpr char k##name[] = "PJRT_" #name;
PJRT_API_ENTRIES(FUSEBOX_NAME)
#undef FUSEBOX_NAME

PJRT_Api make_table() {
  PJRT_Api api = {};
  api.struct_size = PJRT_Api_STRUCT_SIZE;
  api.pjrt_api_version = {PJRT_Api_Version_STRUCT_SIZE, nullptr, PJRT_API_MAJOR, PJRT_API_MINOR};
#define FUSEBOX_SLOT(index, name, returns, since) set_unimplemented<k##name>(api.PJRT_##name);
  PJRT_API_ENTRIES(FUSEBOX_SLOT)
#undef FUSEBOX_SLOT
  for (auto add : {add_errors, add_plugin, add_events, add_clients, add_devices, add_memories, add_topologies,
                   add_buffers, add_buffer_sources, add_buffer_copies, add_transfers, add_compilation,
                   add_executables, add_loaded_executables, add_execution})
    add(api);
  return api;
}

}  // namespace

void add_plugin(PJRT_Api& api) {
  set<plugin_initialize>(api.PJRT_Plugin_Initialize);
  set<plugin_attributes>(api.PJRT_Plugin_Attributes);
}

}  // namespace fusebox::cpu::plugin

extern "C" __attribute__((visibility("default"))) const PJRT_Api* GetPjrtApi() {
  static const PJRT_Api table = fusebox::cpu::plugin::make_table();
  return &table;
}
