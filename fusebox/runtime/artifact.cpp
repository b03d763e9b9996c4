#include "fusebox/runtime/artifact.h"

#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "fusebox/base/error.h"

namespace fusebox {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kMagic("FUSEBOX\1", 8);
constexpr uint64_t kLargestHeader = 64 << 20;

// What stands in front of the header.
struct Preamble {
  char magic[8];
  uint64_t header_size, header_checksum;
};

uint64_t hash(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }
std::string checksum(std::span<const std::byte> bytes) { return fmt::format("{:016x}", hash(bytes)); }

void append(std::vector<std::byte>& out, const void* data, size_t size) {
  const auto* bytes = static_cast<const std::byte*>(data);
  out.insert(out.end(), bytes, bytes + size);
}

[[noreturn]] void invalid(const std::string& path, uint64_t offset, std::string message) {
  throw Error(ErrorKind::kInvalidFile, std::move(message))
      .file(path)
      .offset(offset)
      .hint("compile it again with fusebox compile");
}

Artifact decode_header(std::span<const std::byte> text, std::span<const std::byte> payload,
                       const std::string& path) {
  const auto* begin = reinterpret_cast<const char*>(text.data());
  const ordered_json header = ordered_json::parse(begin, begin + text.size());
  Artifact artifact;
  uint64_t end = 0;  // of the section before
  artifact.identity.parts = header.at("identity").get<std::map<std::string, std::string>>();
  artifact.meta = header.at("meta");
  for (const ordered_json& section : header.at("sections")) {
    const auto name = section.at("name").get<std::string>();
    const auto offset = section.at("offset").get<uint64_t>(), size = section.at("size").get<uint64_t>();
    const uint64_t at = sizeof(Preamble) + text.size();
    if (offset > payload.size() || size > payload.size() - offset)
      invalid(path, at,
              fmt::format("section '{}' has {} bytes from byte {} on, of {}: the file is cut short", name,
                          size, offset, payload.size()));
    if (offset < end)  // else a small file could claim the same bytes a million times
      invalid(path, at, fmt::format("section '{}' begins at byte {}, within another", name, offset));
    end = offset + size;
    const auto bytes = payload.subspan(offset, size);
    if (checksum(bytes) != section.at("checksum").get<std::string>())
      invalid(path, at + offset, fmt::format("section '{}' does not match its checksum", name));
    artifact.sections[name].assign(bytes.begin(), bytes.end());
  }
  return artifact;
}

}  // namespace

std::string Identity::differences(const Identity& here) const {
  std::string text;
  const auto note = [&](const std::string& part, std::string_view theirs, std::string_view ours) {
    if (theirs == ours) return;
    text += fmt::format("{}{}: the file has {}, this is {}", text.empty() ? "" : "; ", part,
                        theirs.empty() ? "none" : theirs, ours.empty() ? "none" : ours);
  };
  for (const auto& [part, value] : parts) {
    const auto other = here.parts.find(part);
    note(part, value, other == here.parts.end() ? "" : other->second);
  }
  for (const auto& [part, value] : here.parts)
    if (!parts.contains(part)) note(part, "", value);
  return text;
}

std::span<const std::byte> Artifact::section(std::string_view name) const {
  const auto found = sections.find(std::string(name));
  if (found == sections.end()) throw Error(ErrorKind::kInvalidFile, fmt::format("no section '{}'", name));
  return found->second;
}

std::vector<std::byte> Artifact::encode() const {
  ordered_json table = ordered_json::array();
  uint64_t offset = 0;
  for (const auto& [name, bytes] : sections) {
    table.push_back(
        {{"name", name}, {"offset", offset}, {"size", bytes.size()}, {"checksum", checksum(bytes)}});
    offset += bytes.size();
  }
  const std::string header =
      ordered_json{{"identity", identity.parts}, {"meta", meta}, {"sections", table}}.dump();
  Preamble preamble = {{}, header.size(), hash(std::as_bytes(std::span(header)))};
  kMagic.copy(preamble.magic, sizeof preamble.magic);
  std::vector<std::byte> out;
  out.reserve(sizeof preamble + header.size() + offset);
  append(out, &preamble, sizeof preamble);
  append(out, header.data(), header.size());
  for (const auto& [name, bytes] : sections) append(out, bytes.data(), bytes.size());
  return out;
}

Artifact Artifact::decode(std::span<const std::byte> bytes, const std::string& path) {
  Preamble preamble = {};
  if (bytes.size() >= sizeof preamble) std::memcpy(&preamble, bytes.data(), sizeof preamble);
  if (std::string_view(preamble.magic, sizeof preamble.magic) != kMagic)
    invalid(path, 0, "this is not an artifact of this version of fusebox");
  const auto rest = bytes.subspan(sizeof preamble);
  if (preamble.header_size > kLargestHeader || preamble.header_size > rest.size())
    invalid(path, kMagic.size(),
            fmt::format("the header claims {} bytes of {}", preamble.header_size, rest.size()));
  const auto header = rest.first(preamble.header_size);
  if (hash(header) != preamble.header_checksum)
    invalid(path, sizeof preamble, "the header does not match its checksum");
  try {
    return decode_header(header, rest.subspan(header.size()), path);
  } catch (const nlohmann::json::exception& error) {
    invalid(path, sizeof preamble, fmt::format("the header is not what an artifact has: {}", error.what()));
  }
}

