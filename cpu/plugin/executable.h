// Executables: compiled programs, and programs bound to devices.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cpu/execute/pace.h"
#include "cpu/execute/program.h"
#include "cpu/plugin/buffer.h"
#include "cpu/plugin/client.h"
#include "cpu/plugin/compile_options.h"

namespace fusebox::cpu::plugin {

// What all handles on one program share. Immutable, but for how it runs best.
class Executable {
 public:
  // `blob` is a serialized blob: what does not fit is refused.
  Executable(std::string text, std::string options, std::vector<std::byte> blob);

  const Program& program() const { return program_; }
  const Blob& blob() const { return program_.blob(); }
  const CompileSettings& settings() const { return settings_; }
  const std::string& text() const { return text_; }        // StableHLO, as it was given
  const std::string& options() const { return options_; }  // CompileOptionsProto
  const std::string& fingerprint() const { return fingerprint_; }
  const NamedValues& costs() const { return costs_; }
  std::span<const SharedShape> result_shapes() const { return result_shapes_; }
  Pace& pace() const { return pace_; }

  // What the ABI asks for all results at once.
  std::vector<PJRT_Buffer_Type> result_types;
  std::vector<int64_t> result_dims;
  std::vector<size_t> result_ranks;
  // As long as the longer of the two lists.
  std::vector<const char*> memory_kinds;
  std::vector<size_t> memory_kind_sizes;

  std::string serialize() const;
  // Error kInvalidFile unless it is what serialize() made. `options` replace the serialized ones.
  static std::shared_ptr<const Executable> deserialize(std::string_view bytes, const std::string* options);

 private:
  std::string text_, options_;
  std::vector<std::byte> bytes_;  // of the blob
  CompileSettings settings_;
  Program program_;
  std::string fingerprint_;
  std::vector<SharedShape> result_shapes_;
  NamedValues costs_;
  mutable Pace pace_;
};

}  // namespace fusebox::cpu::plugin

struct PJRT_Executable {
  std::shared_ptr<const fusebox::cpu::plugin::Executable> program;
};

struct PJRT_LoadedExecutable {
  PJRT_LoadedExecutable(PJRT_Client& of, std::shared_ptr<const fusebox::cpu::plugin::Executable> loaded);

  PJRT_Client& client;
  const std::shared_ptr<const fusebox::cpu::plugin::Executable> program;
  const std::string fingerprint;
  std::vector<PJRT_Device*> devices;
  std::vector<PJRT_LogicalDeviceIds> logical_ids;
  std::atomic<bool> deleted{false};
};
