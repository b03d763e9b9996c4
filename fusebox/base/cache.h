// FileCache: a folder of named byte strings that can be made again at any time (compiled programs,
// vocabularies).
//
// Private to its user: the folder is made 0700, must be the user's own and writable by nobody else; entries
// are opened without following symbolic links, and what belongs to anybody else is not used. An entry is
// written under another name and renamed, so that two processes, or one killed half-way, leave it whole or
// absent; it ends with its length and checksum, and one that does not match is removed and counts as absent.
// Nothing is synced: after a power cut an entry may be gone, never wrong.
//
// Trouble with the environment (no home, read-only, disk full) is never an error: find has nothing, store
// returns false and the process says so once (log level warn).
//
//   if (auto entry = FileCache::user().find(key)) return load(entry->bytes());
//   auto made = make();
//   FileCache::user().store(key, made);
//
// All methods are safe from any thread and process.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/mapped_file.h"

namespace fusebox {

// What is known of an entry without reading it.
struct CacheEntry {
  std::string name;
  uint64_t bytes = 0;  // of its file
  std::chrono::system_clock::time_point used = {};
};

class FileCache {
 public:
  // Uses `dir`, made with its parents when needed. Above `max_bytes` in all, the entries unused for longest
  // are removed. An empty `dir` is a cache that keeps nothing.
  explicit FileCache(std::string dir, uint64_t max_bytes);
  ~FileCache();
  FileCache(const FileCache&) = delete;
  FileCache& operator=(const FileCache&) = delete;

  // The user's own, at most 2 GiB: $FUSEBOX_CACHE, else $XDG_CACHE_HOME/fusebox, else $HOME/.cache/fusebox.
  static FileCache& user();

  // A name is 1 to 200 of the characters A-Z a-z 0-9 . _ - and starts with none of ". -" (else Error
  // kInvalidArgument from each of these three).
  std::optional<MappedFile> find(std::string_view name) const;
  // The same for those who only look: the entry does not count as used, and a damaged one stays.
  std::optional<MappedFile> peek(std::string_view name) const;
  bool store(std::string_view name, std::span<const std::byte> bytes);
  void remove(std::string_view name);

  // All entries, those used last first.
  std::vector<CacheEntry> entries() const;

  const std::string& directory() const { return directory_; }
  uint64_t max_bytes() const { return max_bytes_; }
  // Whether the folder can be written to now.
  bool writable() const;

 private:
  std::string open_directory();
  bool write_entry(const std::string& path, std::span<const std::byte> bytes);
  void evict();

  std::string directory_;
  uint64_t max_bytes_;
  int descriptor_ = -1;  // of the folder; every path is relative to it
};

}  // namespace fusebox
