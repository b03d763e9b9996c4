// A compiler that makes the programs of programs.h, so that the plugin is tested without a real one.
//
// FUSEBOX_TEST_COMPILER_LEVEL compiles for another level than asked for.
#include <cstdlib>
#include <exception>
#include <memory>

#include "cpu/compiler/compiler_api.h"
#include "fusebox/pjrt/abi/types.h"
#include "tests/cpu/programs.h"

namespace {

struct Owner {
  std::vector<std::byte> blob;
  std::string message;
};

void compile(FuseboxCpuCompileArgs* args, Owner& owner) {
  const char* level = std::getenv("FUSEBOX_TEST_COMPILER_LEVEL");
  fusebox::cpu::Blob blob = fusebox::cpu::test::make_program(std::string(args->text, args->text_size),
                                                             level != nullptr ? level : args->level);
  if (args->options != nullptr && *args->options != '\0') blob.name += std::string("?") + args->options;
  owner.blob = fusebox::cpu::serialize(blob);
  args->blob = owner.blob.data();
  args->blob_size = owner.blob.size();
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int fusebox_cpu_compiler_version(void) {
  return FUSEBOX_CPU_COMPILER_VERSION;
}

extern "C" __attribute__((visibility("default"))) int fusebox_cpu_compile(FuseboxCpuCompileArgs* args) {
  auto owner = std::make_unique<Owner>();
  int failed = 0;
  try {
    compile(args, *owner);
  } catch (const std::exception& error) {
    owner->message = error.what();
    args->error_code = PJRT_Error_Code_INVALID_ARGUMENT;
    args->error_message = owner->message.c_str();
    failed = 1;
  }
  args->owner = owner.release();
  args->release = [](void* all) { delete static_cast<Owner*>(all); };
  return failed;
}
