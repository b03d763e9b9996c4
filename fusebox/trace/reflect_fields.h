// Fields of plain structs: for_each_field, field_count, field_name, Named. See reflect.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

#include "fusebox/trace/reflect_bindings.h"
#include "fusebox/trace/reflect_count.h"

namespace fusebox::reflect {

// A string as a template argument.
template <std::size_t size>
struct FixedString {
  char text[size] = {};

  consteval FixedString(const char (&literal)[size]) { std::copy_n(literal, size, text); }
  constexpr std::string_view view() const { return {text, size - 1}; }
};

// A field whose name is not the field's own: `Named<"0", Linear> first;` is the field "0". It is a T in every
// other way: a class derives from it, anything else converts to it.
template <FixedString name, class T>
struct Named : T {
  using T::T;
  Named() = default;
  Named(T value) : T(std::move(value)) {}
};

template <FixedString name, class T>
  requires(!std::is_class_v<T> || std::is_final_v<T>)
struct Named<name, T> {
  T value{};

  Named() = default;
  Named(T initial) : value(std::move(initial)) {}
  operator T&() { return value; }
  operator const T&() const { return value; }
  T* operator->() { return &value; }
  const T* operator->() const { return &value; }
};

namespace detail {

template <class T>
struct NamedTraits {
  static constexpr bool is_named = false;
};
template <FixedString name_, class T>
struct NamedTraits<Named<name_, T>> {
  static constexpr bool is_named = true;
  static constexpr std::string_view name = name_.view();
  using Inner = T;
};

template <class From, class To>
using WithConstOf = std::conditional_t<std::is_const_v<From>, const To, To>;

// An object of any type that is never made: only addresses of its fields are taken, at compile time, because
// a pointer as a template argument is printed with the field's name.
template <class T>
struct Never {
  T value;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
template <class T>
extern Never<T> never;

template <class P>
struct Pointer {
  P* pointer;
};

template <std::size_t, class F>
struct Slot {
  F* pointer;
};
template <class Indices, class... F>
struct Slots;
template <std::size_t... i, class... F>
struct Slots<std::index_sequence<i...>, F...> : Slot<i, F>... {};

template <std::size_t i, class F>
constexpr Pointer<F> slot(const Slot<i, F>& slots) {
  return {slots.pointer};
}

template <class... T>
struct Types {};

// The types of the fields, without const.
template <class T>
constexpr auto types_of_fields() {
  return decltype(Row<kCount<T>.fields>::bind(
      never<T>.value, [](auto&... field) { return Types<std::remove_cvref_t<decltype(field)>...>{}; })){};
}
template <class T>
using FieldTypes = decltype(types_of_fields<T>());

template <class T>
constexpr auto field_pointers() {
  return Row<kCount<T>.fields>::bind(never<T>.value, [](auto&... field) {
    return Slots<std::index_sequence_for<decltype(field)...>, std::remove_reference_t<decltype(field)>...>{
        {std::addressof(field)}...};
  });
}

// Has field_pointers a value at compile time? It has none if a field is a reference: that refers to nothing.
template <class T>
concept FieldsHaveAddresses = requires { typename std::bool_constant<(field_pointers<T>(), true)>; };

// The printed form ends in "…::name)}]" (GCC) or "….name}]" (Clang).
template <auto pointer>
consteval const char* printed() {
  return __PRETTY_FUNCTION__;
}

consteval std::string_view last_identifier(std::string_view text) {
  auto is_identifier = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
  };
  std::size_t end = text.size();
  while (end > 0 && !is_identifier(text[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_identifier(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

template <class T, std::size_t i>
consteval std::string_view name_of() {
  constexpr auto pointer = slot<i>(field_pointers<T>());
  using Field = std::remove_cv_t<std::remove_pointer_t<decltype(pointer.pointer)>>;
  if constexpr (NamedTraits<Field>::is_named) {
    return NamedTraits<Field>::name;
  } else {
    return last_identifier(printed<pointer>());
  }
}

template <class T>
constexpr auto make_names() {
  require_visible<T>();
  constexpr bool have_addresses = FieldsHaveAddresses<T>;
  static_assert(have_addresses, "fusebox: a field of this struct is a reference. Hold the object itself.");
  if constexpr (have_addresses) {
    return []<std::size_t... i>(std::index_sequence<i...>) {
      return std::array<std::string_view, sizeof...(i)>{name_of<T, i>()...};
    }(std::make_index_sequence<kCount<T>.fields>());
  } else {
    return std::array<std::string_view, kCount<T>.fields>{};
  }
}
template <class T>
inline constexpr auto kNames = make_names<T>();
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

}  // namespace detail

// The number of fields of the struct T.
template <class T>
inline constexpr std::size_t field_count = detail::kNames<std::remove_cv_t<T>>.size();

// The name of field i of T, counted from 0 in the order of declaration.
template <class T, std::size_t i>
constexpr std::string_view field_name() {
  return detail::kNames<std::remove_cv_t<T>>[i];
}

// Calls f(std::string_view name, auto& field) for every field, in order. A const object's fields are const.
// The fields of a Named are those of what it names.
template <class T, class F>
constexpr void for_each_field(T& object, F&& f) {
  using Struct = std::remove_cv_t<T>;
  if constexpr (detail::NamedTraits<Struct>::is_named) {
    using Inner = typename detail::NamedTraits<Struct>::Inner;
    for_each_field(static_cast<detail::WithConstOf<T, Inner>&>(object), f);
  } else {
    detail::Row<detail::kCount<Struct>.fields>::bind(object, [&f](auto&... field) {
      [[maybe_unused]] std::size_t i = 0;
      (f(detail::kNames<Struct>[i++], field), ...);
    });
  }
}

}  // namespace fusebox::reflect