Artifact Artifact::decode(const MappedFile& file) {
  std::vector<std::byte> copy(file.bytes().size());
  file.guarded_read([&] { std::memcpy(copy.data(), file.bytes().data(), copy.size()); });
  return decode(copy, file.path());
}

void Artifact::save(const std::string& path) const {
  const std::vector<std::byte> bytes = encode();
  static std::atomic<int> count{0};
  const std::string temporary = fmt::format("{}.{}-{}.tmp", path, getpid(), count++);
  const auto fail = [&](std::string_view what) {
    const std::string reason = std::strerror(errno);
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw Error(ErrorKind::kIo, fmt::format("cannot {}: {}", what, reason)).file(path);
  };
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  if (!file) fail("create the file");
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file) fail("write the file");
  if (std::rename(temporary.c_str(), path.c_str()) != 0) fail("rename the file");
}

Artifact Artifact::load(const std::string& path) { return decode(MappedFile::open(path)); }

bool Artifact::is_artifact(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    return false;  // opening a pipe would wait for a writer
  std::ifstream file(path, std::ios::binary);
  char start[8] = {};
  return file.read(start, sizeof start) && std::string_view(start, sizeof start) == kMagic;
}

ordered_json to_json(const Signature& signature) {
  ordered_json parameters = ordered_json::array(), outputs = ordered_json::array();
  for (const Signature::Parameter& parameter : signature.parameters) {
    ordered_json row = {{"name", parameter.name},
                        {"dtype", name(parameter.shape.dtype)},
                        {"dims", parameter.shape.dims},
                        {"kind", parameter.kind == Signature::Parameter::Kind::kInput ? "input" : "weight"}};
    if (parameter.format) row["format"] = info(*parameter.format).name;
    if (parameter.alias_output) row["alias_output"] = *parameter.alias_output;
    parameters.push_back(std::move(row));
  }
  for (const Signature::Output& output : signature.outputs)
    outputs.push_back(
        {{"name", output.name}, {"dtype", name(output.shape.dtype)}, {"dims", output.shape.dims}});
  return {{"parameters", std::move(parameters)}, {"outputs", std::move(outputs)}};
}

namespace {

Shape shape_from_json(const ordered_json& json) {
  const auto text = json.at("dtype").get<std::string>();
  const std::optional<DType> dtype = dtype_from_name(text);
  if (!dtype) throw Error(ErrorKind::kInvalidFile, fmt::format("'{}' is no element type", text));
  Shape shape{json.at("dims").get<Dims>(), *dtype};
  try {
    shape.bytes();  // refuses negative and overflowing sizes
  } catch (const Error& error) {
    throw Error(ErrorKind::kInvalidFile, error.message());
  }
  return shape;
}

BlockFormat format_from_json(const ordered_json& json) {
  const auto text = json.get<std::string>();
  if (const auto format = block_format_from_name(text)) return *format;
  throw Error(ErrorKind::kInvalidFile, fmt::format("'{}' is no block format", text));
}

// Who runs a program moves the memory of donated inputs to these outputs.
void check_aliases(const Signature& signature) {
  std::vector<bool> taken(signature.outputs.size());
  for (const Signature::Parameter& parameter : signature.parameters) {
    if (!parameter.alias_output) continue;
    const auto output = static_cast<size_t>(*parameter.alias_output);  // negative ones are too large
    if (parameter.kind != Signature::Parameter::Kind::kInput || output >= taken.size() || taken[output] ||
        signature.outputs[output].shape != parameter.shape)
      throw Error(ErrorKind::kInvalidFile,
                  fmt::format("'{}' cannot become output {}", parameter.name, *parameter.alias_output));
    taken[output] = true;
  }
}

}  // namespace

Signature signature_from_json(const ordered_json& json) try {
  Signature signature;
  for (const ordered_json& row : json.at("parameters")) {
    const bool input = row.at("kind").get<std::string>() == "input";
    Signature::Parameter parameter{
        row.at("name").get<std::string>(), shape_from_json(row),
        input ? Signature::Parameter::Kind::kInput : Signature::Parameter::Kind::kWeight};
    if (row.contains("format")) parameter.format = format_from_json(row.at("format"));
    if (row.contains("alias_output")) parameter.alias_output = row.at("alias_output").get<int64_t>();
    signature.parameters.push_back(std::move(parameter));
  }
  for (const ordered_json& row : json.at("outputs"))
    signature.outputs.push_back({row.at("name").get<std::string>(), shape_from_json(row)});
  check_aliases(signature);
  return signature;
} catch (const nlohmann::json::exception& error) {
  throw Error(ErrorKind::kInvalidFile, fmt::format("not a signature: {}", error.what()));
}

}  // namespace fusebox
