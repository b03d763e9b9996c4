// Named values: attributes that we tell, options that we are told.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/pjrt/abi/types.h"

namespace fusebox::cpu::plugin {

// Owns what the ABI's structs point to. Filled once, then only read.
class NamedValues {
 public:
  NamedValues() = default;
  NamedValues(const NamedValues&) = delete;
  NamedValues& operator=(const NamedValues&) = delete;

  void add(std::string name, std::string value);
  void add(std::string name, int64_t value);
  void add(std::string name, std::vector<int64_t> value);
  void add(std::string name, float value);

  const PJRT_NamedValue* data() const { return values_.data(); }
  size_t size() const { return values_.size(); }

 private:
  PJRT_NamedValue& next(std::string name, PJRT_NamedValue_Type type, size_t size);

  std::vector<PJRT_NamedValue> values_;
  std::deque<std::string> texts_;
  std::deque<std::vector<int64_t>> lists_;
};

std::string_view name_of(const PJRT_NamedValue& value);
// The value as a number: callers send 8, "8" and true. Nothing if it is none.
std::optional<int64_t> as_integer(const PJRT_NamedValue& value);
// Nothing if it is no string.
std::optional<std::string> as_text(const PJRT_NamedValue& value);

}  // namespace fusebox::cpu::plugin
