// The C ABI as any client may use it, also wrongly.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/cpu/abi_fixture.h"

namespace fusebox::cpu::test {
namespace {

template <typename Args>
Answer call_with_nothing(PJRT_Error* (*entry)(Args*), size_t announced) {
  Args args = {};
  args.struct_size = announced;
  return answer(entry(&args));
}
template <typename Args>
Answer call_with_nothing(void (*entry)(Args*), size_t announced) {
  Args args = {};
  args.struct_size = announced;
  entry(&args);
  return {};
}

TEST(AbiTable, HasEveryEntry) {
  EXPECT_EQ(api().struct_size, size_t{PJRT_Api_STRUCT_SIZE});
  EXPECT_EQ(api().pjrt_api_version.minor_version, int{PJRT_API_MINOR});
#define EXPECT_ENTRY(index, name, returns, since) EXPECT_NE(api().PJRT_##name, nullptr) << #name;
  PJRT_API_ENTRIES(EXPECT_ENTRY)
#undef EXPECT_ENTRY
}

// Null where a handle should be is an error, or nothing to do; never a crash.
struct Nothing {
  int refused = 0, unimplemented = 0;

  void expect(const std::string& name, const Answer& told) {
    if (told.code == PJRT_Error_Code_INVALID_ARGUMENT) ++refused;
    if (told.code == PJRT_Error_Code_UNIMPLEMENTED) {
      ++unimplemented;
      EXPECT_EQ(told.message.find("PJRT_" + name + " "), told.message.find("PJRT_")) << told.message;
    } else if (name.ends_with("_Destroy")) {
      EXPECT_TRUE(told.ok()) << name << ": " << told.message;
    }
  }
};

TEST(AbiTable, SurvivesNothing) {
  Nothing nothing;
#define CALL_ENTRY(index, name, returns, since)                                    \
  if (!std::string(#name).ends_with("_Create")) /* what they make would be lost */ \
    nothing.expect(#name, call_with_nothing(api().PJRT_##name, PJRT_##name##_Args_STRUCT_SIZE));
  PJRT_API_ENTRIES(CALL_ENTRY)
#undef CALL_ENTRY
  EXPECT_GT(nothing.refused, 80);
  EXPECT_LT(nothing.unimplemented, 20);
}

// Structs of callers older than the first known version are refused, those of newer ones are not.
TEST(AbiTable, IsLenientAboutSizes) {
  EXPECT_EQ(call_with_nothing(api().PJRT_Client_PlatformName, 8).code, PJRT_Error_Code_INVALID_ARGUMENT);
  CALL(Client_Create, create);
  for (size_t size : {size_t{72}, size_t{PJRT_Client_Create_Args_STRUCT_SIZE}, sizeof create, size_t{400}}) {
    create.struct_size = size;
    EXPECT_RUNS(Client_Create, create);
    CALL(Client_Destroy, destroy);
    destroy.client = create.client;
    destroy.struct_size = size + 64;
    EXPECT_RUNS(Client_Destroy, destroy);
  }
  CALL(Plugin_Attributes, attributes);
  attributes.struct_size = 24;  // as callers before 0.72 announce it
  attributes.num_attributes = 0;
  EXPECT_RUNS(Plugin_Attributes, attributes);
  EXPECT_GT(attributes.num_attributes, 1u);
}

using Abi = AbiTest;

TEST_F(Abi, GrownStructsKeepTheirOldEnds) {
  struct {
    PJRT_Device_MemoryStats_Args stats;
    char behind[8];
  } guarded;
  std::memset(&guarded, 0x55, sizeof guarded);
  guarded.stats.struct_size = 185;  // without what came with 0.113
  guarded.stats.device = device_;
  EXPECT_EQ(answer(api().PJRT_Device_MemoryStats(&guarded.stats)).message, "");
  EXPECT_TRUE(guarded.stats.bytes_limit_is_set);
  EXPECT_FALSE(guarded.stats.bytes_reserved_is_set);
  EXPECT_EQ(guarded.stats.peak_allocated_bytes, 0x5555555555555555);
}

TEST_F(Abi, ErrorsCarryTheirFunctions) {
  CALL(Client_LookupDevice, lookup);
  lookup.client = client_;
  lookup.id = 7;
  PJRT_Error* error = api().PJRT_Client_LookupDevice(&lookup);
  ASSERT_NE(error, nullptr);
  ASSERT_EQ(error->vtable->struct_size, size_t{PJRT_Error_FunctionTable_STRUCT_SIZE});
  EXPECT_EQ(error->vtable->get_code(error), PJRT_Error_Code_NOT_FOUND);
  const char* message = nullptr;
  size_t size = 0;
  error->vtable->message(error, &message, &size);
  EXPECT_NE(std::string(message, size).find("no device 7"), std::string::npos);
  error->vtable->for_each_payload(error, nullptr, nullptr);
  error->vtable->destroy(error);
}

TEST_F(Abi, MemoriesHoldUserData) {
  static int destroyed = 0;
  static const int key = 0;
  int data = 5;
  EXPECT_EQ(memory_->vtable->get_user_data(memory_, &key), nullptr);
  memory_->vtable->set_user_data(memory_, &key, &data, [](void*) { ++destroyed; });
  EXPECT_EQ(memory_->vtable->get_user_data(memory_, &key), &data);
  memory_->vtable->set_user_data(memory_, &key, nullptr, nullptr);
  EXPECT_EQ(destroyed, 1);
}

TEST_F(Abi, DevicesAndMemoriesKnowEachOther) {
  CALL(Device_AddressableMemories, memories);
  memories.device = device_;
  EXPECT_RUNS(Device_AddressableMemories, memories);
  ASSERT_EQ(memories.num_memories, 3u);
  std::vector<std::string> kinds;
  for (size_t i = 0; i < 3; ++i) {
    CALL(Memory_Kind, kind);
    kind.memory = memories.memories[i];
    EXPECT_RUNS(Memory_Kind, kind);
    kinds.emplace_back(kind.kind, kind.kind_size);
    CALL(Memory_AddressableByDevices, devices);
    devices.memory = memories.memories[i];
    EXPECT_RUNS(Memory_AddressableByDevices, devices);
    ASSERT_EQ(devices.num_devices, 1u);
    EXPECT_EQ(devices.devices[0], device_);
  }
  EXPECT_EQ(kinds, (std::vector<std::string>{"device", "pinned_host", "unpinned_host"}));
}

TEST_F(Abi, DefaultAssignmentFillsTheRoomOrSaysWhatItNeeds) {
  int assignment[4] = {-1, -1, -1, -1};
  CALL(Client_DefaultDeviceAssignment, args);
  args.client = client_;
  args.num_replicas = args.num_partitions = 1;
  args.default_assignment = assignment;
  args.default_assignment_size = 4;
  EXPECT_RUNS(Client_DefaultDeviceAssignment, args);
  EXPECT_EQ(assignment[0], 0);
  args.num_partitions = 2;
  EXPECT_FALSE(RUN(Client_DefaultDeviceAssignment, args).ok());
  args.num_partitions = 1;
  args.default_assignment_size = 0;
  EXPECT_FALSE(RUN(Client_DefaultDeviceAssignment, args).ok());
}

TEST_F(Abi, EventsCallBackOnceAndMayGoBefore) {
  CALL(Event_Create, create);
  EXPECT_RUNS(Event_Create, create);
  EXPECT_FALSE(is_ready(create.event));
  static std::atomic<int> calls;
  calls = 0;
  CALL(Event_OnReady, on_ready);
  on_ready.event = create.event;
  on_ready.callback = [](PJRT_Error* error, void* event) {
    EXPECT_EQ(answer(error).message, "went wrong");
    destroy(static_cast<PJRT_Event*>(event));  // callers do that
    ++calls;
  };
  on_ready.user_arg = create.event;
  EXPECT_RUNS(Event_OnReady, on_ready);
  CALL(Event_Set, set);
  set.event = create.event;
  set.error_code = PJRT_Error_Code_ABORTED;
  set.error_message = "went wrong";
  set.error_message_size = 10;
  EXPECT_RUNS(Event_Set, set);
  EXPECT_EQ(calls, 1);

  EXPECT_RUNS(Event_Create, create);
  set.event = create.event;
  EXPECT_RUNS(Event_Set, set);
  EXPECT_FALSE(RUN(Event_Set, set).ok());  // twice
  EXPECT_EQ(await(create.event).code, PJRT_Error_Code_ABORTED);
}

TEST_F(Abi, TellsAboutPrograms) {
  PJRT_LoadedExecutable* loaded = compile("add_into 4");
  CALL(LoadedExecutable_GetExecutable, get);
  get.loaded_executable = loaded;
  EXPECT_RUNS(LoadedExecutable_GetExecutable, get);
  PJRT_Executable* executable = get.executable;

  PJRT_Executable_GetCompiledMemoryStats_Args stats;
  std::memset(&stats, 0x55, sizeof stats);  // callers need not clear what we write
  stats.struct_size = PJRT_Executable_GetCompiledMemoryStats_Args_STRUCT_SIZE;
  stats.executable = executable;
  EXPECT_RUNS(Executable_GetCompiledMemoryStats, stats);
  EXPECT_EQ(stats.argument_size_in_bytes, 32);
  EXPECT_EQ(stats.output_size_in_bytes, 16);
  EXPECT_EQ(stats.alias_size_in_bytes, 16);
  EXPECT_GT(stats.generated_code_size_in_bytes, 0);
  EXPECT_EQ(stats.host_temp_size_in_bytes, 0);

  PJRT_Program program = {};
  program.struct_size = PJRT_Program_STRUCT_SIZE;
  CALL(Executable_OptimizedProgram, optimized);
  optimized.executable = executable;
  optimized.program = &program;
  EXPECT_RUNS(Executable_OptimizedProgram, optimized);
  std::string text(program.code_size, ' ');
  program.code = text.data();
  EXPECT_RUNS(Executable_OptimizedProgram, optimized);
  EXPECT_EQ(text, "add_into 4");
  EXPECT_EQ(std::string(program.format, program.format_size), "mlir");

  CALL(LoadedExecutable_GetDeviceAssignment, assignment);
  assignment.executable = loaded;
  EXPECT_RUNS(LoadedExecutable_GetDeviceAssignment, assignment);
  EXPECT_EQ(std::string(assignment.serialized_bytes, assignment.serialized_bytes_size),
            std::string("\x08\x01\x10\x01\x1a\x03\x0a\x01\x00", 9));
  assignment.serialized_device_assignment_deleter(assignment.serialized_device_assignment);

  CALL(Executable_OutputMemoryKinds, kinds);
  kinds.executable = executable;
  EXPECT_RUNS(Executable_OutputMemoryKinds, kinds);
  ASSERT_EQ(kinds.num_outputs, 1u);
  EXPECT_EQ(std::string(kinds.memory_kinds[0], kinds.memory_kind_sizes[0]), "device");

  CALL(LoadedExecutable_Delete, remove);
  remove.executable = loaded;
  EXPECT_RUNS(LoadedExecutable_Delete, remove);
  CALL(LoadedExecutable_IsDeleted, deleted);
  deleted.executable = loaded;
  EXPECT_RUNS(LoadedExecutable_IsDeleted, deleted);
  EXPECT_TRUE(deleted.is_deleted);

  CALL(Executable_Destroy, destroy);
  destroy.executable = executable;
  EXPECT_RUNS(Executable_Destroy, destroy);
}

TEST_F(Abi, TopologiesGoWhereTheirClientDoesNot) {
  CALL(Client_TopologyDescription, get);
  get.client = client_;
  EXPECT_RUNS(Client_TopologyDescription, get);
  CALL(TopologyDescription_Serialize, serialize);
  serialize.topology = get.topology;
  EXPECT_RUNS(TopologyDescription_Serialize, serialize);
  const std::string bytes(serialize.serialized_bytes, serialize.serialized_bytes_size);
  serialize.serialized_topology_deleter(serialize.serialized_topology);

  CALL(TopologyDescription_Deserialize, deserialize);
  for (const char* wrong : {"", ":", "cpu", "cpu:", "cpu:0", "cpu:x", "cpu:99999999999"}) {
    deserialize.serialized_topology = wrong;
    deserialize.serialized_topology_size = std::strlen(wrong);
    EXPECT_FALSE(RUN(TopologyDescription_Deserialize, deserialize).ok()) << wrong;
  }
  deserialize.serialized_topology = bytes.data();
  deserialize.serialized_topology_size = bytes.size();
  EXPECT_RUNS(TopologyDescription_Deserialize, deserialize);
  CALL(TopologyDescription_GetDeviceDescriptions, descriptions);
  descriptions.topology = deserialize.topology;
  EXPECT_RUNS(TopologyDescription_GetDeviceDescriptions, descriptions);
  EXPECT_EQ(descriptions.num_descriptions, 1u);

  PJRT_Program program = {PJRT_Program_STRUCT_SIZE, nullptr, const_cast<char*>("add 4"), 5, "mlir", 4};
  CALL(Compile, compile);
  compile.topology = deserialize.topology;
  compile.program = &program;
  EXPECT_RUNS(Compile, compile);
  CALL(Client_Load, load);
  load.client = client_;
  load.executable = compile.executable;
  EXPECT_RUNS(Client_Load, load);
  PJRT_Buffer* a = from_host({1, 2, 3, 4});
  EXPECT_EQ(to_host(execute(load.loaded_executable, {a, a})), (std::vector<float>{2, 4, 6, 8}));

  CALL(LoadedExecutable_Destroy, destroy_loaded);
  destroy_loaded.executable = load.loaded_executable;
  EXPECT_RUNS(LoadedExecutable_Destroy, destroy_loaded);
  CALL(Executable_Destroy, destroy_executable);
  destroy_executable.executable = compile.executable;
  EXPECT_RUNS(Executable_Destroy, destroy_executable);
  CALL(TopologyDescription_Destroy, destroy_topology);
  destroy_topology.topology = deserialize.topology;
  EXPECT_RUNS(TopologyDescription_Destroy, destroy_topology);
}

}  // namespace
}  // namespace fusebox::cpu::test
