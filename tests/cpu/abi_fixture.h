// The plugin's C ABI, bare.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "fusebox/pjrt/abi/api.h"

namespace fusebox::cpu::test {

inline const PJRT_Api& api() {
  static const PJRT_Api* table = [] {
    setenv("FUSEBOX_CPU_COMPILER", FUSEBOX_TEST_COMPILER, 1);
    void* library = dlopen(FUSEBOX_CPU_PLUGIN, RTLD_LAZY | RTLD_LOCAL);
    EXPECT_NE(library, nullptr) << dlerror();
    return reinterpret_cast<const PJRT_Api* (*)()>(dlsym(library, "GetPjrtApi"))();
  }();
  return *table;
}

struct Answer {
  PJRT_Error_Code code = PJRT_Error_Code_OK;
  std::string message;

  bool ok() const { return code == PJRT_Error_Code_OK; }
};

// Destroys the error.
inline Answer answer(PJRT_Error* error) {
  if (error == nullptr) return {};
  PJRT_Error_GetCode_Args code = {};
  code.struct_size = PJRT_Error_GetCode_Args_STRUCT_SIZE;
  code.error = error;
  api().PJRT_Error_GetCode(&code);
  PJRT_Error_Message_Args message = {};
  message.struct_size = PJRT_Error_Message_Args_STRUCT_SIZE;
  message.error = error;
  api().PJRT_Error_Message(&message);
  Answer told{code.code, std::string(message.message, message.message_size)};
  PJRT_Error_Destroy_Args destroy = {};
  destroy.struct_size = PJRT_Error_Destroy_Args_STRUCT_SIZE;
  destroy.error = error;
  api().PJRT_Error_Destroy(&destroy);
  return told;
}

// CALL(Buffer_Device, device) declares zeroed arguments called `device`; run(device, …) calls.
#define CALL(entry, name)        \
  PJRT_##entry##_Args name = {}; \
  name.struct_size = PJRT_##entry##_Args_STRUCT_SIZE
#define RUN(entry, name) answer(api().PJRT_##entry(&name))
#define EXPECT_RUNS(entry, name) EXPECT_EQ(RUN(entry, name).message, "")

// A client that lives as long as the test.
class AbiTest : public testing::Test {
 protected:
  AbiTest() {
    CALL(Client_Create, create);
    EXPECT_RUNS(Client_Create, create);
    client_ = create.client;
    CALL(Client_AddressableDevices, devices);
    devices.client = client_;
    EXPECT_RUNS(Client_AddressableDevices, devices);
    device_ = devices.addressable_devices[0];
    CALL(Device_DefaultMemory, memory);
    memory.device = device_;
    EXPECT_RUNS(Device_DefaultMemory, memory);
    memory_ = memory.memory;
  }
  ~AbiTest() override {
    for (PJRT_Buffer* buffer : buffers_) destroy(buffer);
    for (PJRT_LoadedExecutable* executable : executables_) {
      CALL(LoadedExecutable_Destroy, args);
      args.executable = executable;
      EXPECT_RUNS(LoadedExecutable_Destroy, args);
    }
    CALL(Client_Destroy, args);
    args.client = client_;
    EXPECT_RUNS(Client_Destroy, args);
  }

  PJRT_Buffer* keep(PJRT_Buffer* buffer) { return buffers_.emplace_back(buffer); }

  PJRT_Buffer* from_host(const std::vector<float>& values) {
    const int64_t size = static_cast<int64_t>(values.size());
    CALL(Client_BufferFromHostBuffer, args);
    args.client = client_;
    args.memory = memory_;
    args.data = values.data();
    args.type = PJRT_Buffer_Type_F32;
    args.dims = &size;
    args.num_dims = 1;
    EXPECT_RUNS(Client_BufferFromHostBuffer, args);
    destroy(args.done_with_host_buffer);
    return keep(args.buffer);
  }

  std::vector<float> to_host(PJRT_Buffer* buffer) {
    CALL(Buffer_ToHostBuffer, size);
    size.src = buffer;
    EXPECT_RUNS(Buffer_ToHostBuffer, size);
    std::vector<float> values(size.dst_size / sizeof(float));
    CALL(Buffer_ToHostBuffer, args);
    args.src = buffer;
    args.dst = values.data();
    args.dst_size = size.dst_size;
    EXPECT_RUNS(Buffer_ToHostBuffer, args);
    EXPECT_TRUE(await(args.event).ok());
    return values;
  }

  PJRT_LoadedExecutable* compile(const std::string& text) {
    PJRT_Program program = {};
    program.struct_size = PJRT_Program_STRUCT_SIZE;
    program.code = const_cast<char*>(text.data());
    program.code_size = text.size();
    program.format = "mlir";
    program.format_size = 4;
    CALL(Client_Compile, args);
    args.client = client_;
    args.program = &program;
    EXPECT_RUNS(Client_Compile, args);
    return executables_.emplace_back(args.executable);
  }

  // One result; its buffer is kept.
  PJRT_Buffer* execute(PJRT_LoadedExecutable* executable, std::vector<PJRT_Buffer*> arguments,
                       PJRT_Event** done = nullptr) {
    PJRT_ExecuteOptions options = {};
    options.struct_size = PJRT_ExecuteOptions_STRUCT_SIZE;
    PJRT_Buffer* const* argument_list = arguments.data();
    PJRT_Buffer* output = nullptr;
    PJRT_Buffer** output_list = &output;
    CALL(LoadedExecutable_Execute, args);
    args.executable = executable;
    args.options = &options;
    args.argument_lists = &argument_list;
    args.num_devices = 1;
    args.num_args = arguments.size();
    args.output_lists = &output_list;
    args.device_complete_events = done;
    EXPECT_RUNS(LoadedExecutable_Execute, args);
    return keep(output);
  }

  // Waits for the event and destroys it.
  static Answer await(PJRT_Event* event) {
    CALL(Event_Await, args);
    args.event = event;
    Answer outcome = RUN(Event_Await, args);
    destroy(event);
    return outcome;
  }
  static bool is_ready(PJRT_Event* event) {
    CALL(Event_IsReady, args);
    args.event = event;
    EXPECT_RUNS(Event_IsReady, args);
    return args.is_ready;
  }
  static PJRT_Event* ready_event(PJRT_Buffer* buffer) {
    CALL(Buffer_ReadyEvent, args);
    args.buffer = buffer;
    EXPECT_RUNS(Buffer_ReadyEvent, args);
    return args.event;
  }
  static void destroy(PJRT_Event* event) {
    CALL(Event_Destroy, args);
    args.event = event;
    EXPECT_RUNS(Event_Destroy, args);
  }
  static void destroy(PJRT_Buffer* buffer) {
    CALL(Buffer_Destroy, args);
    args.buffer = buffer;
    EXPECT_RUNS(Buffer_Destroy, args);
  }

  PJRT_Client* client_ = nullptr;
  PJRT_Device* device_ = nullptr;
  PJRT_Memory* memory_ = nullptr;

 private:
  std::vector<PJRT_Buffer*> buffers_;
  std::vector<PJRT_LoadedExecutable*> executables_;
};

}  // namespace fusebox::cpu::test
