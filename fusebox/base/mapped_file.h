// MappedFile: a file's bytes in memory, read only. Copies share one map; the bytes live as long as any of
// them.
//
// A file that another process cuts short while it is mapped would kill the process with SIGBUS at the next
// access. `guarded_read` turns that into an Error: use it for every access to bytes that come from a map.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace fusebox {

class MappedFile {
 public:
  // Maps the file; Error kNotFound or kIo with the system's reason. An empty file has no bytes.
  static MappedFile open(const std::string& path);

  // Maps an open file descriptor of a regular file and takes it over; `path` is for messages.
  static MappedFile adopt(int descriptor, const std::string& path);

  // The same map, narrowed to a part of its bytes (Error kInvalidArgument if they are outside).
  MappedFile slice(size_t offset, size_t size) const;

  std::span<const std::byte> bytes() const;
  const std::string& path() const;

  // Runs `read`, which may touch bytes() from this thread only, must be free of side effects that a jump out
  // of it would break (no locks, no owning objects: copy and arithmetic loops), and returns normally. Error
  // kIo if the file no longer has the bytes it had when it was opened.
  void guarded_read(const std::function<void()>& read) const;

  // Pages that lie wholly in `part` of bytes() stop counting as this process's memory until they are read
  // again.
  void release(std::span<const std::byte> part) const;

 private:
  struct Impl;
  explicit MappedFile(std::shared_ptr<const Impl> impl);
  std::shared_ptr<const Impl> impl_;
  std::span<const std::byte> bytes_;
};

}  // namespace fusebox
