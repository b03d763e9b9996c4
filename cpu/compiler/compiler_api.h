/* The compiler as the plugin sees it: one C function of libfusebox_cpu_compiler.so, opened at the first
 * program that has to be compiled. No exception crosses it; any thread may call it. */
#ifndef FUSEBOX_CPU_COMPILER_API_H_
#define FUSEBOX_CPU_COMPILER_API_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  size_t struct_size;
  const char* text; /* StableHLO text */
  size_t text_size;
  const char* level;   /* the CPU level to compile for; NUL-terminated */
  const char* options; /* "name=value\n" lines: "disable_pass=fusion,remove-copies", "dump_to=FOLDER"; others
                        * are passed over; may be null */
  /* Out. On success the blob, serialized; otherwise a PJRT error code and a message. `release` frees either.
   */
  const void* blob;
  size_t blob_size;
  int32_t error_code;
  const char* error_message;
  void* owner;
  void (*release)(void* owner);
} FuseboxCpuCompileArgs;

#define FUSEBOX_CPU_EXPORT __attribute__((visibility("default")))

/* 0 on success. `struct_size` is the caller's. */
FUSEBOX_CPU_EXPORT int fusebox_cpu_compile(FuseboxCpuCompileArgs* args);
typedef int (*FuseboxCpuCompile)(FuseboxCpuCompileArgs* args);

#define FUSEBOX_CPU_COMPILER_VERSION 1
/* "fusebox_cpu_compiler_version" returns FUSEBOX_CPU_COMPILER_VERSION of the library: it must be the
 * caller's. */
FUSEBOX_CPU_EXPORT int fusebox_cpu_compiler_version(void);

#ifdef __cplusplus
}
#endif

#endif /* FUSEBOX_CPU_COMPILER_API_H_ */
