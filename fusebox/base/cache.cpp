#include "fusebox/base/cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "fusebox/base/error.h"
#include "fusebox/base/log.h"
#include "fusebox/base/quoted.h"

namespace fusebox {
namespace {

constexpr uint64_t kMagic = 0x31454843'41434246;  // "FBCACHE1", read as little-endian
// Only files named like this are ever touched: a user may point the cache at a folder with other things in
// it.
constexpr std::string_view kSuffix = ".fusebox", kTemporary = ".fusebox-tmp-";
constexpr time_t kAbandonedAfter = 3600;  // seconds

// The end of every entry; at the end, so that the bytes of an entry start on a page.
struct Trailer {
  uint64_t magic, size, checksum;
};

struct Descriptor {
  int value;
  explicit Descriptor(int descriptor) : value(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value >= 0) close(value);
  }
  int release() { return std::exchange(value, -1); }
};

// The name of the entry's file.
std::string file_name(std::string_view name) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  const bool fine = !name.empty() && name.size() <= 200 && name[0] != '.' && name[0] != '-' &&
                    name.find_first_not_of(kAllowed) == std::string_view::npos;
  if (!fine)
    throw Error(ErrorKind::kInvalidArgument, fmt::format("{} cannot name an entry of a cache", quoted(name)));
  return fmt::format("{}{}", name, kSuffix);
}

void warn_once(std::string_view directory, std::string_view why) {
  static std::atomic<bool> warned{false};
  if (!warned.exchange(true))
    log_message(LogLevel::kWarn, "nothing is kept in the cache {}: {}", quoted(directory), why);
}

// Makes the folder and its parents, each private where it did not exist.
void make_directories(const std::string& path) {
  for (size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
    mkdir(path.substr(0, slash).c_str(), 0700);  // a failure shows when the folder is opened
    if (slash == std::string::npos) return;
  }
}

// Nothing if the folder may be used; otherwise why not.
std::string why_not_private(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return std::strerror(errno);
  if (status.st_uid != geteuid()) return "it belongs to another user";
  if (status.st_mode & 022) return "others may write to it (mode 0700 is wanted)";
  return {};
}

bool is_own_file(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid();
}

bool write_all(int descriptor, const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = write(descriptor, at, std::min(size, size_t{1} << 30));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= static_cast<size_t>(written);
  }
  return true;
}

// The entry's bytes without its trailer; nothing if they are not what was stored.
std::optional<MappedFile> verified(const MappedFile& file) {
  const auto bytes = file.bytes();
  if (bytes.size() < sizeof(Trailer)) return std::nullopt;
  const size_t size = bytes.size() - sizeof(Trailer);
  Trailer trailer = {};
  uint64_t checksum = 0;
  file.guarded_read([&] {
    std::memcpy(&trailer, bytes.data() + size, sizeof trailer);
    checksum = XXH3_64bits(bytes.data(), size);
  });
  if (trailer.magic != kMagic || trailer.size != size || trailer.checksum != checksum) return std::nullopt;
  return file.slice(0, size);
}

std::string user_directory() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (const std::string own = variable("FUSEBOX_CACHE"); !own.empty()) return own;
  // The XDG specification wants relative paths ignored.
  if (const std::string xdg = variable("XDG_CACHE_HOME"); xdg.starts_with('/')) return xdg + "/fusebox";
  if (const std::string home = variable("HOME"); home.starts_with('/')) return home + "/.cache/fusebox";
  return {};
}

struct Entry {
  std::string name;
  uint64_t size;
  timespec used;
};

bool used_before(const Entry& a, const Entry& b) {
  return std::pair(a.used.tv_sec, a.used.tv_nsec) < std::pair(b.used.tv_sec, b.used.tv_nsec);
}

// The folder's entries; temporary files that their process left behind are removed on the way.
std::vector<Entry> list_entries(int directory) {
  std::vector<Entry> entries;
  Descriptor copy(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (copy.value < 0) return entries;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(fdopendir(copy.value), closedir);
  if (!listing) return entries;
  copy.release();
  while (const dirent* item = readdir(listing.get())) {
    const std::string name = item->d_name;
    struct stat status;
    if (fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
      continue;
    if (name.starts_with(kTemporary)) {
      if (std::time(nullptr) - status.st_mtime > kAbandonedAfter) unlinkat(directory, name.c_str(), 0);
    } else if (name.ends_with(kSuffix)) {
      entries.push_back({name, static_cast<uint64_t>(status.st_size), status.st_mtim});
    }
  }
  return entries;
}

}  // namespace

FileCache::FileCache(std::string dir, uint64_t max_bytes)
    : directory_(std::move(dir)), max_bytes_(max_bytes) {
  // A trailing slash would follow a symbolic link.
  while (directory_.size() > 1 && directory_.ends_with('/')) directory_.pop_back();
  if (const std::string trouble = open_directory(); !trouble.empty()) {
    if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
    warn_once(directory_, trouble);
  }
}

// What is wrong with the folder, or nothing.
std::string FileCache::open_directory() {
  if (directory_.empty()) return "there is no home directory";
  make_directories(directory_);
  descriptor_ = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor_ < 0 && errno == ENOTDIR) return "it is not a folder, or a symbolic link to one";
  return descriptor_ < 0 ? std::strerror(errno) : why_not_private(descriptor_);
}

