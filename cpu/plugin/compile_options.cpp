#include "cpu/plugin/compile_options.h"

#include <fmt/format.h>

#include <cstring>

#include "cpu/plugin/failure.h"

namespace fusebox::cpu::plugin {
namespace {

// One field of a protobuf message. Numbers are in `number`, strings and messages in `bytes`.
struct Field {
  uint64_t id = 0;
  int type = 0;
  uint64_t number = 0;
  std::string_view bytes;
};

enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

class Message {
 public:
  explicit Message(std::string_view bytes) : left_(bytes) {}

  bool next(Field& field) {
    if (left_.empty()) return false;
    const uint64_t tag = varint();
    field = {.id = tag >> 3, .type = static_cast<int>(tag & 7), .number = 0, .bytes = {}};
    switch (field.type) {
      case kVarint: field.number = varint(); break;
      case kFixed64: field.number = fixed(8); break;
      case kBytes: field.bytes = take(varint()); break;
      case kFixed32: field.number = fixed(4); break;
      default: throw invalid(fmt::format("compile options: wire type {}", field.type));
    }
    return true;
  }

 private:
  std::string_view take(uint64_t size) {
    if (size > left_.size()) throw invalid("compile options: the bytes end too early");
    const std::string_view part = left_.substr(0, size);
    left_.remove_prefix(size);
    return part;
  }
  uint64_t fixed(size_t size) {
    uint64_t value = 0;
    std::memcpy(&value, take(size).data(), size);
    return value;
  }
  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<uint8_t>(take(1)[0]);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw invalid("compile options: a number of more than 64 bits");
  }

  std::string_view left_;
};

std::string read_override(std::string_view bytes) {
  std::string value;
  Field field;
  for (Message message(bytes); message.next(field);) {
    if (field.id == 1) value = field.bytes;
    if (field.id == 2) value = field.number != 0 ? "true" : "false";
    if (field.id == 3) value = fmt::format("{}", static_cast<int64_t>(field.number));
    if (field.id == 4) {
      double number;
      std::memcpy(&number, &field.number, sizeof number);
      value = fmt::format("{}", number);
    }
  }
  return value;
}

void read_override_entry(std::string_view bytes, CompileSettings& settings) {
  std::string name, value;
  Field field;
  for (Message message(bytes); message.next(field);) {
    if (field.id == 1) name = field.bytes;
    if (field.id == 2) value = read_override(field.bytes);
  }
  settings.overrides[name] = value;
}

// The first device of the first computation.
void read_assignment(std::string_view bytes, CompileSettings& settings) {
  Field field, inner;
  for (Message message(bytes); message.next(field);) {
    if (field.id != 3) continue;
    for (Message computation(field.bytes); computation.next(inner);) {
      if (inner.id != 1 || settings.device) continue;
      if (inner.type == kVarint) settings.device = static_cast<int64_t>(inner.number);
      if (inner.type == kBytes && !inner.bytes.empty()) {
        uint64_t value = 0;
        int shift = 0;
        for (char byte : inner.bytes) {
          value |= static_cast<uint64_t>(byte & 0x7f) << shift;
          shift += 7;
          if ((byte & 0x80) == 0 || shift > 56) break;
        }
        settings.device = static_cast<int64_t>(value);
      }
    }
  }
}

void read_build_options(std::string_view bytes, CompileSettings& settings) {
  Field field;
  for (Message message(bytes); message.next(field);) {
    const auto number = static_cast<int64_t>(field.number);
    if (field.id == 1 && number >= 0) settings.device = number;
    if (field.id == 4) settings.replicas = number;
    if (field.id == 5) settings.partitions = number;
    if (field.id == 9) {
      settings.device.reset();
      read_assignment(field.bytes, settings);
    }
  }
}

}  // namespace

CompileSettings read_compile_options(std::string_view bytes) {
  CompileSettings settings;
  Field field;
  for (Message message(bytes); message.next(field);) {
    if (field.id == 3) read_build_options(field.bytes, settings);
    if (field.id == 4) settings.portable = field.number != 0;
    if (field.id == 7) read_override_entry(field.bytes, settings);
  }
  if (settings.replicas < 0 || settings.partitions < 0)
    throw invalid(fmt::format("{} replicas of {} partitions", settings.replicas, settings.partitions));
  if (settings.replicas > 1 || settings.partitions > 1)
    throw unsupported(fmt::format("programs run on one device: got {} replicas of {} partitions",
                                  settings.replicas, settings.partitions));
  settings.replicas = settings.partitions = 1;  // left out or zero: the one
  if (settings.portable) settings.device.reset();
  return settings;
}

std::string compiler_options(const CompileSettings& settings) {
  std::string lines;
  for (const auto& [name, value] : settings.overrides) {
    if (name.starts_with("xla_")) continue;
    if (name.empty() || (name + value).find('\n') != std::string::npos || name.find('=') != std::string::npos)
      throw invalid("compile options: a name or value that is no line");
    lines += fmt::format("{}={}\n", name, value);
  }
  return lines;
}

std::string device_assignment(int64_t device) {
  std::string packed;
  auto value = static_cast<uint64_t>(device);
  for (; value >= 0x80; value >>= 7) packed += static_cast<char>(value | 0x80);
  packed += static_cast<char>(value);
  const std::string ids = "\x0a" + std::string(1, static_cast<char>(packed.size())) + packed;
  return "\x08\x01\x10\x01\x1a" + std::string(1, static_cast<char>(ids.size())) + ids;
}

}  // namespace fusebox::cpu::plugin
