#include "fusebox/base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <mutex>

#include <fmt/format.h>

#include "fusebox/base/error.h"

namespace fusebox {
namespace {

// The read in progress on this thread: where to jump when one of its bytes turns out to be gone.
struct Guard {
  sigjmp_buf jump;
  uintptr_t begin, end;
  Guard* outer;
};

thread_local Guard* current_guard = nullptr;
struct sigaction previous_action;

void chain(int signal, siginfo_t* details, void* context) {
  if (previous_action.sa_flags & SA_SIGINFO) return previous_action.sa_sigaction(signal, details, context);
  if (previous_action.sa_handler != SIG_DFL && previous_action.sa_handler != SIG_IGN)
    return previous_action.sa_handler(signal);
  // Nobody handles it: put the default back; raised again, it ends the process when this handler returns.
  struct sigaction fallback = {};
  fallback.sa_handler = SIG_DFL;
  sigaction(signal, &fallback, nullptr);
  raise(signal);
}

void on_bus_error(int signal, siginfo_t* details, void* context) {
  const auto address = reinterpret_cast<uintptr_t>(details->si_code > 0 ? details->si_addr : nullptr);
  for (Guard* guard = current_guard; guard; guard = guard->outer)
    if (address >= guard->begin && address < guard->end) siglongjmp(guard->jump, 1);
  chain(signal, details, context);
}

void install_handler() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action = {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &previous_action);
  });
}

// Apart from its caller so that no object of the caller lives in the frame that is jumped back into.
[[gnu::noinline]] bool run_guarded(Guard* guard, const std::function<void()>* read) {
  if (sigsetjmp(guard->jump, 1) != 0) return false;
  (*read)();
  return true;
}

struct GuardScope {
  explicit GuardScope(Guard& guard) : saved(current_guard) {
    guard.outer = saved;
    current_guard = &guard;
  }
  ~GuardScope() { current_guard = saved; }
  Guard* saved;
};

Error io_error(const std::string& path, std::string_view doing) {
  const int code = errno;
  const ErrorKind kind = code == ENOENT || code == ENOTDIR ? ErrorKind::kNotFound : ErrorKind::kIo;
  return Error(kind, fmt::format("cannot {}: {}", doing, std::strerror(code))).file(path);
}

}  // namespace

struct MappedFile::Impl {
  std::string path;
  int descriptor = -1;
  void* address = nullptr;
  size_t size = 0;

  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (address) munmap(address, size);
    if (descriptor >= 0) close(descriptor);
  }
};

MappedFile::MappedFile(std::shared_ptr<const Impl> impl)
    : impl_(std::move(impl)), bytes_(static_cast<const std::byte*>(impl_->address), impl_->size) {}

MappedFile MappedFile::open(const std::string& path) {
  // Without O_NONBLOCK, opening a pipe would wait for a writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) throw io_error(path, "open");
  return adopt(descriptor, path);
}

MappedFile MappedFile::adopt(int descriptor, const std::string& path) {
  auto impl = std::make_shared<Impl>();
  impl->path = path;
  impl->descriptor = descriptor;
  struct stat status;
  if (fstat(descriptor, &status) != 0) throw io_error(path, "read");
  if (S_ISDIR(status.st_mode)) throw Error(ErrorKind::kIo, "is a folder, want a file").file(path);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::kIo, "is not a regular file").file(path);
  impl->size = static_cast<size_t>(status.st_size);
  if (impl->size > 0) {
    void* address = mmap(nullptr, impl->size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (address == MAP_FAILED) throw io_error(path, "map");
    impl->address = address;
  }
  install_handler();
  return MappedFile(std::move(impl));
}

MappedFile MappedFile::slice(size_t offset, size_t size) const {
  if (offset > bytes_.size() || size > bytes_.size() - offset)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("{} bytes from {} are outside a map of {} bytes", size, offset, bytes_.size()))
        .file(impl_->path);
  MappedFile part(*this);
  part.bytes_ = bytes_.subspan(offset, size);
  return part;
}

std::span<const std::byte> MappedFile::bytes() const { return bytes_; }

const std::string& MappedFile::path() const { return impl_->path; }

void MappedFile::release(std::span<const std::byte> part) const {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto first = reinterpret_cast<uintptr_t>(part.data());
  const uintptr_t begin = (first + page - 1) / page * page, end = (first + part.size()) / page * page;
  const auto map = reinterpret_cast<uintptr_t>(impl_->address);
  if (begin < end && begin >= map && end <= map + impl_->size)
    madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

void MappedFile::guarded_read(const std::function<void()>& read) const {
  const auto begin = reinterpret_cast<uintptr_t>(impl_->address);
  Guard guard = {.jump = {}, .begin = begin, .end = begin + impl_->size, .outer = nullptr};
  bool complete = false;
  {
    GuardScope scope(guard);
    complete = run_guarded(&guard, &read);
  }
  // A file cut inside its last mapped page raises no signal, the rest of that page reads as zeros.
  struct stat status;
  if (complete && fstat(impl_->descriptor, &status) == 0 &&
      static_cast<size_t>(status.st_size) >= impl_->size)
    return;
  throw Error(ErrorKind::kIo,
              fmt::format("the file was cut short or failed while in use (it had {} bytes)", impl_->size))
      .file(impl_->path)
      .hint("do not change a model's files while it is loaded");
}

}  // namespace fusebox
