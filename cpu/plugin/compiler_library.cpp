#include "cpu/plugin/compiler_library.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <mutex>

#include "cpu/compiler/compiler_api.h"
#include "cpu/plugin/failure.h"
#include "fusebox/pjrt/abi/api.h"

extern "C" const PJRT_Api* GetPjrtApi();

namespace fusebox::cpu::plugin {
namespace {

constexpr char kFile[] = "libfusebox_cpu_compiler.so";

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

// Beside the plugin, under the name by which it was loaded or the one that a link leads to.
// Empty if the system does not tell where that is.
std::string find_compiler() {
  if (const char* named = secure_getenv("FUSEBOX_CPU_COMPILER"); named != nullptr && *named != '\0')
    return named;
  Dl_info own = {};
  if (dladdr(reinterpret_cast<const void*>(&GetPjrtApi), &own) == 0 || own.dli_fname == nullptr) return "";
  const std::string beside = folder_of(own.dli_fname) + "/" + kFile;
  if (access(beside.c_str(), F_OK) == 0) return beside;
  const std::unique_ptr<char, void (*)(void*)> real(realpath(own.dli_fname, nullptr), free);
  return real == nullptr ? beside : folder_of(real.get()) + "/" + kFile;
}

FuseboxCpuCompile open_compiler() {
  const std::string path = find_compiler();
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw Error(ErrorKind::kNotFound,
                fmt::format("the compiler of fusebox_cpu cannot be opened: {}", dlerror()))
        .hint(
            fmt::format("programs that were compiled before still run; {} belongs beside the plugin", kFile));
  const auto version = reinterpret_cast<int (*)()>(dlsym(library, "fusebox_cpu_compiler_version"));
  const auto compile = reinterpret_cast<FuseboxCpuCompile>(dlsym(library, "fusebox_cpu_compile"));
  if (version == nullptr || compile == nullptr)
    throw Error(ErrorKind::kIncompatible, fmt::format("{} is no compiler of fusebox_cpu", path));
  if (version() != FUSEBOX_CPU_COMPILER_VERSION)
    throw Error(ErrorKind::kIncompatible, fmt::format("{} has version {}, the plugin wants {}", path,
                                                      version(), FUSEBOX_CPU_COMPILER_VERSION));
  return compile;
}

// Opened once; a failure is tried again.
FuseboxCpuCompile the_compiler() {
  static std::mutex& mutex = *new std::mutex;
  static FuseboxCpuCompile compile = nullptr;
  std::scoped_lock lock(mutex);
  if (compile == nullptr) compile = open_compiler();
  return compile;
}

}  // namespace

std::vector<std::byte> compile_text(const std::string& text, const std::string& level,
                                    const std::string& options) {
  FuseboxCpuCompileArgs args = {};
  args.struct_size = sizeof args;
  args.text = text.data();
  args.text_size = text.size();
  args.level = level.c_str();
  args.options = options.c_str();
  const int failed = the_compiler()(&args);
  struct Release {
    FuseboxCpuCompileArgs& args;
    ~Release() {
      if (args.release != nullptr) args.release(args.owner);
    }
  } release{args};
  if (failed != 0)
    throw with_code(args.error_code == PJRT_Error_Code_OK ? PJRT_Error_Code_INTERNAL : args.error_code,
                    args.error_message == nullptr ? "the compiler failed" : args.error_message);
  const auto* first = static_cast<const std::byte*>(args.blob);
  return {first, first + args.blob_size};
}

std::string compiler_stamp() {
  struct stat status = {};
  if (stat(find_compiler().c_str(), &status) != 0) return "none";
  return fmt::format("{} bytes of {}.{:09}", status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
}

}  // namespace fusebox::cpu::plugin
