#include "cpu/execute/code.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

std::byte* map_anonymous(std::span<const std::byte> bytes) {
  void* pages = mmap(nullptr, bytes.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return nullptr;
  std::memcpy(pages, bytes.data(), bytes.size());
  if (mprotect(pages, bytes.size(), PROT_READ | PROT_EXEC) == 0) return static_cast<std::byte*>(pages);
  const int refused = errno;
  munmap(pages, bytes.size());
  errno = refused;
  return nullptr;
}

// Where a policy forbids to make written pages executable, pages of a file may be.
std::byte* map_memory_file(std::span<const std::byte> bytes) {
  const int file = memfd_create("fusebox-code", MFD_CLOEXEC);
  if (file < 0) return nullptr;
  void* pages = MAP_FAILED;
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = write(file, bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<size_t>(count);
  }
  if (written == bytes.size())
    pages = mmap(nullptr, bytes.size(), PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
  const int refused = errno;
  close(file);
  errno = refused;
  return pages == MAP_FAILED ? nullptr : static_cast<std::byte*>(pages);
}

}  // namespace

Code::Code(std::span<const std::byte> bytes) : size_(bytes.size()) {
  if (bytes.empty()) return;
  data_ = map_anonymous(bytes);
  if (data_ == nullptr) data_ = map_memory_file(bytes);
  if (data_ == nullptr)
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the system refuses memory for compiled code: {}", std::strerror(errno)));
  __builtin___clear_cache(reinterpret_cast<char*>(data_), reinterpret_cast<char*>(data_ + size_));
}

Code::~Code() {
  if (data_ != nullptr) munmap(data_, size_);
}

}  // namespace fusebox::cpu
