// Contents of buffers, in and out by every road of the C ABI.
#include <gtest/gtest.h>

#include "tests/cpu/abi_fixture.h"

namespace fusebox::cpu::test {
namespace {

class Transfer : public AbiTest {
 protected:
  PJRT_AsyncHostToDeviceTransferManager* begin(int64_t size) {
    PJRT_ShapeSpec spec = {};
    spec.struct_size = PJRT_ShapeSpec_STRUCT_SIZE;
    spec.dims = &size;
    spec.num_dims = 1;
    spec.element_type = PJRT_Buffer_Type_F32;
    CALL(Client_CreateBuffersForAsyncHostToDevice, args);
    args.client = client_;
    args.memory = memory_;
    args.shape_specs = &spec;
    args.num_shape_specs = 1;
    EXPECT_RUNS(Client_CreateBuffersForAsyncHostToDevice, args);
    return args.transfer_manager;
  }
  PJRT_Buffer* retrieve(PJRT_AsyncHostToDeviceTransferManager* manager) {
    CALL(AsyncHostToDeviceTransferManager_RetrieveBuffer, args);
    args.transfer_manager = manager;
    EXPECT_RUNS(AsyncHostToDeviceTransferManager_RetrieveBuffer, args);
    return keep(args.buffer_out);
  }
  Answer send(PJRT_AsyncHostToDeviceTransferManager* manager, const std::vector<float>& values, int64_t at,
              bool last) {
    CALL(AsyncHostToDeviceTransferManager_TransferData, args);
    args.transfer_manager = manager;
    args.data = values.data();
    args.offset = at * 4;
    args.transfer_size = static_cast<int64_t>(values.size() * 4);
    args.is_last_transfer = last;
    Answer told = RUN(AsyncHostToDeviceTransferManager_TransferData, args);
    if (told.ok()) destroy(args.done_with_h2d_transfer);
    return told;
  }
  void end(PJRT_AsyncHostToDeviceTransferManager* manager) {
    CALL(AsyncHostToDeviceTransferManager_Destroy, args);
    args.transfer_manager = manager;
    EXPECT_RUNS(AsyncHostToDeviceTransferManager_Destroy, args);
  }
  using AbiTest::destroy;
};

const std::vector<float> kValues = {1, 2, 3, 4};

TEST_F(Transfer, InPiecesIsReadyAfterTheLast) {
  auto* manager = begin(4);
  PJRT_Buffer* buffer = retrieve(manager);
  PJRT_Event* ready = ready_event(buffer);
  EXPECT_TRUE(send(manager, {3, 4}, 2, false).ok());
  EXPECT_FALSE(is_ready(ready));
  EXPECT_FALSE(send(manager, {9, 9, 9}, 2, false).ok());  // beyond the end
  EXPECT_TRUE(send(manager, {1, 2}, 0, true).ok());
  EXPECT_TRUE(await(ready).ok());
  EXPECT_FALSE(send(manager, {9}, 0, false).ok());  // complete
  EXPECT_EQ(to_host(buffer), kValues);
  end(manager);
}

// What is not there yet is waited for, also by a chain of programs; it all happens when the last piece comes.
TEST_F(Transfer, ProgramsWaitForTheirArguments) {
  auto* manager = begin(4);
  PJRT_Buffer* late = retrieve(manager);
  PJRT_LoadedExecutable *add = compile("add 4"), *add_into = compile("add_into 4");
  PJRT_Event* done = nullptr;
  PJRT_Buffer* once = execute(add, {late, from_host({10, 20, 30, 40})}, &done);
  PJRT_Buffer* twice = execute(add_into, {once, late});
  EXPECT_FALSE(is_ready(done));
  CALL(Buffer_IsDeleted, deleted);
  deleted.buffer = once;
  EXPECT_RUNS(Buffer_IsDeleted, deleted);
  EXPECT_TRUE(deleted.is_deleted);  // donated, though nothing has run yet
  EXPECT_TRUE(send(manager, kValues, 0, true).ok());
  EXPECT_TRUE(await(done).ok());
  EXPECT_EQ(to_host(twice), (std::vector<float>{12, 24, 36, 48}));
  end(manager);
}

TEST_F(Transfer, FailuresReachWhoeverWaits) {
  auto* manager = begin(4);
  PJRT_Buffer* late = retrieve(manager);
  PJRT_Event* done = nullptr;
  PJRT_Buffer* sum = execute(compile("add 4"), {late, late}, &done);
  CALL(AsyncHostToDeviceTransferManager_SetBufferError, fail);
  fail.transfer_manager = manager;
  fail.error_code = PJRT_Error_Code_DATA_LOSS;
  fail.error_message = "cable";
  fail.error_message_size = 5;
  EXPECT_RUNS(AsyncHostToDeviceTransferManager_SetBufferError, fail);
  EXPECT_EQ(await(done).message, "cable");
  EXPECT_EQ(await(ready_event(sum)).code, PJRT_Error_Code_DATA_LOSS);
  PJRT_Buffer* next = execute(compile("add 4"), {sum, late});
  EXPECT_EQ(await(ready_event(next)).message, "cable");
  end(manager);
}

TEST_F(Transfer, NeverFinishedIsCancelled) {
  auto* manager = begin(4);
  PJRT_Buffer* buffer = retrieve(manager);
  end(manager);
  EXPECT_EQ(await(ready_event(buffer)).code, PJRT_Error_Code_CANCELLED);
}

TEST_F(Transfer, ErrorBuffersFailWhoUsesThem) {
  const int64_t four = 4;
  CALL(Client_CreateErrorBuffer, args);
  args.client = client_;
  args.memory = memory_;
  args.error_code = PJRT_Error_Code_UNAVAILABLE;
  args.error_message = "no tea";
  args.error_message_size = 6;
  args.shape_dims = &four;
  args.shape_num_dims = 1;
  args.shape_element_type = PJRT_Buffer_Type_F32;
  EXPECT_RUNS(Client_CreateErrorBuffer, args);
  PJRT_Buffer* failed = keep(args.buffer);
  EXPECT_EQ(await(ready_event(failed)).message, "no tea");
  EXPECT_EQ(await(ready_event(execute(compile("add_into 4"), {failed, from_host(kValues)}))).message,
            "no tea");
}

// A 2 x 3 array out of a larger one, backwards, with every second column.
TEST_F(Transfer, HostMemoryMayHaveAnyStrides) {
  const std::vector<float> host = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};  // 2 x 6
  const int64_t dims[] = {2, 3}, strides[] = {-24, 8};
  CALL(Client_BufferFromHostBuffer, args);
  args.client = client_;
  args.device = device_;
  args.data = host.data() + 6;
  args.type = PJRT_Buffer_Type_F32;
  args.dims = dims;
  args.num_dims = 2;
  args.byte_strides = strides;
  args.num_byte_strides = 2;
  args.host_buffer_semantics = PJRT_HostBufferSemantics_kImmutableZeroCopy;  // cannot be, is copied
  EXPECT_RUNS(Client_BufferFromHostBuffer, args);
  EXPECT_TRUE(is_ready(args.done_with_host_buffer));
  destroy(args.done_with_host_buffer);
  PJRT_Buffer* buffer = keep(args.buffer);
  EXPECT_EQ(to_host(buffer), (std::vector<float>{6, 8, 10, 0, 2, 4}));

