#include "fusebox/pjrt/call.h"

#include <fmt/format.h>

namespace fusebox::pjrt {
namespace {

struct EntryRow {
  std::string_view name;
  size_t offset;  // in PJRT_Api
  int since;
};

constexpr EntryRow kEntries[] = {
#define FUSEBOX_ENTRY(index, entry, returns, since) {"PJRT_" #entry, offsetof(PJRT_Api, PJRT_##entry), since},
    PJRT_API_ENTRIES(FUSEBOX_ENTRY)
#undef FUSEBOX_ENTRY
};

const EntryRow& row(Entry entry) { return kEntries[static_cast<size_t>(entry)]; }

// The two entries that return nothing are called here only.
template <typename Args>
Padded<Args> error_args(const Plugin& plugin, size_t size, PJRT_Error* error) {
  Padded<Args> args;
  announce(plugin, args, size);
  args.value.error = error;
  return args;
}

}  // namespace

std::string_view entry_name(Entry entry) { return row(entry).name; }

bool Plugin::has(Entry entry) const {
  const EntryRow& wanted = row(entry);
  if (wanted.offset + sizeof(void*) > table_->struct_size || version_.minor < wanted.since) return false;
  void* const* slot = reinterpret_cast<void* const*>(reinterpret_cast<const char*>(table_) + wanted.offset);
  return *slot != nullptr;
}

void throw_missing(const Plugin& plugin, Entry entry) {
  throw Error(ErrorKind::kUnsupported,
              fmt::format("the plugin {} (PJRT {}.{}) does not have this call; it came with 0.{}",
                          plugin.path(), plugin.version().major, plugin.version().minor, row(entry).since))
      .op(entry_name(entry))
      .hint("use a newer plugin");
}

void destroy_error(const Plugin& plugin, PJRT_Error* error) {
  auto args = error_args<PJRT_Error_Destroy_Args>(plugin, PJRT_Error_Destroy_Args_STRUCT_SIZE, error);
  plugin.table()->PJRT_Error_Destroy(&args.value);
}

Error to_error(const Plugin& plugin, PJRT_Error* error, std::string_view op) {
  auto message = error_args<PJRT_Error_Message_Args>(plugin, PJRT_Error_Message_Args_STRUCT_SIZE, error);
  plugin.table()->PJRT_Error_Message(&message.value);
  std::string text;
  if (message.value.message != nullptr) text.assign(message.value.message, message.value.message_size);
  text.erase(text.find_last_not_of(" \n") + 1);

  auto code = error_args<PJRT_Error_GetCode_Args>(plugin, PJRT_Error_GetCode_Args_STRUCT_SIZE, error);
  code.value.code = PJRT_Error_Code_UNKNOWN;
  if (PJRT_Error* second = plugin.table()->PJRT_Error_GetCode(&code.value)) destroy_error(plugin, second);
  destroy_error(plugin, error);

  bool memory = code.value.code == PJRT_Error_Code_RESOURCE_EXHAUSTED;
  return Error(memory ? ErrorKind::kOutOfMemory : ErrorKind::kPlugin, std::move(text))
      .op(op)
      .plugin_code(code.value.code);
}

}  // namespace fusebox::pjrt
