// A plain struct as text, to tell its values apart.
//
//   std::string text;
//   reflect::append_text(text, nn::RotaryEmbedding{.size = 64});    // "{size=64;theta=40c3880000000000;…}"
//
// Every field is in it, whatever is added to the struct later; numbers are exact. Equal texts are equal
// values of one type. A field of a type that is not walked (reflect.h) does not compile.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <string>
#include <type_traits>

#include <fmt/format.h>

#include "fusebox/trace/reflect.h"

namespace fusebox::reflect {

template <class T>
void append_text(std::string& out, const T& value) {
  constexpr detail::Kind kind = detail::kKind<T>;
  if constexpr (std::is_enum_v<T>) {
    append_text(out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    out += fmt::format("{:x};", std::bit_cast<uint64_t>(static_cast<double>(value)));
  } else if constexpr (std::integral<T>) {
    out += fmt::format("{};", +value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    out += fmt::format("{}:{};", value.size(), value);
  } else if constexpr (kind == detail::Kind::kHolder) {
    out += value ? '+' : '-';
    if (value) append_text(out, *value);
  } else if constexpr (kind == detail::Kind::kSequence) {
    out += fmt::format("[{}:", value.size());
    for (const auto& element : value) append_text(out, element);
    out += ']';
  } else {
    static_assert(kind == detail::Kind::kStruct, "fusebox: a value that is not turned into text");
    out += '{';
    for_each_field(value, [&](std::string_view name, const auto& field) {
      out += name;
      out += '=';
      append_text(out, field);
    });
    out += '}';
  }
}

}  // namespace fusebox::reflect
