// Memories.
#include "cpu/plugin/client.h"
#include "cpu/plugin/entry.h"
#include "cpu/plugin/table.h"

namespace fusebox::cpu::plugin {
namespace {

void* get_user_data(PJRT_Memory* handle, const void* key) {
  Memory& memory = as_memory(handle);
  std::scoped_lock lock(memory.mutex);
  const auto found = memory.user_data.find(key);
  return found == memory.user_data.end() ? nullptr : found->second.data;
}

void set_user_data(PJRT_Memory* handle, const void* key, void* data, void (*destroy)(void*)) {
  Memory& memory = as_memory(handle);
  Memory::UserData replaced = {data, destroy};
  try {
    std::scoped_lock lock(memory.mutex);
    const auto [place, is_new] = memory.user_data.try_emplace(key, replaced);
    if (is_new) return;
    std::swap(place->second, replaced);
  } catch (...) {
    // No memory to remember it: it goes at once.
  }
  if (replaced.destroy != nullptr) replaced.destroy(replaced.data);
}

const PJRT_Memory_FunctionTable kFunctions = {PJRT_Memory_FunctionTable_STRUCT_SIZE, nullptr, sizeof(Memory),
                                              get_user_data, set_user_data};

Memory& of(PJRT_Memory* memory) { return static_cast<Memory&>(required(memory, "memory")); }

void memory_id(PJRT_Memory_Id_Args& args) { args.id = of(args.memory).id; }
void memory_kind_id(PJRT_Memory_Kind_Id_Args& args) { args.kind_id = of(args.memory).kind_id; }

void memory_kind(PJRT_Memory_Kind_Args& args) {
  args.kind = of(args.memory).kind.c_str();
  args.kind_size = as_memory(args.memory).kind.size();
}

void memory_debug_string(PJRT_Memory_DebugString_Args& args) {
  args.debug_string = of(args.memory).text.c_str();
  args.debug_string_size = as_memory(args.memory).text.size();
}

void memory_to_string(PJRT_Memory_ToString_Args& args) {
  args.to_string = of(args.memory).text.c_str();
  args.to_string_size = as_memory(args.memory).text.size();
}

void memory_devices(PJRT_Memory_AddressableByDevices_Args& args) {
  args.devices = of(args.memory).devices.data();
  args.num_devices = as_memory(args.memory).devices.size();
}

}  // namespace

const PJRT_Memory_FunctionTable* memory_functions() { return &kFunctions; }

Memory::~Memory() {
  for (const auto& [key, held] : user_data)
    if (held.destroy != nullptr) held.destroy(held.data);
}

void add_memories(PJRT_Api& api) {
  set<memory_id>(api.PJRT_Memory_Id);
  set<memory_kind>(api.PJRT_Memory_Kind);
  set<memory_kind_id>(api.PJRT_Memory_Kind_Id);
  set<memory_debug_string>(api.PJRT_Memory_DebugString);
  set<memory_to_string>(api.PJRT_Memory_ToString);
  set<memory_devices>(api.PJRT_Memory_AddressableByDevices);
}

}  // namespace fusebox::cpu::plugin
