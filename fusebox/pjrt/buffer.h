// Buffer: a tensor in a device's memory.
//
//   Buffer x = Buffer::from_host(device, {{2, 4}, f32}, std::as_bytes(std::span(values)));
//   std::vector<float> back(8);
//   x.to_host(std::as_writable_bytes(std::span(back))).await();
//
// On the host every element takes whole bytes, row-major, also types narrower than a byte.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "fusebox/base/shape.h"
#include "fusebox/pjrt/client.h"
#include "fusebox/pjrt/event.h"

namespace fusebox::pjrt {

// Until when a buffer made from host memory reads that memory.
enum class HostSemantics : uint8_t {
  kOnlyDuringCall,          // copied before from_host returns
  kUntilTransferCompletes,  // copied meanwhile
  kZeroCopy,                // the buffer may be that memory: unchanged, and kept, while the buffer lives
  kMutableZeroCopy,         // the same, and a program that is given the buffer for good may write to it
};

// XLA's CPU takes zero-copy memory that is aligned to this many bytes, and copies other without a word.
inline constexpr size_t kZeroCopyAlignment = 64;

class HostView;

// Owns device memory through a handle; movable. Const members are thread-safe; a buffer may be an argument of
// several executions at once as long as none of them donates it. Empty when default-constructed or moved
// from: then every call but assignment and empty() is an Error kInvalidArgument.
class Buffer {
 public:
  Buffer() = default;
  Buffer(std::shared_ptr<const ClientState> client, PJRT_Buffer* handle);  // takes the handle over
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  ~Buffer();

  // Puts `bytes` (shape.bytes() of them, row-major) into the device's default memory. `owner` is kept until
  // the plugin needs the bytes no more, whatever the semantics; it may be released on a thread of the plugin.
  static Buffer from_host(const Device& device, const Shape& shape, std::span<const std::byte> bytes,
                          HostSemantics semantics = HostSemantics::kOnlyDuringCall,
                          std::shared_ptr<const void> owner = nullptr);

  bool empty() const { return handle_ == nullptr; }
  Shape shape() const;  // asks the plugin; Error kUnsupported for a type that we do not know
  size_t bytes_on_device() const;
  bool on_cpu() const;  // whether the memory can be read where it lies

  // Copies to `out`, shape().bytes() in size, which must stay until the event is ready. Waits for the buffer
  // first.
  Event to_host(std::span<std::byte> out) const;

  // The elements where they lie, if the memory is the host's and in the host's form; waits for the buffer.
  // The view must go before the buffer does, and keeps executions from writing over it (they copy instead).
  std::optional<HostView> host_view() const;

  // Ready when the contents are; its error is what the computation failed with.
  Event ready() const;

  Buffer copy_to(const Device& device) const;

  // Whether the memory is gone: by delete_memory, or because an execution took it (donation).
  bool is_deleted() const;
  // Gives the memory back now; the buffer stays, deleted.
  void delete_memory();

  PJRT_Buffer* handle() const { return handle_; }

 private:
  const Plugin& plugin() const;  // throws if empty
  void destroy() noexcept;

  std::shared_ptr<const ClientState> client_;
  PJRT_Buffer* handle_ = nullptr;
};

// An external reference on a buffer's memory. Movable.
class HostView {
 public:
  HostView(HostView&& other) noexcept;
  HostView& operator=(HostView&& other) noexcept;
  ~HostView();

  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  friend class Buffer;
  HostView(const Plugin& plugin, PJRT_Buffer* buffer) : plugin_(&plugin), buffer_(buffer) {}

  const Plugin* plugin_;
  PJRT_Buffer* buffer_;
  std::span<const std::byte> bytes_;
};

}  // namespace fusebox::pjrt
