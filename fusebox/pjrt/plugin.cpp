#include "fusebox/pjrt/plugin.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>

#include "fusebox/pjrt/call.h"
#include "fusebox/pjrt/named_values.h"
#include "fusebox/pjrt/plugin_file.h"

namespace fusebox::pjrt {
namespace {

// Plugins by canonical path; neither they nor the map are ever destroyed.
struct Loaded {
  std::mutex mutex;
  std::map<std::string, std::unique_ptr<const Plugin>> plugins;
};

Loaded& loaded() {
  static auto* all = new Loaded;
  return *all;
}

struct OpenedFile {
  std::string path;  // of the file that the loader took
  const PJRT_Api* table;
};

OpenedFile open_file(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    const char* reason = dlerror();
    // A bare name was searched by the loader; a path is known to exist.
    bool searched = path.find('/') == std::string::npos;
    throw Error(searched ? ErrorKind::kNotFound : ErrorKind::kInvalidFile,
                fmt::format("cannot load the plugin: {}", reason ? reason : "no reason given"))
        .file(path)
        .hint("name one with --plugin PATH or FUSEBOX_PLUGIN");
  }
  auto* get_api = reinterpret_cast<const PJRT_Api* (*)()>(dlsym(library, "GetPjrtApi"));
  if (get_api == nullptr) {
    throw Error(ErrorKind::kInvalidFile, "not a PJRT plugin: it has no function GetPjrtApi")
        .file(path)
        .hint("a plugin is a library such as pjrt_c_api_cpu_plugin.so");
  }
  const PJRT_Api* table = get_api();
  if (table == nullptr) throw Error(ErrorKind::kInvalidFile, "its GetPjrtApi returned nothing").file(path);
  Dl_info file = {};  // of a bare name, which file it is shows only now
  const bool known = dladdr(reinterpret_cast<const void*>(get_api), &file) != 0 && file.dli_fname != nullptr;
  std::error_code failed;
  const std::filesystem::path real = std::filesystem::canonical(known ? file.dli_fname : path, failed);
  return {failed ? path : real.string(), table};
}

// What fusebox calls on every plugin. Everything else is asked for when it is needed.
constexpr Entry kRequired[] = {
    Entry::Error_Destroy,
    Entry::Error_Message,
    Entry::Error_GetCode,
    Entry::Plugin_Initialize,
    Entry::Event_Destroy,
    Entry::Event_IsReady,
    Entry::Event_Await,
    Entry::Event_OnReady,
    Entry::Client_Create,
    Entry::Client_Destroy,
    Entry::Client_PlatformName,
    Entry::Client_AddressableDevices,
    Entry::Client_Compile,
    Entry::Client_BufferFromHostBuffer,
    Entry::Device_GetDescription,
    Entry::DeviceDescription_Id,
    Entry::Executable_Destroy,
    Entry::Executable_NumOutputs,
    Entry::LoadedExecutable_Destroy,
    Entry::LoadedExecutable_GetExecutable,
    Entry::LoadedExecutable_Execute,
    Entry::Buffer_Destroy,
    Entry::Buffer_ElementType,
    Entry::Buffer_Dimensions,
    Entry::Buffer_IsDeleted,
    Entry::Buffer_ToHostBuffer,
    Entry::Buffer_ReadyEvent,
};

void check_required_entries(const Plugin& plugin) {
  std::string missing;
  for (Entry entry : kRequired) {
    if (!plugin.has(entry)) missing += fmt::format("{}{}", missing.empty() ? "" : ", ", entry_name(entry));
  }
  if (!missing.empty()) {
    throw Error(
        ErrorKind::kIncompatible,
        fmt::format("the plugin (PJRT {}.{}, function table of {} bytes) lacks {}", plugin.version().major,
                    plugin.version().minor, plugin.table()->struct_size, missing))
        .file(plugin.path());
  }
}

}  // namespace

Plugin::Plugin(const PJRT_Api* table, std::string path) : table_(table), path_(std::move(path)) {}

const Plugin& Plugin::load(const std::string& path) {
  std::string key = find_plugin_file(path);
  Loaded& all = loaded();
  std::lock_guard lock(all.mutex);
  if (auto found = all.plugins.find(key); found != all.plugins.end()) return *found->second;
  OpenedFile file = open_file(key);
  if (auto found = all.plugins.find(file.path); found != all.plugins.end()) return *found->second;
  std::unique_ptr<Plugin> plugin(new Plugin(file.table, file.path));
  plugin->check();
  plugin->initialize();
  return *all.plugins.emplace(std::move(file.path), std::move(plugin)).first->second;
}

const Plugin& Plugin::adopt(const PJRT_Api* table, const std::string& name) {
  std::unique_ptr<Plugin> plugin(new Plugin(table, name));
  plugin->check();
  plugin->initialize();
  Loaded& all = loaded();
  std::lock_guard lock(all.mutex);
  // Tables have no path: their address keeps them apart from each other and from files.
  return *all.plugins.insert_or_assign(fmt::format("{}\n{}", name, fmt::ptr(plugin.get())), std::move(plugin))
              .first->second;
}

void Plugin::check() const {
  auto refuse = [&](std::string what) -> Error {
    return Error(ErrorKind::kIncompatible, std::move(what)).file(path_);
  };
  // The version stands in the first 40 bytes, of every table there ever was.
  constexpr size_t kHead = offsetof(PJRT_Api, PJRT_Error_Destroy);
  if (table_->struct_size < kHead) {
    throw refuse(
        fmt::format("its function table has {} bytes, want at least {}", table_->struct_size, kHead));
  }
  Version got{table_->pjrt_api_version.major_version, table_->pjrt_api_version.minor_version};
  constexpr Version kWant{PJRT_API_MAJOR, kOldestMinor};
  if (got.major != kWant.major || got.minor < kWant.minor) {
    throw refuse(fmt::format("the plugin speaks PJRT {}.{}, want {}.{} or a later {}.x", got.major, got.minor,
                             kWant.major, kWant.minor, kWant.major))
        .hint(got.major > kWant.major ? "use a newer fusebox or an older plugin" : "use a newer plugin");
  }
}

void Plugin::initialize() {
  version_ = {table_->pjrt_api_version.major_version, table_->pjrt_api_version.minor_version};
  check_required_entries(*this);
  Call<Entry::Plugin_Initialize>(*this).run();
  read_attributes();
}

void Plugin::read_attributes() {
  Call<Entry::Plugin_Attributes> call(*this);
  if (!call.run_if_supported()) return;
  attributes_ = from_abi({call->attributes, call->num_attributes});
}

const NamedValue* Plugin::attribute(std::string_view name) const {
  for (const NamedValue& value : attributes_) {
    if (value.name == name) return &value;
  }
  return nullptr;
}

std::vector<int64_t> Plugin::int64s(std::string_view name) const {
  const NamedValue* found = attribute(name);
  if (found == nullptr) return {};
  if (auto* one = std::get_if<int64_t>(&found->value)) return {*one};
  if (auto* list = std::get_if<std::vector<int64_t>>(&found->value)) return *list;
  return {};
}

}  // namespace fusebox::pjrt