FileCache::~FileCache() {
  if (descriptor_ >= 0) close(descriptor_);
}

FileCache& FileCache::user() {
  // Never destroyed: a worker may still store while the process ends.
  static FileCache& cache = *new FileCache(user_directory(), uint64_t{2} << 30);
  return cache;
}

bool FileCache::writable() const {
  return descriptor_ >= 0 && faccessat(descriptor_, ".", W_OK | X_OK, AT_EACCESS) == 0;
}

std::optional<MappedFile> FileCache::peek(std::string_view name) const {
  const std::string path = file_name(name);
  if (descriptor_ < 0) return std::nullopt;
  Descriptor file(openat(descriptor_, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.value < 0 || !is_own_file(file.value)) return std::nullopt;
  try {
    return verified(MappedFile::adopt(file.release(), directory_ + "/" + path));
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<CacheEntry> FileCache::entries() const {
  std::vector<CacheEntry> all;
  if (descriptor_ < 0) return all;
  std::vector<Entry> found = list_entries(descriptor_);
  std::sort(found.begin(), found.end(), [](const Entry& a, const Entry& b) { return used_before(b, a); });
  for (Entry& entry : found) {
    const auto since = std::chrono::seconds(entry.used.tv_sec) + std::chrono::nanoseconds(entry.used.tv_nsec);
    entry.name.resize(entry.name.size() - kSuffix.size());
    all.push_back({std::move(entry.name), entry.size,
                   std::chrono::system_clock::time_point(
                       std::chrono::duration_cast<std::chrono::system_clock::duration>(since))});
  }
  return all;
}

std::optional<MappedFile> FileCache::find(std::string_view name) const {
  const std::string path = file_name(name);
  if (descriptor_ < 0) return std::nullopt;
  Descriptor file(openat(descriptor_, path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.value < 0 || !is_own_file(file.value)) return std::nullopt;
  const int kept = file.value;
  try {
    const MappedFile map = MappedFile::adopt(file.release(), directory_ + "/" + path);
    if (std::optional<MappedFile> entry = verified(map)) {
      futimens(kept, nullptr);  // the time of use orders eviction; a read-only folder keeps its order
      return entry;
    }
  } catch (const Error&) {  // cut short under us, or no address space left
  }
  log_message(LogLevel::kInfo, "the cache's entry {} is damaged and removed", quoted(name));
  unlinkat(descriptor_, path.c_str(), 0);
  return std::nullopt;
}

bool FileCache::store(std::string_view name, std::span<const std::byte> bytes) {
  const std::string path = file_name(name);
  if (descriptor_ < 0 || bytes.size() + sizeof(Trailer) > max_bytes_ || !write_entry(path, bytes))
    return false;
  evict();
  return true;
}

bool FileCache::write_entry(const std::string& path, std::span<const std::byte> bytes) {
  static std::atomic<uint64_t> counter{0};
  const std::string temporary =
      fmt::format("{}{}-{}-{:x}", kTemporary, getpid(), counter++, std::time(nullptr));
  const Descriptor file(
      openat(descriptor_, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.value < 0) {
    warn_once(directory_, std::strerror(errno));
    return false;
  }
  const Trailer trailer = {kMagic, bytes.size(), XXH3_64bits(bytes.data(), bytes.size())};
  const bool written = write_all(file.value, bytes.data(), bytes.size()) &&
                       write_all(file.value, &trailer, sizeof trailer) &&
                       renameat(descriptor_, temporary.c_str(), descriptor_, path.c_str()) == 0;
  if (written) return true;
  warn_once(directory_, std::strerror(errno));
  unlinkat(descriptor_, temporary.c_str(), 0);
  return false;
}

void FileCache::remove(std::string_view name) {
  const std::string path = file_name(name);
  if (descriptor_ >= 0) unlinkat(descriptor_, path.c_str(), 0);
}

void FileCache::evict() {
  std::vector<Entry> entries = list_entries(descriptor_);
  uint64_t total = 0;
  for (const Entry& entry : entries) total += entry.size;
  if (total <= max_bytes_) return;
  std::sort(entries.begin(), entries.end(), used_before);
  for (const Entry& entry : entries) {
    if (total <= max_bytes_) return;
    if (unlinkat(descriptor_, entry.name.c_str(), 0) == 0) total -= entry.size;
  }
}

}  // namespace fusebox
