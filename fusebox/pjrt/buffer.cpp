#include "fusebox/pjrt/buffer.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "fusebox/pjrt/call.h"
#include "fusebox/pjrt/client_state.h"

namespace fusebox::pjrt {
namespace {

// Row-major, spelled out: without it a plugin may answer in the layout that its device likes.
class RowMajor {
 public:
  RowMajor(const Plugin& plugin, size_t rank) : minor_to_major_(rank) {
    for (size_t i = 0; i < rank; ++i) minor_to_major_[i] = static_cast<int64_t>(rank - 1 - i);
    announce(plugin, layout_, PJRT_Buffer_MemoryLayout_STRUCT_SIZE);
    layout_.value.type = PJRT_Buffer_MemoryLayout_Type_Tiled;
    layout_.value.tiled.struct_size = PJRT_Buffer_MemoryLayout_Tiled_STRUCT_SIZE;
    layout_.value.tiled.minor_to_major = minor_to_major_.data();
    layout_.value.tiled.minor_to_major_size = rank;
  }
  RowMajor(const RowMajor&) = delete;
  RowMajor& operator=(const RowMajor&) = delete;

  PJRT_Buffer_MemoryLayout* get() { return &layout_.value; }

 private:
  std::vector<int64_t> minor_to_major_;
  Padded<PJRT_Buffer_MemoryLayout> layout_;
};

void release_owner_after(const Event& done, std::shared_ptr<const void> owner) {
  if (owner == nullptr) return;
  done.on_ready([kept = std::move(owner)](const Error*) {});
}

}  // namespace

Buffer::Buffer(std::shared_ptr<const ClientState> client, PJRT_Buffer* handle)
    : client_(std::move(client)), handle_(handle) {}

Buffer::Buffer(Buffer&& other) noexcept
    : client_(std::move(other.client_)), handle_(std::exchange(other.handle_, nullptr)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  if (this == &other) return *this;
  destroy();
  client_ = std::move(other.client_);
  handle_ = std::exchange(other.handle_, nullptr);
  return *this;
}

Buffer::~Buffer() { destroy(); }

void Buffer::destroy() noexcept {
  if (handle_ == nullptr) return;
  Call<Entry::Buffer_Destroy> call(client_->plugin);
  call->buffer = std::exchange(handle_, nullptr);
  call.run_quietly();
}

const Plugin& Buffer::plugin() const {
  if (handle_ == nullptr)
    throw Error(ErrorKind::kInvalidArgument, "an empty buffer has no contents").op("Buffer");
  return client_->plugin;
}

Buffer Buffer::from_host(const Device& device, const Shape& shape, std::span<const std::byte> bytes,
                         HostSemantics semantics, std::shared_ptr<const void> owner) {
  if (bytes.size() != static_cast<size_t>(shape.bytes())) {
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("got {} bytes for {}, want {}", bytes.size(), to_string(shape), shape.bytes()))
        .op("Buffer::from_host");
  }
  static constexpr std::byte kNothing{};
  std::shared_ptr<const ClientState> client = device.client().state();
  Call<Entry::Client_BufferFromHostBuffer> call(client->plugin);
  call->client = client->handle;
  call->data = bytes.empty() ? &kNothing : bytes.data();
  call->type = info(shape.dtype).pjrt_type;
  call->dims = shape.dims.data();
  call->num_dims = shape.dims.size();
  call->host_buffer_semantics = static_cast<PJRT_HostBufferSemantics>(semantics);
  call->memory = device.state().memory;
  if (call->memory == nullptr) call->device = device.state().handle;
  call.run();
  Buffer buffer(client, call->buffer);
  release_owner_after(Event(client, call->done_with_host_buffer), std::move(owner));
  return buffer;
}

Shape Buffer::shape() const {
  Call<Entry::Buffer_ElementType> type(plugin());
  type->buffer = handle_;
  type.run();
  std::optional<DType> dtype = dtype_from_pjrt(type->type);
  if (!dtype) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the buffer has the unknown element type {}", type->type))
        .op(entry_name(Entry::Buffer_ElementType));
  }
  Call<Entry::Buffer_Dimensions> dims(plugin());
  dims->buffer = handle_;
  dims.run();
  return {Dims(dims->dims, dims->dims + dims->num_dims), *dtype};
}

