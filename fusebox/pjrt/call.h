// One call of the C API, for the sources of this folder: arguments zeroed, sizes announced, errors thrown.
//
//   Call<Entry::Client_PlatformName> call(plugin);
//   call->client = client;
//   call.run();
//   return std::string(call->platform_name, call->platform_name_size);
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "fusebox/base/error.h"
#include "fusebox/pjrt/abi/api.h"
#include "fusebox/pjrt/plugin.h"

namespace fusebox::pjrt {

// A struct of the ABI, zeroed, with room behind it: a plugin newer than our declaration finds zeros where it
// looks for fields that we do not know.
template <typename T>
struct Padded {
  T value{};
  std::array<std::byte, 64> room{};
};

// What a struct of known size announces to this plugin. XLA's plugins refuse a size below their own, others
// one that is not exactly theirs: so ours as it is, unless the plugin is newer.
template <typename T>
void announce(const Plugin& plugin, Padded<T>& padded, size_t size) {
  padded.value.struct_size = plugin.version().minor > PJRT_API_MINOR ? sizeof(padded) : size;
}

template <Entry>
struct EntryTraits;

#define FUSEBOX_ENTRY(index, entry, returns, since)                  \
  template <>                                                        \
  struct EntryTraits<Entry::entry> {                                 \
    using Args = PJRT_##entry##_Args;                                \
    static constexpr auto kSlot = &PJRT_Api::PJRT_##entry;           \
    static constexpr size_t kSize = PJRT_##entry##_Args_STRUCT_SIZE; \
  };
PJRT_API_ENTRIES(FUSEBOX_ENTRY)
#undef FUSEBOX_ENTRY

std::string_view entry_name(Entry entry);  // "PJRT_Client_Create"

// Takes the error over and returns it as ours: RESOURCE_EXHAUSTED is kOutOfMemory, all else kPlugin.
Error to_error(const Plugin& plugin, PJRT_Error* error, std::string_view op);
void destroy_error(const Plugin& plugin, PJRT_Error* error);

[[noreturn]] void throw_missing(const Plugin& plugin, Entry entry);

template <Entry entry>
class Call {
 public:
  using Args = typename EntryTraits<entry>::Args;

  explicit Call(const Plugin& plugin) : plugin_(plugin) {
    announce(plugin, args_, EntryTraits<entry>::kSize);
  }

  Args* operator->() { return &args_.value; }

  // Error kUnsupported if the plugin lacks the entry, kPlugin or kOutOfMemory if it answers with an error.
  void run() {
    if (PJRT_Error* error = try_run()) throw to_error(plugin_, error, entry_name(entry));
  }

  // False where the plugin does not do this at all: no entry, or UNIMPLEMENTED. Other errors are thrown.
  bool run_if_supported() {
    if (!plugin_.has(entry)) return false;
    PJRT_Error* error = try_run();
    if (error == nullptr) return true;
    Error converted = to_error(plugin_, error, entry_name(entry));
    if (converted.plugin_code() == PJRT_Error_Code_UNIMPLEMENTED) return false;
    throw converted;
  }

  // The plugin's error as it is (the caller owns it), or null.
  [[nodiscard]] PJRT_Error* try_run() {
    if (!plugin_.has(entry)) throw_missing(plugin_, entry);
    return (plugin_.table()->*EntryTraits<entry>::kSlot)(&args_.value);
  }

  // For destructors: what goes wrong there can only be logged.
  void run_quietly() noexcept {
    if (!plugin_.has(entry)) return;
    PJRT_Error* error = (plugin_.table()->*EntryTraits<entry>::kSlot)(&args_.value);
    if (error != nullptr) destroy_error(plugin_, error);
  }

 private:
  const Plugin& plugin_;
  Padded<Args> args_;
};

}  // namespace fusebox::pjrt
