// The PJRT C ABI: the table of functions, which is all that a plugin exports. See types.h for how to read it.
#pragma once

#include "fusebox/pjrt/abi/buffer.h"
#include "fusebox/pjrt/abi/client.h"
#include "fusebox/pjrt/abi/executable.h"
#include "fusebox/pjrt/abi/topology.h"

#ifdef __cplusplus
extern "C" {
#endif

// Every entry of the table: index, name, what it returns, the minor version it came with (0: before
// versions were counted).
#define PJRT_API_ENTRIES(X)                                                      \
  X(0, Error_Destroy, void, 0)                                                   \
  X(1, Error_Message, void, 0)                                                   \
  X(2, Error_GetCode, PJRT_Error*, 0)                                            \
  X(3, Plugin_Initialize, PJRT_Error*, 13)                                       \
  X(4, Plugin_Attributes, PJRT_Error*, 9)                                        \
  X(5, Event_Destroy, PJRT_Error*, 0)                                            \
  X(6, Event_IsReady, PJRT_Error*, 0)                                            \
  X(7, Event_Error, PJRT_Error*, 0)                                              \
  X(8, Event_Await, PJRT_Error*, 0)                                              \
  X(9, Event_OnReady, PJRT_Error*, 0)                                            \
  X(10, Client_Create, PJRT_Error*, 0)                                           \
  X(11, Client_Destroy, PJRT_Error*, 0)                                          \
  X(12, Client_PlatformName, PJRT_Error*, 0)                                     \
  X(13, Client_ProcessIndex, PJRT_Error*, 0)                                     \
  X(14, Client_PlatformVersion, PJRT_Error*, 0)                                  \
  X(15, Client_Devices, PJRT_Error*, 0)                                          \
  X(16, Client_AddressableDevices, PJRT_Error*, 0)                               \
  X(17, Client_LookupDevice, PJRT_Error*, 0)                                     \
  X(18, Client_LookupAddressableDevice, PJRT_Error*, 0)                          \
  X(19, Client_AddressableMemories, PJRT_Error*, 20)                             \
  X(20, Client_Compile, PJRT_Error*, 0)                                          \
  X(21, Client_DefaultDeviceAssignment, PJRT_Error*, 0)                          \
  X(22, Client_BufferFromHostBuffer, PJRT_Error*, 0)                             \
  X(23, DeviceDescription_Id, PJRT_Error*, 0)                                    \
  X(24, DeviceDescription_ProcessIndex, PJRT_Error*, 0)                          \
  X(25, DeviceDescription_Attributes, PJRT_Error*, 0)                            \
  X(26, DeviceDescription_Kind, PJRT_Error*, 0)                                  \
  X(27, DeviceDescription_DebugString, PJRT_Error*, 0)                           \
  X(28, DeviceDescription_ToString, PJRT_Error*, 0)                              \
  X(29, Device_GetDescription, PJRT_Error*, 0)                                   \
  X(30, Device_IsAddressable, PJRT_Error*, 0)                                    \
  X(31, Device_LocalHardwareId, PJRT_Error*, 0)                                  \
  X(32, Device_AddressableMemories, PJRT_Error*, 13)                             \
  X(33, Device_DefaultMemory, PJRT_Error*, 17)                                   \
  X(34, Device_MemoryStats, PJRT_Error*, 0)                                      \
  X(35, Memory_Id, PJRT_Error*, 16)                                              \
  X(36, Memory_Kind, PJRT_Error*, 14)                                            \
  X(37, Memory_DebugString, PJRT_Error*, 15)                                     \
  X(38, Memory_ToString, PJRT_Error*, 15)                                        \
  X(39, Memory_AddressableByDevices, PJRT_Error*, 20)                            \
  X(40, Executable_Destroy, PJRT_Error*, 0)                                      \
  X(41, Executable_Name, PJRT_Error*, 0)                                         \
  X(42, Executable_NumReplicas, PJRT_Error*, 0)                                  \
  X(43, Executable_NumPartitions, PJRT_Error*, 0)                                \
  X(44, Executable_NumOutputs, PJRT_Error*, 0)                                   \
  X(45, Executable_SizeOfGeneratedCodeInBytes, PJRT_Error*, 0)                   \
  X(46, Executable_GetCostAnalysis, PJRT_Error*, 0)                              \
  X(47, Executable_OutputMemoryKinds, PJRT_Error*, 18)                           \
  X(48, Executable_OptimizedProgram, PJRT_Error*, 0)                             \
  X(49, Executable_Serialize, PJRT_Error*, 0)                                    \
  X(50, LoadedExecutable_Destroy, PJRT_Error*, 0)                                \
  X(51, LoadedExecutable_GetExecutable, PJRT_Error*, 0)                          \
  X(52, LoadedExecutable_AddressableDevices, PJRT_Error*, 0)                     \
  X(53, LoadedExecutable_Delete, PJRT_Error*, 0)                                 \
  X(54, LoadedExecutable_IsDeleted, PJRT_Error*, 0)                              \
  X(55, LoadedExecutable_Execute, PJRT_Error*, 0)                                \
  X(56, Executable_DeserializeAndLoad, PJRT_Error*, 0)                           \
  X(57, LoadedExecutable_Fingerprint, PJRT_Error*, 28)                           \
  X(58, Buffer_Destroy, PJRT_Error*, 0)                                          \
  X(59, Buffer_ElementType, PJRT_Error*, 5)                                      \
  X(60, Buffer_Dimensions, PJRT_Error*, 6)                                       \
  X(61, Buffer_UnpaddedDimensions, PJRT_Error*, 7)                               \
  X(62, Buffer_DynamicDimensionIndices, PJRT_Error*, 11)                         \
  X(63, Buffer_GetMemoryLayout, PJRT_Error*, 10)                                 \
  X(64, Buffer_OnDeviceSizeInBytes, PJRT_Error*, 0)                              \
  X(65, Buffer_Device, PJRT_Error*, 0)                                           \
  X(66, Buffer_Memory, PJRT_Error*, 24)                                          \
  X(67, Buffer_Delete, PJRT_Error*, 0)                                           \
  X(68, Buffer_IsDeleted, PJRT_Error*, 0)                                        \
  X(69, Buffer_CopyToDevice, PJRT_Error*, 0)                                     \
  X(70, Buffer_ToHostBuffer, PJRT_Error*, 0)                                     \
  X(71, Buffer_IsOnCpu, PJRT_Error*, 0)                                          \
  X(72, Buffer_ReadyEvent, PJRT_Error*, 0)                                       \
  X(73, Buffer_UnsafePointer, PJRT_Error*, 0)                                    \
  X(74, Buffer_IncreaseExternalReferenceCount, PJRT_Error*, 19)                  \
  X(75, Buffer_DecreaseExternalReferenceCount, PJRT_Error*, 19)                  \
  X(76, Buffer_OpaqueDeviceMemoryDataPointer, PJRT_Error*, 19)                   \
  X(77, CopyToDeviceStream_Destroy, PJRT_Error*, 11)                             \
  X(78, CopyToDeviceStream_AddChunk, PJRT_Error*, 0)                             \
  X(79, CopyToDeviceStream_TotalBytes, PJRT_Error*, 0)                           \
  X(80, CopyToDeviceStream_GranuleSize, PJRT_Error*, 0)                          \
  X(81, CopyToDeviceStream_CurrentBytes, PJRT_Error*, 0)                         \
  X(82, TopologyDescription_Create, PJRT_Error*, 0)                              \
  X(83, TopologyDescription_Destroy, PJRT_Error*, 0)                             \
  X(84, TopologyDescription_PlatformName, PJRT_Error*, 0)                        \
  X(85, TopologyDescription_PlatformVersion, PJRT_Error*, 0)                     \
  X(86, TopologyDescription_GetDeviceDescriptions, PJRT_Error*, 0)               \
  X(87, TopologyDescription_Serialize, PJRT_Error*, 22)                          \
  X(88, TopologyDescription_Attributes, PJRT_Error*, 27)                         \
  X(89, Compile, PJRT_Error*, 0)                                                 \
  X(90, Executable_OutputElementTypes, PJRT_Error*, 29)                          \
  X(91, Executable_OutputDimensions, PJRT_Error*, 29)                            \
  X(92, Buffer_CopyToMemory, PJRT_Error*, 32)                                    \
  X(93, Client_CreateViewOfDeviceBuffer, PJRT_Error*, 33)                        \
  X(94, Executable_Fingerprint, PJRT_Error*, 35)                                 \
  X(95, Client_TopologyDescription, PJRT_Error*, 36)                             \
  X(96, Executable_GetCompiledMemoryStats, PJRT_Error*, 40)                      \
  X(97, Memory_Kind_Id, PJRT_Error*, 48)                                         \
  X(98, ExecuteContext_Create, PJRT_Error*, 52)                                  \
  X(99, ExecuteContext_Destroy, PJRT_Error*, 52)                                 \
  X(100, Buffer_CopyRawToHost, PJRT_Error*, 56)                                  \
  X(101, AsyncHostToDeviceTransferManager_Destroy, PJRT_Error*, 60)              \
  X(102, AsyncHostToDeviceTransferManager_TransferData, PJRT_Error*, 60)         \
  X(103, Client_CreateBuffersForAsyncHostToDevice, PJRT_Error*, 60)              \
  X(104, AsyncHostToDeviceTransferManager_RetrieveBuffer, PJRT_Error*, 62)       \
  X(105, AsyncHostToDeviceTransferManager_Device, PJRT_Error*, 62)               \
  X(106, AsyncHostToDeviceTransferManager_BufferCount, PJRT_Error*, 62)          \
  X(107, AsyncHostToDeviceTransferManager_BufferSize, PJRT_Error*, 62)           \
  X(108, AsyncHostToDeviceTransferManager_SetBufferError, PJRT_Error*, 62)       \
  X(109, AsyncHostToDeviceTransferManager_AddMetadata, PJRT_Error*, 62)          \
  X(110, Client_DmaMap, PJRT_Error*, 67)                                         \
  X(111, Client_DmaUnmap, PJRT_Error*, 67)                                       \
  X(112, Client_CreateUninitializedBuffer, PJRT_Error*, 69)                      \
  X(113, Client_UpdateGlobalProcessInfo, PJRT_Error*, 73)                        \
  X(114, TopologyDescription_Deserialize, PJRT_Error*, 75)                       \
  X(115, Client_CreateAliasBuffer, PJRT_Error*, 77)                              \
  X(116, Client_FulfillAliasBuffer, PJRT_Error*, 77)                             \
  X(117, LoadedExecutable_GetDeviceAssignment, PJRT_Error*, 79)                  \
  X(118, Client_CreateErrorBuffer, PJRT_Error*, 82)                              \
  X(119, AsyncHostToDeviceTransferManager_TransferLiteral, PJRT_Error*, 83)      \
  X(120, Buffer_CopyRawToHostFuture, PJRT_Error*, 84)                            \
  X(121, Device_PoisonExecution, PJRT_Error*, 85)                                \
  X(122, Device_CreateAsyncTrackingEvent, PJRT_Error*, 86)                       \
  X(123, AsyncTrackingEvent_Destroy, PJRT_Error*, 86)                            \
  X(124, Executable_GetCompileOptions, PJRT_Error*, 87)                          \
  X(125, Buffer_DonateWithControlDependency, PJRT_Error*, 88)                    \
  X(126, Event_Create, PJRT_Error*, 89)                                          \
  X(127, Event_Set, PJRT_Error*, 89)                                             \
  X(128, Device_GetAttributes, PJRT_Error*, 92)                                  \
  X(129, Client_Load, PJRT_Error*, 95)                                           \
  X(130, LoadedExecutable_AddressableDeviceLogicalIds, PJRT_Error*, 96)          \
  X(131, Buffer_Bitcast, PJRT_Error*, 98)                                        \
  X(132, Error_ForEachPayload, PJRT_Error*, 99)                                  \
  X(133, TopologyDescription_Fingerprint, PJRT_Error*, 101)                      \
  X(134, Executable_ParameterMemoryKinds, PJRT_Error*, 102)                      \
  X(135, Device_ClearMemoryStats, PJRT_Error*, 106)                              \
  X(136, TopologyDescription_MakeCanonicalShapeForMemorySpace, PJRT_Error*, 109) \
  X(137, TopologyDescription_GetMemorySpaceKindIds, PJRT_Error*, 110)

// Every struct that announces its size: name, last field, what to announce.
#define PJRT_API_STRUCTS(X)                                                                         \
  X(PJRT_Extension_Base, next, 24)                                                                  \
  X(PJRT_Api_Version, minor_version, 24)                                                            \
  X(PJRT_Error_Destroy_Args, error, 24)                                                             \
  X(PJRT_Error_Message_Args, message_size, 40)                                                      \
  X(PJRT_Error_FunctionTable, for_each_payload, 56)                                                 \
  X(PJRT_Error_GetCode_Args, code, 28)                                                              \
  X(PJRT_Error_ForEachPayload_Args, user_arg, 40)                                                   \
  X(PJRT_NamedValue, value_size, 56)                                                                \
  X(PJRT_Plugin_Initialize_Args, extension_start, 16)                                               \
  X(PJRT_Plugin_Attributes_Args, num_attributes, 32)                                                \
  X(PJRT_Event_Destroy_Args, event, 24)                                                             \
  X(PJRT_Event_IsReady_Args, is_ready, 25)                                                          \
  X(PJRT_Event_Error_Args, event, 24)                                                               \
  X(PJRT_Event_Await_Args, event, 24)                                                               \
  X(PJRT_Event_OnReady_Args, user_arg, 40)                                                          \
  X(PJRT_Event_Create_Args, event, 24)                                                              \
  X(PJRT_Event_Set_Args, error_message_size, 48)                                                    \
  X(PJRT_KeyValueGetCallback_Args, value_deleter_callback, 80)                                      \
  X(PJRT_KeyValueTryGetCallback_Args, value_deleter_callback, 72)                                   \
  X(PJRT_KeyValuePutCallback_Args, user_arg, 64)                                                    \
  X(PJRT_Client_Create_Args, kv_try_get_user_arg, 88)                                               \
  X(PJRT_Client_Destroy_Args, client, 24)                                                           \
  X(PJRT_Client_PlatformName_Args, platform_name_size, 40)                                          \
  X(PJRT_Client_ProcessIndex_Args, process_index, 28)                                               \
  X(PJRT_Client_PlatformVersion_Args, platform_version_size, 40)                                    \
  X(PJRT_Client_TopologyDescription_Args, topology, 32)                                             \
  X(PJRT_Client_Devices_Args, num_devices, 40)                                                      \
  X(PJRT_Client_AddressableDevices_Args, num_addressable_devices, 40)                               \
  X(PJRT_Client_LookupDevice_Args, device, 40)                                                      \
  X(PJRT_Client_LookupAddressableDevice_Args, addressable_device, 40)                               \
  X(PJRT_ProcessInfo, error_message_size, 48)                                                       \
  X(PJRT_Client_UpdateGlobalProcessInfo_Args, num_process_infos, 40)                                \
  X(PJRT_Client_AddressableMemories_Args, num_addressable_memories, 40)                             \
  X(PJRT_Client_DefaultDeviceAssignment_Args, default_assignment, 48)                               \
  X(PJRT_Client_DmaMap_Args, size, 40)                                                              \
  X(PJRT_Client_DmaUnmap_Args, data, 32)                                                            \
  X(PJRT_DeviceDescription_Id_Args, id, 28)                                                         \
  X(PJRT_DeviceDescription_ProcessIndex_Args, process_index, 28)                                    \
  X(PJRT_DeviceDescription_Attributes_Args, attributes, 40)                                         \
  X(PJRT_DeviceDescription_Kind_Args, device_kind_size, 40)                                         \
  X(PJRT_DeviceDescription_DebugString_Args, debug_string_size, 40)                                 \
  X(PJRT_DeviceDescription_ToString_Args, to_string_size, 40)                                       \
  X(PJRT_TopologyDescription_GetDeviceDescriptions_Args, num_descriptions, 40)                      \
  X(PJRT_Device_GetDescription_Args, device_description, 32)                                        \
  X(PJRT_Device_IsAddressable_Args, is_addressable, 25)                                             \
  X(PJRT_Device_LocalHardwareId_Args, local_hardware_id, 28)                                        \
  X(PJRT_Device_AddressableMemories_Args, num_memories, 40)                                         \
  X(PJRT_Device_DefaultMemory_Args, memory, 32)                                                     \
  X(PJRT_Device_MemoryStats_Args, peak_allocated_bytes_is_set, 201)                                 \
  X(PJRT_Device_ClearMemoryStats_Args, device, 24)                                                  \
  X(PJRT_Device_PoisonExecution_Args, num_payload, 72)                                              \
  X(PJRT_Device_GetAttributes_Args, attributes_deleter, 56)                                         \
  X(PJRT_Device_CreateAsyncTrackingEvent_Args, event, 48)                                           \
  X(PJRT_AsyncTrackingEvent_Destroy_Args, event, 24)                                                \
  X(PJRT_Memory_FunctionTable, set_user_data, 40)                                                   \
  X(PJRT_Memory_Id_Args, id, 28)                                                                    \
  X(PJRT_Memory_Kind_Args, kind_size, 40)                                                           \
  X(PJRT_Memory_Kind_Id_Args, kind_id, 28)                                                          \
  X(PJRT_Memory_DebugString_Args, debug_string_size, 40)                                            \
  X(PJRT_Memory_ToString_Args, to_string_size, 40)                                                  \
  X(PJRT_Memory_AddressableByDevices_Args, num_devices, 40)                                         \
  X(PJRT_Program, format_size, 48)                                                                  \
  X(PJRT_Client_Compile_Args, executable, 56)                                                       \
  X(PJRT_Client_Load_Args, loaded_executable, 56)                                                   \
  X(PJRT_Compile_Args, executable, 64)                                                              \
  X(PJRT_Executable_Destroy_Args, executable, 24)                                                   \
  X(PJRT_Executable_Name_Args, executable_name_size, 40)                                            \
  X(PJRT_Executable_NumReplicas_Args, num_replicas, 32)                                             \
  X(PJRT_Executable_NumPartitions_Args, num_partitions, 32)                                         \
  X(PJRT_Executable_OptimizedProgram_Args, program, 32)                                             \
  X(PJRT_Executable_NumOutputs_Args, num_outputs, 32)                                               \
  X(PJRT_Executable_SizeOfGeneratedCodeInBytes_Args, size_in_bytes, 32)                             \
  X(PJRT_Executable_Fingerprint_Args, executable_fingerprint_size, 40)                              \
  X(PJRT_Executable_GetCostAnalysis_Args, properties, 40)                                           \
  X(PJRT_Executable_GetCompiledMemoryStats_Args, peak_unpadded_heap_bytes, 144)                     \
  X(PJRT_Executable_OutputElementTypes_Args, num_output_types, 40)                                  \
  X(PJRT_Executable_OutputDimensions_Args, dim_sizes, 48)                                           \
  X(PJRT_Executable_ParameterMemoryKinds_Args, memory_kind_sizes, 48)                               \
  X(PJRT_Executable_OutputMemoryKinds_Args, memory_kind_sizes, 48)                                  \
  X(PJRT_Executable_Serialize_Args, serialized_executable_deleter, 56)                              \
  X(PJRT_Executable_GetCompileOptions_Args, serialized_compile_options_deleter, 56)                 \
  X(PJRT_LoadOptions, multi_slice_config, 32)                                                       \
  X(PJRT_Executable_DeserializeAndLoad_Args, load_options, 72)                                      \
  X(PJRT_ExecuteContext_Create_Args, context, 24)                                                   \
  X(PJRT_ExecuteContext_Destroy_Args, context, 24)                                                  \
  X(PJRT_LoadedExecutable_Destroy_Args, executable, 24)                                             \
  X(PJRT_LoadedExecutable_GetExecutable_Args, executable, 32)                                       \
  X(PJRT_LoadedExecutable_GetDeviceAssignment_Args, serialized_device_assignment_deleter, 56)       \
  X(PJRT_LoadedExecutable_AddressableDevices_Args, num_addressable_devices, 40)                     \
  X(PJRT_LoadedExecutable_AddressableDeviceLogicalIds_Args, num_addressable_device_logical_ids, 40) \
  X(PJRT_LoadedExecutable_Delete_Args, executable, 24)                                              \
  X(PJRT_LoadedExecutable_IsDeleted_Args, is_deleted, 25)                                           \
  X(PJRT_ExecuteOptions, num_hlo_output_callbacks, 144)                                             \
  X(PJRT_LoadedExecutable_Execute_Args, execute_device, 80)                                         \
  X(PJRT_LoadedExecutable_Fingerprint_Args, executable_fingerprint_size, 40)                        \
  X(PJRT_CopyToDeviceStream_Destroy_Args, stream, 24)                                               \
  X(PJRT_CopyToDeviceStream_AddChunk_Args, transfer_complete, 40)                                   \
  X(PJRT_CopyToDeviceStream_TotalBytes_Args, total_bytes, 32)                                       \
  X(PJRT_CopyToDeviceStream_GranuleSize_Args, granule_size_in_bytes, 32)                            \
  X(PJRT_CopyToDeviceStream_CurrentBytes_Args, current_bytes, 32)                                   \
  X(PJRT_Buffer_MemoryLayout_Tiled, num_tiles, 56)                                                  \
  X(PJRT_Buffer_MemoryLayout_Strides, num_byte_strides, 32)                                         \
  X(PJRT_Buffer_MemoryLayout, type, 76)                                                             \
  X(PJRT_Client_CreateUninitializedBuffer_Args, buffer, 80)                                         \
  X(PJRT_Client_CreateErrorBuffer_Args, num_payload, 112)                                           \
  X(PJRT_Client_CreateAliasBuffer_Args, fulfill_alias_buffer_cb, 80)                                \
  X(PJRT_Client_FulfillAliasBuffer_Args, fulfill_alias_buffer_cb, 64)                               \
  X(PJRT_Client_BufferFromHostBuffer_Args, buffer, 120)                                             \
  X(PJRT_Client_CreateViewOfDeviceBuffer_Args, memory, 112)                                         \
  X(PJRT_Buffer_Destroy_Args, buffer, 24)                                                           \
  X(PJRT_Buffer_ElementType_Args, type, 28)                                                         \
  X(PJRT_Buffer_Dimensions_Args, num_dims, 40)                                                      \
  X(PJRT_Buffer_UnpaddedDimensions_Args, num_dims, 40)                                              \
  X(PJRT_Buffer_DynamicDimensionIndices_Args, num_dynamic_dims, 40)                                 \
  X(PJRT_Buffer_GetMemoryLayout_Args, layout, 104)                                                  \
  X(PJRT_Buffer_ToHostBuffer_Args, event, 56)                                                       \
  X(PJRT_Buffer_OnDeviceSizeInBytes_Args, on_device_size_in_bytes, 32)                              \
  X(PJRT_Buffer_Delete_Args, buffer, 24)                                                            \
  X(PJRT_Buffer_IsDeleted_Args, is_deleted, 25)                                                     \
  X(PJRT_Buffer_CopyRawToHost_Args, event, 56)                                                      \
  X(PJRT_Buffer_CopyRawToHostFuture_Callback_Args, dst, 48)                                         \
  X(PJRT_Buffer_CopyRawToHostFuture_Args, future_ready_callback, 64)                                \
  X(PJRT_Buffer_CopyToDevice_Args, dst_buffer, 40)                                                  \
  X(PJRT_Buffer_CopyToMemory_Args, dst_buffer, 40)                                                  \
  X(PJRT_Buffer_Bitcast_Args, out_buffer, 64)                                                       \
  X(PJRT_Buffer_IsOnCpu_Args, is_on_cpu, 25)                                                        \
  X(PJRT_Buffer_Device_Args, device, 32)                                                            \
  X(PJRT_Buffer_Memory_Args, memory, 32)                                                            \
  X(PJRT_Buffer_ReadyEvent_Args, event, 32)                                                         \
  X(PJRT_Buffer_UnsafePointer_Args, buffer_pointer, 32)                                             \
  X(PJRT_Buffer_IncreaseExternalReferenceCount_Args, buffer, 24)                                    \
  X(PJRT_Buffer_DecreaseExternalReferenceCount_Args, buffer, 24)                                    \
  X(PJRT_Buffer_OpaqueDeviceMemoryDataPointer_Args, device_memory_ptr, 32)                          \
  X(PJRT_Buffer_DonateWithControlDependency_Callback_Args, error_message_size, 40)                  \
  X(PJRT_Buffer_DonateWithControlDependency_Args, out_buffer, 48)                                   \
  X(PJRT_AsyncHostToDeviceTransferManager_Destroy_Args, transfer_manager, 24)                       \
  X(PJRT_AsyncHostToDeviceTransferManager_TransferData_Args, done_with_h2d_transfer, 72)            \
  X(PJRT_AsyncHostToDeviceTransferManager_RetrieveBuffer_Args, buffer_out, 40)                      \
  X(PJRT_AsyncHostToDeviceTransferManager_Device_Args, device_out, 32)                              \
  X(PJRT_AsyncHostToDeviceTransferManager_BufferCount_Args, buffer_count, 32)                       \
  X(PJRT_AsyncHostToDeviceTransferManager_BufferSize_Args, buffer_size, 40)                         \
  X(PJRT_AsyncHostToDeviceTransferManager_SetBufferError_Args, error_message_size, 48)              \
  X(PJRT_AsyncHostToDeviceTransferManager_AddMetadata_Args, num_metadata, 40)                       \
  X(PJRT_AsyncHostToDeviceTransferManager_TransferLiteral_Args, done_with_h2d_transfer, 80)         \
  X(PJRT_ShapeSpec, element_type, 36)                                                               \
  X(PJRT_Client_CreateBuffersForAsyncHostToDevice_Args, transfer_manager, 72)                       \
  X(PJRT_TopologyDescription_Create_Args, topology, 56)                                             \
  X(PJRT_TopologyDescription_Destroy_Args, topology, 24)                                            \
  X(PJRT_TopologyDescription_PlatformVersion_Args, platform_version_size, 40)                       \
  X(PJRT_TopologyDescription_PlatformName_Args, platform_name_size, 40)                             \
  X(PJRT_TopologyDescription_Serialize_Args, serialized_topology_deleter, 56)                       \
  X(PJRT_TopologyDescription_Deserialize_Args, topology, 40)                                        \
  X(PJRT_TopologyDescription_Attributes_Args, num_attributes, 40)                                   \
  X(PJRT_TopologyDescription_Fingerprint_Args, fingerprint, 32)                                     \
  X(PJRT_TopologyDescription_MakeCanonicalShapeForMemorySpace_Args, serialized_shape_deleter, 88)   \
  X(PJRT_TopologyDescription_GetMemorySpaceKindIds_Args, num_memory_space_kind_ids, 40)

enum { PJRT_API_MAJOR = 0, PJRT_API_MINOR = 114 };

// PJRT_Client_Compile_Args_STRUCT_SIZE and so on.
enum {
#define PJRT_STRUCT_SIZE(name, last_field, size) name##_STRUCT_SIZE = size,
  PJRT_API_STRUCTS(PJRT_STRUCT_SIZE)
#undef PJRT_STRUCT_SIZE
};

// What GetPjrtApi returns, in static storage. Entry i stands at byte 40 + 8 i and takes its own _Args; null
// is success.
typedef struct PJRT_Api {
  size_t struct_size;
  PJRT_Extension_Base* extension_start;
  PJRT_Api_Version pjrt_api_version;
#define PJRT_ENTRY(index, name, returns, since) returns (*PJRT_##name)(PJRT_##name##_Args * args);
  PJRT_API_ENTRIES(PJRT_ENTRY)
#undef PJRT_ENTRY
} PJRT_Api;

enum { PJRT_Api_STRUCT_SIZE = 1144 };

#ifdef __cplusplus
}
#endif