size_t Buffer::bytes_on_device() const {
  Call<Entry::Buffer_OnDeviceSizeInBytes> call(plugin());
  call->buffer = handle_;
  call.run();
  return call->on_device_size_in_bytes;
}

bool Buffer::on_cpu() const {
  Call<Entry::Buffer_IsOnCpu> call(plugin());
  call->buffer = handle_;
  return call.run_if_supported() && call->is_on_cpu;
}

Event Buffer::to_host(std::span<std::byte> out) const {
  Shape from = shape();
  if (out.size() != static_cast<size_t>(from.bytes())) {
    throw Error(ErrorKind::kInvalidArgument, fmt::format("got room for {} bytes of {}, want {}", out.size(),
                                                         to_string(from), from.bytes()))
        .op("Buffer::to_host");
  }
  if (out.empty()) return ready();
  RowMajor layout(plugin(), from.dims.size());
  Call<Entry::Buffer_ToHostBuffer> call(plugin());
  call->src = handle_;
  if (from.dims.size() > 1) call->host_layout = layout.get();
  call->dst = out.data();
  call->dst_size = out.size();
  call.run();
  return Event(client_, call->event);
}

std::optional<HostView> Buffer::host_view() const {
  if (!on_cpu() || !plugin().has(Entry::Buffer_IncreaseExternalReferenceCount) ||
      !plugin().has(Entry::Buffer_OpaqueDeviceMemoryDataPointer)) {
    return std::nullopt;
  }
  size_t size = static_cast<size_t>(shape().bytes());
  if (bytes_on_device() != size) return std::nullopt;  // packed or padded
  ready().await();
  Call<Entry::Buffer_IncreaseExternalReferenceCount> increase(plugin());
  increase->buffer = handle_;
  if (!increase.run_if_supported()) return std::nullopt;
  HostView view(plugin(), handle_);
  Call<Entry::Buffer_OpaqueDeviceMemoryDataPointer> pointer(plugin());
  pointer->buffer = handle_;
  if (!pointer.run_if_supported()) return std::nullopt;
  view.bytes_ = {static_cast<const std::byte*>(pointer->device_memory_ptr), size};
  return view;
}

Event Buffer::ready() const {
  Call<Entry::Buffer_ReadyEvent> call(plugin());
  call->buffer = handle_;
  call.run();
  return Event(client_, call->event);
}

Buffer Buffer::copy_to(const Device& device) const {
  if (device.state().memory != nullptr) {
    Call<Entry::Buffer_CopyToMemory> call(plugin());
    call->buffer = handle_;
    call->dst_memory = device.state().memory;
    if (call.run_if_supported()) return Buffer(client_, call->dst_buffer);
  }
  Call<Entry::Buffer_CopyToDevice> call(plugin());
  call->buffer = handle_;
  call->dst_device = device.state().handle;
  call.run();
  return Buffer(client_, call->dst_buffer);
}

bool Buffer::is_deleted() const {
  Call<Entry::Buffer_IsDeleted> call(plugin());
  call->buffer = handle_;
  call.run();
  return call->is_deleted;
}

void Buffer::delete_memory() {
  Call<Entry::Buffer_Delete> call(plugin());
  call->buffer = handle_;
  call.run();
}

HostView::HostView(HostView&& other) noexcept
    : plugin_(other.plugin_),
      buffer_(std::exchange(other.buffer_, nullptr)),
      bytes_(std::exchange(other.bytes_, {})) {}

HostView& HostView::operator=(HostView&& other) noexcept {
  std::swap(plugin_, other.plugin_);
  std::swap(buffer_, other.buffer_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

HostView::~HostView() {
  if (buffer_ == nullptr) return;
  Call<Entry::Buffer_DecreaseExternalReferenceCount> call(*plugin_);
  call->buffer = buffer_;
  call.run_quietly();
}

}  // namespace fusebox::pjrt
