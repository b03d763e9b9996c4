// Artifact: compiled programs in a file, with what they fit.
//
// The same bytes are a named artifact (saved and loaded by the user) and an entry of the compile cache. A
// file holds the identity of what compiled it and named sections of bytes. Layout, little endian:
//
//   8 bytes   "FUSEBOX\1"
//   u64, u64  size and checksum of the header
//   header    JSON: {"identity": {…}, "meta": {…}, "sections": [{"name", "offset", "size", "checksum"}]}
//   sections  one after the other; offsets count from the end of the header; checksums are XXH3-64, theirs in
//   hex
//
// Plain values; reading checks everything before it believes it.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/mapped_file.h"
#include "fusebox/trace/signature.h"

namespace fusebox {

// What compiled code depends on besides its program: the plugin and its version, the processor, our own
// format. Equal identities may exchange compiled code.
struct Identity {
  std::map<std::string, std::string> parts;  // "platform": "cpu", "plugin": "…", "cpu": "…"

  // "platform_version: the file has 1, this is 2; …"; empty if they are equal.
  std::string differences(const Identity& here) const;
  bool operator==(const Identity&) const = default;
};

struct Artifact {
  Identity identity;
  nlohmann::ordered_json meta = nlohmann::ordered_json::object();
  std::map<std::string, std::vector<std::byte>> sections;

  // The section; Error kInvalidFile if there is none of that name.
  std::span<const std::byte> section(std::string_view name) const;

  std::vector<std::byte> encode() const;
  // Error kInvalidFile with the byte where `bytes` stop making sense; `path` is for the message.
  static Artifact decode(std::span<const std::byte> bytes, const std::string& path);
  static Artifact decode(const MappedFile& file);

  // Written to another name and renamed: whole or absent. Error kIo.
  void save(const std::string& path) const;
  static Artifact load(const std::string& path);
  // Whether the file starts as an artifact does; false also for files that cannot be read.
  static bool is_artifact(const std::string& path);
};

nlohmann::ordered_json to_json(const Signature& signature);
// Error kInvalidFile for JSON that to_json would not have made.
Signature signature_from_json(const nlohmann::ordered_json& json);

}  // namespace fusebox
