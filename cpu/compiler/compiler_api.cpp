#include "cpu/compiler/compiler_api.h"

#include <algorithm>
#include <memory>
#include <new>

#include "cpu/compiler/compiler.h"
#include "fusebox/base/error.h"

namespace {

using namespace fusebox;

// PJRT's codes.
constexpr int32_t kInvalidArgument = 3, kResourceExhausted = 8, kUnimplemented = 12, kInternal = 13;

int32_t code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUnsupported: return kUnimplemented;
    case ErrorKind::kOutOfMemory: return kResourceExhausted;
    case ErrorKind::kInternal: return kInternal;
    default: return kInvalidArgument;
  }
}

struct Owner {
  std::vector<std::byte> blob;
  std::string message;
};

int fail(FuseboxCpuCompileArgs& args, std::unique_ptr<Owner> owner, int32_t code, const char* message) {
  owner->message = message;
  args.error_code = code;
  args.error_message = owner->message.c_str();
  args.owner = owner.release();
  return 1;
}

// What stands between commas.
std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> parts;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), part.size() + 1));
    parts.emplace_back(part);
  }
  return parts;
}

cpu::CompileOptions options_from(const FuseboxCpuCompileArgs& args) {
  cpu::CompileOptions options;
  options.level = args.level;
  std::string_view lines = args.options ? args.options : "";
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const std::string_view name = line.substr(0, line.find('='));
    const std::string_view value = line.substr(std::min(line.size(), name.size() + 1));
    if (name == "disable_pass") options.disabled_passes = split(value);
    if (name == "dump_to") options.dump_to = value;
  }
  return options;
}

}  // namespace

int fusebox_cpu_compiler_version(void) { return FUSEBOX_CPU_COMPILER_VERSION; }

int fusebox_cpu_compile(FuseboxCpuCompileArgs* args) {
  if (args->struct_size < sizeof *args) return 1;  // of another version: nothing of it can be trusted
  args->error_code = kResourceExhausted;
  std::unique_ptr<Owner> owner(new (std::nothrow) Owner);
  if (!owner) return 1;
  args->release = [](void* held) { delete static_cast<Owner*>(held); };
  try {
    owner->blob = cpu::serialize(cpu::compile({args->text, args->text_size}, options_from(*args)));
    args->blob = owner->blob.data();
    args->blob_size = owner->blob.size();
    args->owner = owner.release();
    return 0;
  } catch (const Error& error) {
    return fail(*args, std::move(owner), code_of(error.kind()), error.what());
  } catch (const std::bad_alloc&) {
    return fail(*args, std::move(owner), kResourceExhausted, "out of memory");
  } catch (const std::exception& error) {
    return fail(*args, std::move(owner), kInternal, error.what());
  }
}
