// A PJRT plugin around another one (FUSEBOX_TIMED_PLUGIN): it passes every call on and notes when a step's
// calls begin and end, so that what lies between them, which is fusebox itself, can be measured.
#include "bench/timing_plugin.h"

#include <dlfcn.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "fusebox/pjrt/abi/api.h"

namespace {

FuseboxTimes times;
PJRT_Api real;

int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

PJRT_Error* await(PJRT_Event_Await_Args* args) {
  PJRT_Error* error = real.PJRT_Event_Await(args);
  times.await_end = now();
  return error;
}

PJRT_Error* execute(PJRT_LoadedExecutable_Execute_Args* args) {
  times.execute_begin = now();
  PJRT_Error* error = real.PJRT_LoadedExecutable_Execute(args);
  times.execute_end = now();
  return error;
}

}  // namespace

extern "C" {

__attribute__((visibility("default"))) const FuseboxTimes* fusebox_times() { return &times; }

__attribute__((visibility("default"))) const PJRT_Api* GetPjrtApi() {
  static std::vector<std::byte> table;
  if (!table.empty()) return reinterpret_cast<const PJRT_Api*>(table.data());
  const char* path = std::getenv("FUSEBOX_TIMED_PLUGIN");
  void* library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
  auto* get = library ? reinterpret_cast<const PJRT_Api* (*)()>(dlsym(library, "GetPjrtApi")) : nullptr;
  if (!get) return nullptr;
  const PJRT_Api* inner = get();
  std::memcpy(&real, inner, sizeof real);
  table.resize(inner->struct_size > sizeof real ? inner->struct_size : sizeof real);
  std::memcpy(table.data(), inner, inner->struct_size);
  auto* wrapped = reinterpret_cast<PJRT_Api*>(table.data());
  wrapped->PJRT_Event_Await = await;
  wrapped->PJRT_LoadedExecutable_Execute = execute;
  return wrapped;
}
}
