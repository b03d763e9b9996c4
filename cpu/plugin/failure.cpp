#include "cpu/plugin/failure.h"

#include <new>

#include "cpu/plugin/table.h"

namespace fusebox::cpu::plugin {
namespace {

PJRT_Error_Code code_of(const Error& error) {
  if (error.plugin_code()) return *error.plugin_code();
  switch (error.kind()) {
    case ErrorKind::kInvalidArgument:
    case ErrorKind::kShapeMismatch:
    case ErrorKind::kDTypeMismatch:
    case ErrorKind::kInvalidFile: return PJRT_Error_Code_INVALID_ARGUMENT;
    case ErrorKind::kUnsupported: return PJRT_Error_Code_UNIMPLEMENTED;
    case ErrorKind::kNotFound: return PJRT_Error_Code_NOT_FOUND;
    case ErrorKind::kIncompatible: return PJRT_Error_Code_FAILED_PRECONDITION;
    case ErrorKind::kOutOfMemory: return PJRT_Error_Code_RESOURCE_EXHAUSTED;
    default: return PJRT_Error_Code_INTERNAL;
  }
}

struct OwnError : PJRT_Error {
  Failure failure;
  bool is_static = false;
};

const OwnError& own(const PJRT_Error* error) { return *static_cast<const OwnError*>(error); }

void destroy(PJRT_Error* error) {
  if (error != nullptr && !own(error).is_static) delete static_cast<OwnError*>(error);
}

const PJRT_Error_FunctionTable kFunctions = {
    PJRT_Error_FunctionTable_STRUCT_SIZE,
    sizeof(OwnError),
    nullptr,
    destroy,
    [](const PJRT_Error* error, const char** message, size_t* size) {
      *message = own(error).failure.message.c_str();
      *size = own(error).failure.message.size();
    },
    [](const PJRT_Error* error) { return own(error).failure.code; },
    [](const PJRT_Error*, PJRT_Error_PayloadVisitor, void*) {},
};

OwnError out_of_memory = {{&kFunctions}, {PJRT_Error_Code_RESOURCE_EXHAUSTED, "out of memory"}, true};

// These three cannot fail, whatever they are given.
void error_destroy(PJRT_Error_Destroy_Args* args) { destroy(args->error); }

void error_message(PJRT_Error_Message_Args* args) {
  args->message = "";
  args->message_size = 0;
  if (args->error != nullptr) kFunctions.message(args->error, &args->message, &args->message_size);
}

PJRT_Error* error_get_code(PJRT_Error_GetCode_Args* args) {
  args->code = args->error == nullptr ? PJRT_Error_Code_OK : own(args->error).failure.code;
  return nullptr;
}

PJRT_Error* error_for_each_payload(PJRT_Error_ForEachPayload_Args*) { return nullptr; }

}  // namespace

Failure to_failure(std::exception_ptr exception) noexcept {
  try {
    try {
      std::rethrow_exception(exception);
    } catch (const Error& error) {
      return {code_of(error), error.kind() == ErrorKind::kPlugin ? error.message() : error.what()};
    } catch (const std::bad_alloc&) {
      return {PJRT_Error_Code_RESOURCE_EXHAUSTED, "out of memory"};
    } catch (const std::exception& error) {
      return {PJRT_Error_Code_INTERNAL, error.what()};
    }
  } catch (...) {
    return {PJRT_Error_Code_INTERNAL, {}};
  }
}

PJRT_Error* new_error(const Failure& failure) noexcept {
  try {
    return new OwnError{{&kFunctions}, failure, false};
  } catch (...) {
    return &out_of_memory;
  }
}

void add_errors(PJRT_Api& api) {
  api.PJRT_Error_Destroy = error_destroy;
  api.PJRT_Error_Message = error_message;
  api.PJRT_Error_GetCode = error_get_code;
  api.PJRT_Error_ForEachPayload = error_for_each_payload;
}

}  // namespace fusebox::cpu::plugin
