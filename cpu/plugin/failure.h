// plugin: the PJRT C ABI over execute: clients, devices, buffers, events, executables, one file each. It
// knows nothing of how programs are compiled, beyond the one function of compiler_api.h.
//
// Failures, as the ABI has them: a code and a message. Functions of this folder throw fusebox::Error; the
// one wrapper in entry.h turns what is thrown into a PJRT_Error.
#pragma once

#include <exception>
#include <string>

#include "fusebox/base/error.h"
#include "fusebox/pjrt/abi/types.h"

namespace fusebox::cpu::plugin {

struct Failure {
  PJRT_Error_Code code = PJRT_Error_Code_OK;
  std::string message;
};

// The exception as a failure; never throws.
Failure to_failure(std::exception_ptr exception) noexcept;

// A new error object, which the caller of the ABI destroys. Never null: one is kept for when memory is out.
PJRT_Error* new_error(const Failure& failure) noexcept;

// What the caller did wrong.
inline Error invalid(std::string message) { return Error(ErrorKind::kInvalidArgument, std::move(message)); }
inline Error unsupported(std::string message) { return Error(ErrorKind::kUnsupported, std::move(message)); }
inline Error with_code(PJRT_Error_Code code, std::string message) {
  return Error(ErrorKind::kPlugin, std::move(message)).plugin_code(code);
}
inline Error as_error(const Failure& failure) { return with_code(failure.code, failure.message); }

// The object, or an error that says which handle is null.
template <typename T>
T& required(T* handle, const char* what) {
  if (handle == nullptr) throw invalid(std::string(what) + " is null");
  return *handle;
}

}  // namespace fusebox::cpu::plugin
