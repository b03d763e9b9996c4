// Plugin: a shared library that speaks the PJRT C API, loaded and checked.
//
//   const Plugin& plugin = Plugin::load("libpjrt_cpu.so");
//   plugin.version();                                       // {0, 114}
//   plugin.int64s("stablehlo_current_version");             // {1, 20, 0}
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fusebox/base/error.h"
#include "fusebox/pjrt/abi/api.h"

namespace fusebox::pjrt {

// A name with a value, as plugins take them (options of a client) and give them (attributes).
struct NamedValue {
  std::string name;
  std::variant<std::string, int64_t, std::vector<int64_t>, float, bool> value;
};

struct Version {
  int major = 0, minor = 0;
  auto operator<=>(const Version&) const = default;
};

// The functions of the C API by number: Entry::Client_Create is PJRT_Client_Create.
enum class Entry : uint8_t {
#define FUSEBOX_ENTRY(index, name, returns, since) name = index,
  PJRT_API_ENTRIES(FUSEBOX_ENTRY)
#undef FUSEBOX_ENTRY
};

// Lives as long as the process: a plugin's threads outlast any moment that would be right to unload it.
// Immutable, thread-safe.
class Plugin {
 public:
  // Opens, checks and initialises the library, once per file; further calls return the same object. Errors:
  //   kNotFound      no such file
  //   kInvalidFile   not a shared library for this machine, or one without GetPjrtApi
  //   kIncompatible  another major version, a minor version below kOldestMinor, a function table too small
  //   kPlugin        its PJRT_Plugin_Initialize failed
  static const Plugin& load(const std::string& path);

  // The same checks for a table that is already in the process (a plugin linked in, a test's own). `name` is
  // what path() then says. The table must live as long as the process.
  static const Plugin& adopt(const PJRT_Api* table, const std::string& name);

  // Below this, plugins lack calls that fusebox cannot do without (it is JAX's limit too).
  static constexpr int kOldestMinor = 29;

  // The file that was loaded, canonical; of a table that was adopted, its name.
  const std::string& path() const { return path_; }
  Version version() const { return version_; }

  // What the plugin says of itself: stablehlo_current_version, xla_version, …
  const std::vector<NamedValue>& attributes() const { return attributes_; }
  const NamedValue* attribute(std::string_view name) const;  // null if there is none
  // The attribute as a list of numbers (a single one is a list of one); empty if there is none.
  std::vector<int64_t> int64s(std::string_view name) const;

  // Whether this plugin can be asked for `entry`: its table reaches so far, has it, and its version knows it.
  // It may still answer UNIMPLEMENTED.
  bool has(Entry entry) const;

  const PJRT_Api* table() const { return table_; }

  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;

 private:
  Plugin(const PJRT_Api* table, std::string path);
  void check() const;
  void initialize();
  void read_attributes();

  const PJRT_Api* table_;
  std::string path_;
  Version version_;
  std::vector<NamedValue> attributes_;
};

}  // namespace fusebox::pjrt
