// From programs to executables: compiling, loading, deserializing.
#include <cstring>

#include "cpu/level.h"
#include "cpu/plugin/compiler_library.h"
#include "cpu/plugin/entry.h"
#include "cpu/plugin/executable.h"
#include "cpu/plugin/table.h"

namespace fusebox::cpu::plugin {
namespace {

constexpr std::string_view kBytecodeMagic = "ML\xefR";

std::string_view text_of(const PJRT_Program* given) {
  required(given, "program");
  const PJRT_Program program = whole(*given);
  const std::string_view format(program.format == nullptr ? "" : program.format, program.format_size);
  if (format != "mlir") {
    if (format == "hlo" || format == "hlo_with_config")
      throw unsupported(fmt::format("programs of format \"{}\"; give StableHLO as \"mlir\"", format));
    throw invalid(fmt::format("got a program of format \"{}\", want \"mlir\"", format));
  }
  if (program.code == nullptr || program.code_size == 0) throw invalid("the program is empty");
  const std::string_view code(program.code, program.code_size);
  if (code.starts_with(kBytecodeMagic))
    throw unsupported("programs in MLIR bytecode are not read yet; give StableHLO as text");
  return code;
}

std::string options_of(const char* bytes, size_t size) {
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

std::shared_ptr<const Executable> compile(const PJRT_Program* program, std::string options) {
  std::string text(text_of(program));
  const std::string own_options = compiler_options(read_compile_options(options));
  std::vector<std::byte> blob = compile_text(text, std::string(cpu_level()), own_options);
  return std::make_shared<const Executable>(std::move(text), std::move(options), std::move(blob));
}

void client_compile(PJRT_Client_Compile_Args& args) {
  PJRT_Client& client = required(args.client, "client");
  args.executable = new PJRT_LoadedExecutable(
      client, compile(args.program, options_of(args.compile_options, args.compile_options_size)));
}

void compile_without_client(PJRT_Compile_Args& args) {
  required(args.topology, "topology");
  args.executable =
      new PJRT_Executable{compile(args.program, options_of(args.compile_options, args.compile_options_size))};
}

// Programs have no state of their client: a loaded one is the same one.
void client_load(PJRT_Client_Load_Args& args) {
  PJRT_Client& client = required(args.client, "client");
  args.loaded_executable = new PJRT_LoadedExecutable(client, required(args.executable, "executable").program);
}

void deserialize_and_load(PJRT_Executable_DeserializeAndLoad_Args& args) {
  PJRT_Client& client = required(args.client, "client");
  const std::string_view bytes(&required(args.serialized_executable, "serialized_executable"),
                               args.serialized_executable_size);
  const bool overridden = args.overridden_serialized_compile_options != nullptr;
  const std::string options =
      options_of(args.overridden_serialized_compile_options, args.overridden_serialized_compile_options_size);
  args.loaded_executable =
      new PJRT_LoadedExecutable(client, Executable::deserialize(bytes, overridden ? &options : nullptr));
}

}  // namespace

void add_compilation(PJRT_Api& api) {
  set<client_compile>(api.PJRT_Client_Compile);
  set<compile_without_client>(api.PJRT_Compile);
  set<client_load>(api.PJRT_Client_Load);
  set<deserialize_and_load>(api.PJRT_Executable_DeserializeAndLoad);
}

}  // namespace fusebox::cpu::plugin
