#include "fusebox/runtime/device.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "fusebox/base/cache.h"
#include "fusebox/base/error.h"
#include "fusebox/base/log.h"
#include "fusebox/pjrt/executable.h"
#include "fusebox/runtime/identity.h"
#include "fusebox/runtime/memory.h"
#include "fusebox/stablehlo/printer.h"

namespace fusebox {

struct Device::State {
  pjrt::Client client;
  pjrt::Device device;
  Identity identity;
};

namespace {

constexpr int kMostThreads = 1024;  // plugins start as many as they are told, however long that takes

// XLA's CPU plugin makes four devices unless told otherwise; other plugins may refuse the option.
pjrt::Client create_client(const pjrt::Plugin& plugin, const DeviceOptions& options) {
  if (!options.create_options.empty()) return pjrt::Client::create(plugin, options.create_options);
  try {
    return pjrt::Client::create(plugin, {{"cpu_device_count", int64_t{1}}});
  } catch (const Error& error) {
    log_message(LogLevel::kDebug, "{} refuses cpu_device_count: {}", plugin.path(), error.message());
    return pjrt::Client::create(plugin);
  }
}

class Stopwatch {
 public:
  explicit Stopwatch(const CompileOptions& options) : options_(options) {}
  void stage(std::string_view name) {
    const auto now = std::chrono::steady_clock::now();
    if (options_.on_stage)
      options_.on_stage({name, std::chrono::duration<double, std::milli>(now - begin_).count()});
    begin_ = now;
  }
  void restart() { begin_ = std::chrono::steady_clock::now(); }

