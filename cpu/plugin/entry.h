// entry: from a function of this folder to a slot of the ABI's table.
//
//   void buffer_device(PJRT_Buffer_Device_Args& args) {
//     args.device = required(args.buffer, "buffer").device;
//   }
//
//   set<buffer_device>(api.PJRT_Buffer_Device);
//
// The function sees a whole struct: fields that an older caller does not know are zero, and what it writes to
// them is dropped. It throws what goes wrong; then nothing is written.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "cpu/plugin/failure.h"
#include "fusebox/pjrt/abi/api.h"

namespace fusebox::cpu::plugin {

// Bytes of the struct that a caller must send: what it had at 0.29, or when it first appeared.
template <typename Args>
inline constexpr size_t kLeast = 0;
// What callers know although they announce less: wrong sizes were in the wild.
template <typename Args>
inline constexpr size_t kTrusted = 0;

#define FUSEBOX_LEAST(name, last_field, size) \
  template <>                                 \
  inline constexpr size_t kLeast<name> = kGrown<name> != 0 ? kGrown<name> : size;

template <typename Args>
inline constexpr size_t kGrown = 0;
template <>
inline constexpr size_t kGrown<PJRT_Plugin_Attributes_Args> = 24;
template <>
inline constexpr size_t kTrusted<PJRT_Plugin_Attributes_Args> = 32;
template <>
inline constexpr size_t kGrown<PJRT_Device_AddressableMemories_Args> = 24;
template <>
inline constexpr size_t kTrusted<PJRT_Device_AddressableMemories_Args> = 40;
template <>
inline constexpr size_t kGrown<PJRT_Client_Create_Args> = 72;
template <>
inline constexpr size_t kGrown<PJRT_Client_CreateViewOfDeviceBuffer_Args> = 104;
template <>
inline constexpr size_t kGrown<PJRT_Client_CreateErrorBuffer_Args> = 96;
template <>
inline constexpr size_t kGrown<PJRT_Device_MemoryStats_Args> = 185;
template <>
inline constexpr size_t kGrown<PJRT_Device_PoisonExecution_Args> = 49;
template <>
inline constexpr size_t kGrown<PJRT_Executable_GetCompiledMemoryStats_Args> = 56;
template <>
inline constexpr size_t kGrown<PJRT_Executable_DeserializeAndLoad_Args> = 48;
template <>
inline constexpr size_t kGrown<PJRT_ExecuteOptions> = 52;

PJRT_API_STRUCTS(FUSEBOX_LEAST)
#undef FUSEBOX_LEAST

// The struct as we know it.
template <typename Args>
Args whole(const Args& given) {
  const size_t known = std::max(given.struct_size, kTrusted<Args>);
  if (given.struct_size < kLeast<Args>)
    throw invalid(fmt::format("got a struct_size of {}, want {} at least", given.struct_size, kLeast<Args>));
  Args args;
  std::memset(static_cast<void*>(&args), 0, sizeof args);
  std::memcpy(static_cast<void*>(&args), &given, std::min(known, sizeof args));
  return args;
}

template <auto kFunction, typename Args>
PJRT_Error* entry(Args* given) noexcept {
  try {
    Args args = whole(*given);
    kFunction(args);
    const size_t known = std::max(given->struct_size, kTrusted<Args>);
    std::memcpy(static_cast<void*>(given), &args, std::min(known, sizeof args));
    return nullptr;
  } catch (...) {
    return new_error(to_failure(std::current_exception()));
  }
}

template <auto kFunction, typename Args>
void set(PJRT_Error* (*&slot)(Args*)) {
  slot = entry<kFunction, Args>;
}

}  // namespace fusebox::cpu::plugin
