// A plugin that computes nothing and can be told to misbehave, by words in FUSEBOX_STUB ("minor=200 strict"):
//
//   major=N minor=N size=N   what its table says of itself
//   no_table                 GetPjrtApi returns nothing
//   without=NAME             the table's slot of that name (PJRT_Client_Compile) is null
//   initialize_fails         … and so on: these calls answer with an error
//   no_devices, no_memory    its client has no device; transfers find no memory
//   run_fails                the event of an execution has an error
//   memories                 it has memories, and wants them named
//   strict                   it refuses arguments whose size is not the one it knows
//   future                   it reads 48 bytes of each argument that we do not know, and wants them zero
//
// A program is the text "outputs=N": output i is a copy of argument i. Everything happens at once.
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "fusebox/pjrt/abi/api.h"

struct PJRT_Client {};
struct PJRT_Device {};
struct PJRT_DeviceDescription {};
struct PJRT_Event {
  int32_t code = 0;
};
struct PJRT_Buffer {
  std::vector<int64_t> dims;
  PJRT_Buffer_Type type;
  std::string bytes;
};
struct PJRT_LoadedExecutable {
  size_t outputs;
};
struct PJRT_Executable : PJRT_LoadedExecutable {};

namespace {

struct StubError : PJRT_Error {
  int32_t code;
  std::string message;
};

std::string words() {
  std::string all = " ";
  if (const char* set = std::getenv("FUSEBOX_STUB")) all.append(set);
  return all.append(" ");
}

bool told(const std::string& word) { return words().find(" " + word + " ") != std::string::npos; }

std::string told_value(const std::string& name) {
  std::string all = words();
  size_t at = all.find(" " + name + "=");
  if (at == std::string::npos) return "";
  at += name.size() + 2;
  return all.substr(at, all.find(' ', at) - at);
}

int told_number(const std::string& name, int otherwise) {
  std::string value = told_value(name);
  return value.empty() ? otherwise : std::atoi(value.c_str());
}

PJRT_Error* fail(int32_t code, std::string message) {
  return new StubError{{nullptr}, code, std::move(message)};
}

// The part of every call that looks at what came: its size, and what lies behind the fields that we know.
template <typename Args>
PJRT_Error* check_args(const Args* args, size_t known) {
  static const bool strict = told("strict"), future = told("future");
  if (args->struct_size < known || (strict && args->struct_size != known)) {
    return fail(PJRT_Error_Code_INVALID_ARGUMENT,
                "unexpected struct_size " + std::to_string(args->struct_size));
  }
  if (!future) return nullptr;
  static constexpr char kZeros[48] = {};
  bool wide = args->struct_size >= sizeof(Args) + sizeof kZeros;
  if (!wide || std::memcmp(reinterpret_cast<const char*>(args + 1), kZeros, sizeof kZeros) != 0) {
    return fail(PJRT_Error_Code_INVALID_ARGUMENT, "fields of the future are missing or not zero");
  }
  return nullptr;
}

#define CHECK_ARGS(name) \
  if (PJRT_Error* error = check_args(args, PJRT_##name##_Args_STRUCT_SIZE)) return error
#define CALL(name) PJRT_Error* name(PJRT_##name##_Args* args)

void Error_Destroy(PJRT_Error_Destroy_Args* args) { delete static_cast<StubError*>(args->error); }
void Error_Message(PJRT_Error_Message_Args* args) {
  auto* error = static_cast<const StubError*>(args->error);
  args->message = error->message.data();
  args->message_size = error->message.size();
}
CALL(Error_GetCode) {
  args->code = static_cast<const StubError*>(args->error)->code;
  return nullptr;
}

CALL(Plugin_Initialize) {
  CHECK_ARGS(Plugin_Initialize);
  return told("initialize_fails") ? fail(PJRT_Error_Code_UNAVAILABLE, "no driver") : nullptr;
}
CALL(Plugin_Attributes) {
  CHECK_ARGS(Plugin_Attributes);
  static const int64_t version[] = {1, 2, 3};
  static PJRT_NamedValue values[4] = {};
  values[0] = {PJRT_NamedValue_STRUCT_SIZE, nullptr, "stablehlo_current_version", 25, 2, {}, 3};
  values[0].int64_array_value = version;
  values[1] = {PJRT_NamedValue_STRUCT_SIZE, nullptr, "xla_version", 11, 1, {}, 1};
  values[1].int64_value = 7;
  values[2] = {PJRT_NamedValue_STRUCT_SIZE, nullptr, "maker", 5, 0, {}, 4};
  values[2].string_value = "stub";
  values[3] = {PJRT_NamedValue_STRUCT_SIZE, nullptr, "of a type to come", 17, 99, {}, 1};
  args->attributes = values;
  args->num_attributes = 4;
  return nullptr;
}

CALL(Event_Destroy) {
  CHECK_ARGS(Event_Destroy);
  delete args->event;
  return nullptr;
}
CALL(Event_IsReady) {
  CHECK_ARGS(Event_IsReady);
  args->is_ready = true;
  return nullptr;
}
PJRT_Error* outcome(const PJRT_Event* event) {
  return event->code == 0 ? nullptr : fail(event->code, "the program failed");
}
CALL(Event_Await) {
  CHECK_ARGS(Event_Await);
  return outcome(args->event);
}
CALL(Event_OnReady) {
  CHECK_ARGS(Event_OnReady);
  args->callback(outcome(args->event), args->user_arg);
  return nullptr;
}

PJRT_Device the_device;
PJRT_DeviceDescription the_description;
PJRT_Memory the_memory = {nullptr};

CALL(Client_Create) {
  CHECK_ARGS(Client_Create);
  for (size_t i = 0; i < args->num_options; ++i) {
    std::string name(args->create_options[i].name, args->create_options[i].name_size);
    if (name == "unknown") return fail(PJRT_Error_Code_INVALID_ARGUMENT, "no option is called unknown");
  }
  args->client = new PJRT_Client;
  return nullptr;
}
CALL(Client_Destroy) {
  CHECK_ARGS(Client_Destroy);
  delete args->client;
  return nullptr;
}
CALL(Client_PlatformName) {
  CHECK_ARGS(Client_PlatformName);
  args->platform_name = "stub";
  args->platform_name_size = 4;
  return nullptr;
}
CALL(Client_AddressableDevices) {
  CHECK_ARGS(Client_AddressableDevices);
  static PJRT_Device* devices[] = {&the_device};
  args->addressable_devices = devices;
  args->num_addressable_devices = told("no_devices") ? 0 : 1;
  return nullptr;
}
CALL(Device_GetDescription) {
  CHECK_ARGS(Device_GetDescription);
  args->device_description = &the_description;
  return nullptr;
}
CALL(DeviceDescription_Id) {
  CHECK_ARGS(DeviceDescription_Id);
  args->id = 5;
  return nullptr;
}
CALL(Device_DefaultMemory) {
  CHECK_ARGS(Device_DefaultMemory);
  if (!told("memories")) return fail(PJRT_Error_Code_UNIMPLEMENTED, "no memories");
  args->memory = &the_memory;
  return nullptr;
}
CALL(Memory_Kind) {
  CHECK_ARGS(Memory_Kind);
  args->kind = "device";
  args->kind_size = 6;
  return nullptr;
}

CALL(Client_BufferFromHostBuffer) {
  CHECK_ARGS(Client_BufferFromHostBuffer);
  if (told("no_memory")) return fail(PJRT_Error_Code_RESOURCE_EXHAUSTED, "want 5 bytes, have 4");
  bool place = told("memories") ? args->memory == &the_memory && args->device == nullptr
                                : args->device == &the_device && args->memory == nullptr;
  if (!place) return fail(PJRT_Error_Code_INVALID_ARGUMENT, "where to?");
  size_t bytes = 4;  // every type is taken for one of four bytes
  for (size_t i = 0; i < args->num_dims; ++i) bytes *= static_cast<size_t>(args->dims[i]);
  args->buffer = new PJRT_Buffer{{args->dims, args->dims + args->num_dims},
                                 args->type,
                                 std::string(static_cast<const char*>(args->data), bytes)};
  args->done_with_host_buffer = new PJRT_Event;
  return nullptr;
}
CALL(Buffer_Destroy) {
  CHECK_ARGS(Buffer_Destroy);
  delete args->buffer;
  return nullptr;
}
CALL(Buffer_ElementType) {
  CHECK_ARGS(Buffer_ElementType);
  args->type = args->buffer->type;
  return nullptr;
}
CALL(Buffer_Dimensions) {
  CHECK_ARGS(Buffer_Dimensions);
  args->dims = args->buffer->dims.data();
  args->num_dims = args->buffer->dims.size();
  return nullptr;
}
CALL(Buffer_IsDeleted) {
  CHECK_ARGS(Buffer_IsDeleted);
  args->is_deleted = false;
  return nullptr;
}
CALL(Buffer_ReadyEvent) {
  CHECK_ARGS(Buffer_ReadyEvent);
  args->event = new PJRT_Event;
  return nullptr;
}
CALL(Buffer_ToHostBuffer) {
  CHECK_ARGS(Buffer_ToHostBuffer);
  std::memcpy(args->dst, args->src->bytes.data(), args->dst_size);
  args->event = new PJRT_Event;
  return nullptr;
}

CALL(Client_Compile) {
  CHECK_ARGS(Client_Compile);
  std::string code(args->program->code, args->program->code_size);
  if (code.rfind("outputs=", 0) != 0)
    return fail(PJRT_Error_Code_INVALID_ARGUMENT, "want outputs=N, got " + code);
  args->executable = new PJRT_LoadedExecutable{static_cast<size_t>(std::atoi(code.c_str() + 8))};
  return nullptr;
}
CALL(LoadedExecutable_Destroy) {
  CHECK_ARGS(LoadedExecutable_Destroy);
  delete args->executable;
  return nullptr;
}
CALL(LoadedExecutable_GetExecutable) {
  CHECK_ARGS(LoadedExecutable_GetExecutable);
  args->executable = new PJRT_Executable{*args->loaded_executable};
  return nullptr;
}
CALL(Executable_Destroy) {
  CHECK_ARGS(Executable_Destroy);
  delete args->executable;
  return nullptr;
}
CALL(Executable_NumOutputs) {
  CHECK_ARGS(Executable_NumOutputs);
  args->num_outputs = args->executable->outputs;
  return nullptr;
}
CALL(LoadedExecutable_Execute) {
  CHECK_ARGS(LoadedExecutable_Execute);
  if (PJRT_Error* error = check_args(args->options, PJRT_ExecuteOptions_STRUCT_SIZE)) return error;
  if (args->num_args < args->executable->outputs)
    return fail(PJRT_Error_Code_INVALID_ARGUMENT, "too few arguments");
  for (size_t i = 0; i < args->executable->outputs; ++i) {
    args->output_lists[0][i] = new PJRT_Buffer(*args->argument_lists[0][i]);
  }
  int32_t code = told("run_fails") ? PJRT_Error_Code_INTERNAL : PJRT_Error_Code_OK;
  args->device_complete_events[0] = new PJRT_Event{code};
  return nullptr;
}

template <typename Args>
PJRT_Error* unimplemented(Args*) {
  return fail(PJRT_Error_Code_UNIMPLEMENTED, "the stub does not do this");
}
template <typename Args>
void set_unimplemented(PJRT_Error* (*&slot)(Args*)) {
  slot = unimplemented<Args>;
}
template <typename Args>
void set_unimplemented(void (*&)(Args*)) {}  // errors are destroyed and told by every plugin

void fill(PJRT_Api& table) {
#define EMPTY(index, name, returns, since) set_unimplemented(table.PJRT_##name);
  PJRT_API_ENTRIES(EMPTY)
#define FILL(name) table.PJRT_##name = name
  FILL(Error_Destroy);
  FILL(Error_Message);
  FILL(Error_GetCode);
  FILL(Plugin_Initialize);
  FILL(Plugin_Attributes);
  FILL(Event_Destroy);
  FILL(Event_IsReady);
  FILL(Event_Await);
  FILL(Event_OnReady);
  FILL(Client_Create);
  FILL(Client_Destroy);
  FILL(Client_PlatformName);
  FILL(Client_AddressableDevices);
  FILL(Device_GetDescription);
  FILL(DeviceDescription_Id);
  FILL(Device_DefaultMemory);
  FILL(Memory_Kind);
  FILL(Client_BufferFromHostBuffer);
  FILL(Buffer_Destroy);
  FILL(Buffer_ElementType);
  FILL(Buffer_Dimensions);
  FILL(Buffer_IsDeleted);
  FILL(Buffer_ReadyEvent);
  FILL(Buffer_ToHostBuffer);
  FILL(Client_Compile);
  FILL(LoadedExecutable_Destroy);
  FILL(LoadedExecutable_GetExecutable);
  FILL(Executable_Destroy);
  FILL(Executable_NumOutputs);
  FILL(LoadedExecutable_Execute);
#define LEAVE_OUT(index, name, returns, since) \
  if (told_value("without") == "PJRT_" #name) table.PJRT_##name = nullptr;
  PJRT_API_ENTRIES(LEAVE_OUT)
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const PJRT_Api* GetPjrtApi() {
  static PJRT_Api table;
  if (told("no_table")) return nullptr;
  fill(table);
  table.struct_size = static_cast<size_t>(told_number("size", PJRT_Api_STRUCT_SIZE));
  table.pjrt_api_version = {PJRT_Api_Version_STRUCT_SIZE, nullptr, told_number("major", PJRT_API_MAJOR),
                            told_number("minor", PJRT_API_MINOR)};
  return &table;
}