  // And back, column-major.
  const int64_t minor_to_major[] = {0, 1};
  PJRT_Buffer_MemoryLayout layout = {};
  layout.struct_size = PJRT_Buffer_MemoryLayout_STRUCT_SIZE;
  layout.tiled.minor_to_major = minor_to_major;
  layout.tiled.minor_to_major_size = 2;
  std::vector<float> out(6);
  CALL(Buffer_ToHostBuffer, to);
  to.src = buffer;
  to.host_layout = &layout;
  to.dst = out.data();
  to.dst_size = 24;
  EXPECT_RUNS(Buffer_ToHostBuffer, to);
  destroy(to.event);
  EXPECT_EQ(out, (std::vector<float>{6, 0, 8, 2, 10, 4}));
  to.dst_size = 20;
  EXPECT_FALSE(RUN(Buffer_ToHostBuffer, to).ok());
}

TEST_F(Transfer, ViewsAreNotOwnedAndNotWrittenTo) {
  std::vector<float> memory = kValues;
  static int released;
  released = 0;
  const int64_t four = 4;
  CALL(Client_CreateViewOfDeviceBuffer, args);
  args.client = client_;
  args.device = device_;
  args.device_buffer_ptr = memory.data();
  args.dims = &four;
  args.num_dims = 1;
  args.element_type = PJRT_Buffer_Type_F32;
  args.on_delete_callback = [](void*, void* count) { ++*static_cast<int*>(count); };
  args.on_delete_callback_arg = &released;
  EXPECT_RUNS(Client_CreateViewOfDeviceBuffer, args);
  CALL(Buffer_UnsafePointer, pointer);
  pointer.buffer = args.buffer;
  EXPECT_RUNS(Buffer_UnsafePointer, pointer);
  EXPECT_EQ(pointer.buffer_pointer, reinterpret_cast<uintptr_t>(memory.data()));
  EXPECT_EQ(to_host(execute(compile("add_into 4"), {args.buffer, from_host(kValues)})),
            (std::vector<float>{2, 4, 6, 8}));
  EXPECT_EQ(memory, kValues);
  EXPECT_EQ(released, 1);  // donated: let go
  destroy(args.buffer);
  EXPECT_EQ(released, 1);
}

TEST_F(Transfer, CopiesAreTheirOwn) {
  PJRT_Buffer* a = from_host(kValues);
  CALL(Buffer_CopyToMemory, to_memory);
  to_memory.buffer = a;
  to_memory.dst_memory = memory_;
  EXPECT_RUNS(Buffer_CopyToMemory, to_memory);
  CALL(Buffer_CopyToDevice, to_device);
  to_device.buffer = a;
  to_device.dst_device = device_;
  EXPECT_RUNS(Buffer_CopyToDevice, to_device);
  execute(compile("add_into 4"), {a, from_host(kValues)});
  EXPECT_EQ(to_host(keep(to_memory.dst_buffer)), kValues);
  EXPECT_EQ(to_host(keep(to_device.dst_buffer)), kValues);
}

TEST_F(Transfer, RawBytesAndOtherTypes) {
  PJRT_Buffer* a = from_host(kValues);
  float out[2] = {};
  CALL(Buffer_CopyRawToHost, raw);
  raw.buffer = a;
  raw.dst = out;
  raw.offset = 4;
  raw.transfer_size = 8;
  EXPECT_RUNS(Buffer_CopyRawToHost, raw);
  EXPECT_TRUE(await(raw.event).ok());
  EXPECT_EQ(out[1], 3);
  raw.offset = 12;
  EXPECT_FALSE(RUN(Buffer_CopyRawToHost, raw).ok());

  CALL(Buffer_CopyRawToHostFuture, future);
  future.buffer = a;
  future.transfer_size = 8;
  EXPECT_RUNS(Buffer_CopyRawToHostFuture, future);
  EXPECT_FALSE(is_ready(future.event));
  PJRT_Buffer_CopyRawToHostFuture_Callback_Args where = {};
  where.struct_size = PJRT_Buffer_CopyRawToHostFuture_Callback_Args_STRUCT_SIZE;
  where.callback_data = future.callback_data;
  where.dst = out;
  future.future_ready_callback(&where);
  EXPECT_TRUE(await(future.event).ok());
  EXPECT_EQ(out[1], 2);

  const int64_t dims[] = {2, 8};
  CALL(Buffer_Bitcast, cast);
  cast.buffer = a;
  cast.element_type = PJRT_Buffer_Type_U8;
  cast.dims = dims;
  cast.num_dims = 2;
  EXPECT_RUNS(Buffer_Bitcast, cast);
  EXPECT_EQ(to_host(keep(cast.out_buffer)), kValues);
  cast.num_dims = 1;
  EXPECT_FALSE(RUN(Buffer_Bitcast, cast).ok());
}

// Elements narrower than a byte take a whole one, here and there.
TEST_F(Transfer, SmallElementsTakeAByte) {
  const std::vector<int8_t> host = {-8, 7, 0, 3};
  const int64_t four = 4;
  CALL(Client_BufferFromHostBuffer, args);
  args.client = client_;
  args.memory = memory_;
  args.data = host.data();
  args.type = PJRT_Buffer_Type_S4;
  args.dims = &four;
  args.num_dims = 1;
  EXPECT_RUNS(Client_BufferFromHostBuffer, args);
  destroy(args.done_with_host_buffer);
  CALL(Buffer_ToHostBuffer, to);
  to.src = keep(args.buffer);
  EXPECT_RUNS(Buffer_ToHostBuffer, to);
  EXPECT_EQ(to.dst_size, 4u);
}

TEST_F(Transfer, ImpossibleShapesAreRefused) {
  const int64_t dims[] = {int64_t{1} << 40, int64_t{1} << 40}, negative = -1;
  CALL(Client_CreateUninitializedBuffer, args);
  args.client = client_;
  args.memory = memory_;
  args.shape_element_type = PJRT_Buffer_Type_F32;
  args.shape_dims = dims;
  args.shape_num_dims = 2;
  EXPECT_EQ(RUN(Client_CreateUninitializedBuffer, args).code, PJRT_Error_Code_INVALID_ARGUMENT);
  args.shape_num_dims = 1;  // too large for this machine
  EXPECT_EQ(RUN(Client_CreateUninitializedBuffer, args).code, PJRT_Error_Code_RESOURCE_EXHAUSTED);
  args.shape_dims = &negative;
  EXPECT_EQ(RUN(Client_CreateUninitializedBuffer, args).code, PJRT_Error_Code_INVALID_ARGUMENT);
  args.shape_element_type = PJRT_Buffer_Type_TOKEN;
  EXPECT_EQ(RUN(Client_CreateUninitializedBuffer, args).code, PJRT_Error_Code_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace fusebox::cpu::test
