#include "fusebox/pjrt/named_values.h"

namespace fusebox::pjrt {
namespace {

struct SetValue {
  PJRT_NamedValue& out;

  void operator()(const std::string& value) {
    out.type = PJRT_NamedValue_Type_kString;
    out.string_value = value.c_str();
    out.value_size = value.size();
  }
  void operator()(int64_t value) {
    out.type = PJRT_NamedValue_Type_kInt64;
    out.int64_value = value;
  }
  void operator()(const std::vector<int64_t>& value) {
    out.type = PJRT_NamedValue_Type_kInt64List;
    out.int64_array_value = value.data();
    out.value_size = value.size();
  }
  void operator()(float value) {
    out.type = PJRT_NamedValue_Type_kFloat;
    out.float_value = value;
  }
  void operator()(bool value) {
    out.type = PJRT_NamedValue_Type_kBool;
    out.bool_value = value;
  }
};

}  // namespace

std::vector<PJRT_NamedValue> to_abi(std::span<const NamedValue> values) {
  std::vector<PJRT_NamedValue> all;
  all.reserve(values.size());
  for (const NamedValue& value : values) {
    PJRT_NamedValue& out = all.emplace_back();
    out.struct_size = PJRT_NamedValue_STRUCT_SIZE;
    out.name = value.name.c_str();
    out.name_size = value.name.size();
    out.value_size = 1;  // of a scalar
    std::visit(SetValue{out}, value.value);
  }
  return all;
}

std::vector<NamedValue> from_abi(std::span<const PJRT_NamedValue> values) {
  std::vector<NamedValue> all;
  for (const PJRT_NamedValue& value : values) {
    NamedValue out{std::string(value.name, value.name_size), {}};
    switch (value.type) {
      case PJRT_NamedValue_Type_kString: out.value = std::string(value.string_value, value.value_size); break;
      case PJRT_NamedValue_Type_kInt64: out.value = value.int64_value; break;
      case PJRT_NamedValue_Type_kInt64List:
        out.value = std::vector<int64_t>(value.int64_array_value, value.int64_array_value + value.value_size);
        break;
      case PJRT_NamedValue_Type_kFloat: out.value = value.float_value; break;
      case PJRT_NamedValue_Type_kBool: out.value = value.bool_value; break;
      default: continue;
    }
    all.push_back(std::move(out));
  }
  return all;
}

}  // namespace fusebox::pjrt
