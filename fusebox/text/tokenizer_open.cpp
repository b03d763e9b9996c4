// Opening tokenizers: which file it is, and whether its tables come from the cache or are made anew.
//
// An entry's name is a hash of every byte that the tables depend on. Hashing 3 MB takes well under a
// millisecond; times and sizes of files, which are quicker, can both lie.
#include <fmt/format.h>
#include <xxhash.h>

#include <cstring>
#include <filesystem>

#include "fusebox/base/error.h"
#include "fusebox/base/log.h"
#include "fusebox/text/tokenizer_impl.h"
#include "fusebox/text/tokenizer_source.h"

namespace fusebox::text {
namespace {

namespace fs = std::filesystem;

using Bytes = std::span<const std::byte>;

// To be raised when the format of the tables, or what they are made of a file, changes.
constexpr int kCacheVersion = 1;

std::string hash_of(Bytes bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::string hash_of(const MappedFile& file) {
  XXH128_hash_t hash;
  file.guarded_read([&] { hash = XXH3_128bits(file.bytes().data(), file.bytes().size()); });
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

// A file's bytes, out of reach of whoever changes the file.
std::vector<std::byte> copy_of(const MappedFile& file) {
  std::vector<std::byte> copy(file.bytes().size());
  file.guarded_read([&] { std::memcpy(copy.data(), file.bytes().data(), copy.size()); });
  return copy;
}

std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string entry_name(std::string_view kind, std::string_view hash) {
  return fmt::format("tokenizer-{}-{}-{}", kind, kCacheVersion, hash);
}

// nullptr if there is no entry. One that cannot be used is no error: the tables are made again.
template <typename Impl>
std::unique_ptr<const Impl> from_cache(const TokenizerOptions& options, const std::string& name,
                                       std::string_view file) {
  if (!options.cache) return nullptr;
  try {
    if (const auto entry = options.cache->find(name))
      return std::make_unique<const Impl>(copy_of(*entry), file);
  } catch (const Error& error) {
    log_message(LogLevel::kDebug, "cached tokenizer {} is not used: {}", name, error.what());
  }
  return nullptr;
}

template <typename Impl>
std::unique_ptr<const Impl> from_source(const TokenizerSource& source, const TokenizerOptions& options,
                                        const std::string& name) {
  std::vector<std::byte> block = build_tokenizer_tables(source);
  if (!options.cache) return std::make_unique<const Impl>(std::move(block), source.file);
  auto impl = std::make_unique<const Impl>(block, source.file);
  options.cache->store(name, block);
  return impl;
}

// The file that `path` means: itself, or the tokenizer.json in it.
std::string tokenizer_file(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return path;
  const fs::path file = fs::path(path) / "tokenizer.json";
  if (!fs::exists(file, ignored)) {
    throw Error(ErrorKind::kNotFound, "the folder has no tokenizer.json")
        .file(path)
        .hint("a .gguf file brings its own tokenizer: give the file, not its folder");
  }
  return file.string();
}

std::optional<MappedFile> config_beside(const MappedFile& tokenizer) {
  const fs::path beside = fs::path(tokenizer.path()).parent_path() / "tokenizer_config.json";
  std::error_code ignored;
  if (!fs::exists(beside, ignored)) return std::nullopt;
  MappedFile config = MappedFile::open(beside.string());
  if (config.bytes().empty()) throw Error(ErrorKind::kInvalidFile, "the file is empty").file(config.path());
  return config;
}

template <typename Impl>
std::unique_ptr<const Impl> open_json(const MappedFile& tokenizer, const TokenizerOptions& options) {
  const std::optional<MappedFile> config = config_beside(tokenizer);
  if (options.cache) {
    const std::string hash = hash_of(tokenizer) + (config ? hash_of(*config) : hash_of(Bytes()));
    if (auto impl = from_cache<Impl>(options, entry_name("json", hash), tokenizer.path())) return impl;
  }
  // Hashed again as copied, so that a file changed in between cannot be stored under another's name.
  const std::vector<std::byte> json = copy_of(tokenizer);
  const std::vector<std::byte> config_json = config ? copy_of(*config) : std::vector<std::byte>();
  const OwnedSource owned = read_tokenizer_json(as_text(json), tokenizer.path(), as_text(config_json),
                                                config ? config->path() : std::string());
  return from_source<Impl>(owned.source, options, entry_name("json", hash_of(json) + hash_of(config_json)));
}

}  // namespace

std::shared_ptr<const Tokenizer> Tokenizer::open(const std::string& path, const TokenizerOptions& options) {
  MappedFile file = MappedFile::open(tokenizer_file(path));
  constexpr std::string_view kGgufMagic = "GGUF";
  char magic[4] = {};
  if (file.bytes().size() >= sizeof magic) {
    file.guarded_read([&] { std::memcpy(magic, file.bytes().data(), sizeof magic); });
  }
  if (std::string_view(magic, sizeof magic) == kGgufMagic)
    return from_gguf(*GgufFile::open(std::move(file)), options);
  return std::shared_ptr<const Tokenizer>(new Tokenizer(open_json<Impl>(file, options)));
}

std::shared_ptr<const Tokenizer> Tokenizer::from_gguf(const GgufFile& gguf, const TokenizerOptions& options) {
  const std::string& path = gguf.files().front().path();
  const std::string name = options.cache ? entry_name("gguf", hash_tokenizer_gguf(gguf)) : std::string();
  std::unique_ptr<const Impl> impl = from_cache<Impl>(options, name, path);
  if (!impl) impl = from_source<Impl>(read_tokenizer_gguf(gguf).source, options, name);
  return std::shared_ptr<const Tokenizer>(new Tokenizer(std::move(impl)));
}

std::shared_ptr<const Tokenizer> Tokenizer::from_json(std::string_view tokenizer_json,
                                                      std::string_view config_json, std::string_view name) {
  const OwnedSource owned = read_tokenizer_json(tokenizer_json, name, config_json, "tokenizer_config.json");
  return std::shared_ptr<const Tokenizer>(
      new Tokenizer(from_source<Impl>(owned.source, {.cache = nullptr}, std::string())));
}

}  // namespace fusebox::text