 private:
  const CompileOptions& options_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Our own plugin's compiler is a file of its own, which may be rebuilt while the plugin stays. It is no part
// of the identity, as programs run without it.
std::string compiler_of(const pjrt::Client& client) {
  const pjrt::NamedValue* stamp = client.plugin().attribute("compiler");
  const std::string* text = stamp ? std::get_if<std::string>(&stamp->value) : nullptr;
  return text ? *text : "";
}

// Under what name the cache has a program, compiled with the default options.
std::string cache_name(const std::string& text_hash, const pjrt::Client& client, const Identity& identity) {
  std::string key = text_hash + pjrt::default_compile_options(client).encode() + compiler_of(client);
  for (const auto& [part, value] : identity.parts) key += fmt::format("\n{}={}", part, value);
  return "program-" + fusebox::text_hash(key);
}

// The compiled program of that name, or nothing; an entry that no longer loads is dropped with one notice.
std::optional<pjrt::Executable> find_cached(const pjrt::Client& client, const std::string& name,
                                            const Identity& identity) {
  const std::optional<MappedFile> entry = FileCache::user().find(name);
  if (!entry) return std::nullopt;
  try {
    const Artifact artifact = Artifact::decode(*entry);
    if (artifact.identity != identity)
      throw Error(ErrorKind::kIncompatible, artifact.identity.differences(identity));
    return pjrt::Executable::deserialize(client, artifact.section("executable"));
  } catch (const Error& error) {
    log_message(LogLevel::kWarn, "a cached program does not load and is compiled again: {}", error.message());
    FileCache::user().remove(name);
    return std::nullopt;
  }
}

void store(const pjrt::Executable& executable, const std::string& name, const Identity& identity) {
  try {
    Artifact artifact;
    artifact.identity = identity;
    artifact.meta["program"] = executable.name();
    artifact.sections["executable"] = executable.serialize();
    FileCache::user().store(name, artifact.encode());
  } catch (const Error& error) {
    log_message(LogLevel::kDebug, "the compiled program is not cached: {}", error.message());
  }
}

// Our own, then XLA's.
constexpr const char* kPluginNames[] = {"libpjrt_fusebox_cpu.so", "pjrt_c_api_cpu_plugin.so"};

std::filesystem::path program_folder() {
  std::error_code failed;
  return std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
}

}  // namespace

std::vector<std::string> plugins_beside_program() {
  std::error_code failed;
  std::vector<std::string> found;
  for (const char* name : kPluginNames)
    for (const char* folder : {"", "../lib/fusebox", "../lib"}) {
      const std::filesystem::path path = program_folder() / folder / name;
      if (!std::filesystem::exists(path, failed)) continue;
      found.push_back(path.lexically_normal().string());
      break;
    }
  return found;
}

std::string find_plugin() {
  if (const char* named = std::getenv("FUSEBOX_PLUGIN"); named && *named) return named;
  const std::vector<std::string> beside = plugins_beside_program();
  if (!beside.empty()) return beside[0];
  throw Error(ErrorKind::kNotFound, fmt::format("no PJRT plugin: FUSEBOX_PLUGIN is not set, and {} has no {}",
                                                program_folder().string(), kPluginNames[0]))
      .hint("name one with --plugin PATH or FUSEBOX_PLUGIN, or build fusebox's own: scripts/build");
}

Device Device::open(const DeviceOptions& options) {
  if (options.threads < 0 || options.threads > kMostThreads)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("{} threads were asked for, want 1 to {}, or 0 for as many as the plugin likes",
                            options.threads, kMostThreads))
        .op("Device::open");
  if (options.threads > 0) setenv("PJRT_NPROC", std::to_string(options.threads).c_str(), 1);
  const pjrt::Plugin& plugin = pjrt::Plugin::load(options.plugin.empty() ? find_plugin() : options.plugin);
  pjrt::Client client = create_client(plugin, options);
  const std::vector<pjrt::Device> devices = client.devices();
  if (devices.empty()) throw Error(ErrorKind::kPlugin, "the plugin has no device").file(plugin.path());
  Identity identity = identity_of(devices[0]);
  return Device(std::make_shared<const State>(State{std::move(client), devices[0], std::move(identity)}));
}

DType Device::fastest_dtype() const { return shares_host_memory(state_->device) ? DType::f32 : DType::bf16; }

TraceOptions Device::trace_options() const {
  TraceOptions options;
  options.weight_dtype = fastest_dtype();
  // Our own plugin says which composites of ours it knows, with a space between them.
  const pjrt::NamedValue* composites = state_->client.plugin().attribute("fusebox_composites");
  const std::string* names = composites ? std::get_if<std::string>(&composites->value) : nullptr;
  std::istringstream list(names ? *names : "");
  for (std::string name; list >> name;) options.composites.push_back(name);
  options.block_weights = options.knows("fusebox.expand") && options.knows("fusebox.int8_blocks");
  return options;
}

const Identity& Device::identity() const { return state_->identity; }
const pjrt::Device& Device::handle() const { return state_->device; }

CompiledModel Device::compile(const TracedProgram& program, const CompileOptions& options) const {
  Stopwatch watch(options);
  const std::string text = stablehlo::print(program.program);
  const Outline outline{text_hash(text), program.signature};
  watch.stage("print");
  if (options.use_cache && !options.recipe.empty()) store_outline(options.recipe, outline);
  if (auto found = find(outline, options)) return *found;
  watch.restart();
  pjrt::Executable executable =
      pjrt::Executable::compile(state_->client, text, pjrt::default_compile_options(state_->client));
  watch.stage("compile");
  if (options.use_cache)
    store(executable, cache_name(outline.text_hash, state_->client, state_->identity), state_->identity);
  return CompiledModel(std::move(executable), program.signature, state_->identity);
}

std::optional<CompiledModel> Device::find(const Outline& outline, const CompileOptions& options) const {
  if (!options.use_cache) return std::nullopt;
  Stopwatch watch(options);
  const std::string name = cache_name(outline.text_hash, state_->client, state_->identity);
  std::optional<pjrt::Executable> found = find_cached(state_->client, name, state_->identity);
  if (!found || found->num_outputs() != outline.signature.outputs.size()) return std::nullopt;
  watch.stage("load from cache");
  return CompiledModel(std::move(*found), outline.signature, state_->identity);
}

pjrt::Buffer Device::upload(const Shape& shape, std::span<const std::byte> bytes) const {
  return pjrt::Buffer::from_host(state_->device, shape, bytes);
}

pjrt::Buffer Device::zeros(const Shape& shape) const {
  const auto size = static_cast<size_t>(shape.bytes());
  if (size == 0) return upload(shape, {});
  // Pages that nobody has written to are all one page of zeros.
  void* memory =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    throw Error(ErrorKind::kOutOfMemory,
                fmt::format("no {} for {}", format_bytes(shape.bytes()), to_string(shape)));
  const std::shared_ptr<void> owner(memory, [size](void* begin) { munmap(begin, size); });
  const auto semantics = shares_host_memory(state_->device) ? pjrt::HostSemantics::kMutableZeroCopy
                                                            : pjrt::HostSemantics::kUntilTransferCompletes;
  return pjrt::Buffer::from_host(state_->device, shape, {static_cast<const std::byte*>(memory), size},
                                 semantics, owner);
}

CompiledModel Device::load_artifact(const std::string& path) const {
  return from_artifact(Artifact::load(path), path);
}

void Device::check_fits(const Artifact& artifact, const std::string& path) const {
  if (artifact.identity == state_->identity) return;
  throw Error(ErrorKind::kIncompatible, artifact.identity.differences(state_->identity))
      .file(path)
      .hint("compile it again on this machine: fusebox compile MODEL -o FILE");
}

CompiledModel Device::from_artifact(const Artifact& artifact, const std::string& path) const {
  check_fits(artifact, path);
  try {
    if (!artifact.meta.contains("signature"))
      throw Error(ErrorKind::kInvalidFile, "the artifact has no signature");
    Signature signature = signature_from_json(artifact.meta["signature"]);
    auto executable = pjrt::Executable::deserialize(state_->client, artifact.section("executable"));
    if (executable.num_outputs() != signature.outputs.size())
      throw Error(ErrorKind::kInvalidFile, fmt::format("the signature has {} outputs, the program {}",
                                                       signature.outputs.size(), executable.num_outputs()));
    return CompiledModel(std::move(executable), std::move(signature), state_->identity);
  } catch (Error& error) {
    throw error.file(path);
  }
}

}  // namespace fusebox
