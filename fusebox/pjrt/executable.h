// Executable: a compiled program, loaded and ready to run.
//
//   Executable twice = Executable::compile(client, R"(
//     func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
//       %y = stablehlo.add %x, %x : tensor<2xf32>
//       return %y : tensor<2xf32>
//     })", default_compile_options(client));
//   const Buffer* arguments[] = {&x};
//   Execution run = twice.execute(arguments);           // returns at once
//   run.outputs[0].to_host(bytes).await();
//
// An argument marked tf.aliasing_output in the program is donated: after execute its buffer is deleted.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/shape.h"
#include "fusebox/pjrt/buffer.h"
#include "fusebox/pjrt/client.h"
#include "fusebox/pjrt/compile_options.h"
#include "fusebox/pjrt/event.h"

namespace fusebox::pjrt {

// What a compiler says its program needs, in bytes. Temporaries come on top of arguments and outputs; aliased
// bytes are counted in both of those.
struct CompiledMemoryStats {
  int64_t generated_code = 0, arguments = 0, outputs = 0, aliased = 0, temporaries = 0;
};

struct ExecuteOptions {
  // Arguments that must survive although the program would take them (indices, ascending).
  std::span<const int64_t> non_donatable = {};
  // For a portable executable: where to run.
  const Device* device = nullptr;
};

struct Execution {
  std::vector<Buffer> outputs;
  Event done;  // the whole execution; each output has its own ready()
};

// Owns the program; movable. Const members are thread-safe: any number of executions may be under way. The
// program may go away while one is: it finishes.
class Executable {
 public:
  // `program` is StableHLO as text, or as bytes of a portable artifact (format "mlir" for both). Errors of
  // the compiler are kPlugin.
  static Executable compile(const Client& client, std::string_view program, const CompileOptions& options,
                            std::string_view format = "mlir");

  // Takes what serialize() of the same plugin, version and machine gave; a plugin notices some misfits only.
  // `options` replaces what it was compiled with, where the plugin can do that.
  static Executable deserialize(const Client& client, std::span<const std::byte> bytes,
                                const CompileOptions* options = nullptr);
  // Of a deserialized program, the bytes it came from: XLA's CPU plugin loses code when it serializes one.
  std::vector<std::byte> serialize() const;

  Executable(Executable&& other) noexcept;
  Executable& operator=(Executable&& other) noexcept;
  ~Executable();

  size_t num_outputs() const { return num_outputs_; }
  std::vector<Shape> output_shapes() const;
  std::string name() const;                                 // the module's
  std::optional<std::string> fingerprint() const;           // nothing if the plugin has none
  std::optional<CompiledMemoryStats> memory_stats() const;  // nothing if the plugin does not count
  std::optional<int64_t> generated_code_bytes() const;

  // Starts one execution and returns. Arguments need not be ready. Errors that show at once (wrong number or
  // shape of arguments) are thrown, later ones come through the events.
  Execution execute(std::span<const Buffer* const> arguments, const ExecuteOptions& options = {}) const;

  // The same for loops: takes no heap memory (up to 512 arguments and outputs). `outputs` has num_outputs()
  // places; what is in them is destroyed after the start, so a donated argument and the output that takes its
  // place may be one Buffer. If it throws, they are as before.
  Event execute_into(std::span<const Buffer* const> arguments, std::span<Buffer> outputs,
                     const ExecuteOptions& options = {}) const;

  const Client& client() const { return client_; }

 private:
  Executable(Client client, PJRT_LoadedExecutable* loaded);
  void destroy() noexcept;

  Client client_;
  PJRT_LoadedExecutable* loaded_ = nullptr;
  PJRT_Executable* program_ = nullptr;
  size_t num_outputs_ = 0;
  std::vector<std::byte> source_;  // what it was deserialized from
};

}  // namespace fusebox::pjrt
