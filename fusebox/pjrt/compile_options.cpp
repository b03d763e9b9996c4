#include "fusebox/pjrt/compile_options.h"

#include <cstring>

namespace fusebox::pjrt {
namespace {

// Writes protobuf messages: each field is a tag (number and wire type), then its value.
class ProtoWriter {
 public:
  void integer(int field, int64_t value) {
    varint(static_cast<uint64_t>(field) << 3);
    varint(static_cast<uint64_t>(value));
  }
  void real(int field, double value) {
    varint(static_cast<uint64_t>(field) << 3 | 1);
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 8; ++i) bytes_.push_back(static_cast<char>(bits >> (8 * i)));
  }
  void text(int field, const std::string& value) {  // also a nested message
    varint(static_cast<uint64_t>(field) << 3 | 2);
    varint(value.size());
    bytes_ += value;
  }
  std::string take() { return std::move(bytes_); }

 private:
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
    bytes_.push_back(static_cast<char>(value));
  }
  std::string bytes_;
};

// OptionOverrideProto: one of four fields, by type.
struct EncodeOverride {
  ProtoWriter& out;
  void operator()(const std::string& value) { out.text(1, value); }
  void operator()(bool value) { out.integer(2, value ? 1 : 0); }
  void operator()(int64_t value) { out.integer(3, value); }
  void operator()(double value) { out.real(4, value); }
};

}  // namespace

std::string CompileOptions::encode() const {
  ProtoWriter build;     // ExecutableBuildOptionsProto
  build.integer(1, -1);  // device_ordinal: not set. Left out it would be device 0.
  build.integer(4, num_replicas);
  build.integer(5, num_partitions);

  ProtoWriter all;  // CompileOptionsProto
  all.text(3, build.take());
  if (portable) all.integer(4, 1);
  for (const auto& [name, value] : overrides) {
    ProtoWriter chosen, entry;
    std::visit(EncodeOverride{chosen}, value);
    entry.text(1, name);
    entry.text(2, chosen.take());
    all.text(7, entry.take());
  }
  return all.take();
}

CompileOptions default_compile_options(const Client& client) {
  CompileOptions options;
  if (client.platform_name() == "cpu" && client.plugin().attribute("xla_version") != nullptr) {
    options.overrides["xla_cpu_enable_fast_min_max"] = false;
  }
  return options;
}

}  // namespace fusebox::pjrt
