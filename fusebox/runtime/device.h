// Device: where programs run, reached through a PJRT plugin.
//
//   Device device = Device::cpu();
//   CompiledModel model = device.compile("main", [&](TraceCx& cx) { … });
//   Weights weights = device.load(checkpoint, model.signature());
//   std::cout << model.session(weights).run({{"x", values}});
//
// A handle, copied freely; thread-safe: several threads may compile, load and run at once. The plugin's
// client lives until the last handle, weights, model and session of it are gone.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fusebox/pjrt/client.h"
#include "fusebox/pjrt/plugin.h"
#include "fusebox/runtime/compiled_model.h"
#include "fusebox/runtime/outline.h"
#include "fusebox/runtime/session.h"
#include "fusebox/runtime/weights.h"
#include "fusebox/trace/trace_cx.h"

namespace fusebox {

struct DeviceOptions {
  // The plugin's shared library; empty: $FUSEBOX_PLUGIN, else one that lies beside the program.
  std::string plugin = {};
  // Threads that a CPU plugin computes with, at most 1024; 0: as it likes. Takes effect for the process's
  // first device.
  int threads = 0;
  // Passed to the plugin as they are.
  std::vector<pjrt::NamedValue> create_options = {};
};

// One stage of making a program ready, when it is over.
struct CompileStage {
  std::string_view name;  // "trace", "print", "compile", "load from cache"
  double milliseconds;
};

struct CompileOptions {
  // Whether the user's cache may be used: found there, the program is not compiled.
  bool use_cache = true;
  std::function<void(const CompileStage&)> on_stage = {};
  // What the program was traced from, if that is known: its outline is then kept in the cache; see outline.h.
  std::string recipe = {};
};

class Device {
 public:
  // Errors: kNotFound, kInvalidFile, kIncompatible for the plugin file; kPlugin if it makes no device;
  // kInvalidArgument for options out of range.
  static Device open(const DeviceOptions& options = {});
  // The CPU with default options.
  static Device cpu() { return open(); }

  // Traces and compiles. Errors of the trace are the caller's mistakes; kPlugin what the compiler refuses.
  template <typename Build>
  CompiledModel compile(const std::string& name, Build&& build, const CompileOptions& options = {},
                        const std::source_location& where = std::source_location::current()) const {
    return compile(trace(name, std::forward<Build>(build), trace_options(), where), options);
  }
  CompiledModel compile(const TracedProgram& program, const CompileOptions& options = {}) const;
  // The compiled program of an outline, from the user's cache; nothing if it is not there.
  std::optional<CompiledModel> find(const Outline& outline, const CompileOptions& options = {}) const;

  // Loads what CompiledModel::save wrote. Error kIncompatible says what differs from this device.
  CompiledModel load_artifact(const std::string& path) const;
  CompiledModel from_artifact(const Artifact& artifact, const std::string& path) const;
  // Throws that error if the artifact, read from `path`, is none of this device's.
  void check_fits(const Artifact& artifact, const std::string& path) const;

  // The weights that the program takes; see Weights::load.
  Weights load(const WeightSource& source, const Signature& signature) const {
    return Weights::load(handle(), source, signature);
  }

  // A tensor in the device's memory, for loops that keep their state there (Call). The bytes, row-major, are
  // copied before this returns. Error kInvalidArgument if they are not shape.bytes().
  pjrt::Buffer upload(const Shape& shape, std::span<const std::byte> bytes) const;
  pjrt::Buffer upload(const HostTensor& tensor) const { return upload(tensor.shape, tensor.data); }
  // Zeros; in the host's memory they take none before they are written to. Error kOutOfMemory.
  pjrt::Buffer zeros(const Shape& shape) const;

  // What weights are best expanded to: f32 where bf16 would be widened at every step (CPUs through XLA), bf16
  // on accelerators.
  DType fastest_dtype() const;
  // What suits this device: the composites it has kernels for, and low-bit weights as they are if it can
  // multiply with them.
  TraceOptions trace_options() const;

  // What compiled code of this device depends on.
  const Identity& identity() const;
  const pjrt::Device& handle() const;

 private:
  struct State;
  explicit Device(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

// The plugins that lie beside the program or in ../lib: fusebox's own first, then XLA's for the CPU.
std::vector<std::string> plugins_beside_program();

// The plugin that Device::open() would take; Error kNotFound with where it looked.
std::string find_plugin();

}  // namespace fusebox
