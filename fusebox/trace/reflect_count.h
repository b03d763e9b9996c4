// How many fields a plain struct has, and whether reflection can see them: the part of reflect.h that asks
// the compiler. A struct with n fields can be brace-initialised from at most n things that convert to
// anything. Every struct that cannot be seen ends in a static_assert here, worded for the person who wrote
// the struct.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace fusebox::reflect {

// The most fields a struct may have.
inline constexpr std::size_t kMaxFields = 64;

namespace detail {

// Converts to whatever a field of T is. Never defined: it only stands in unevaluated initialisers.
template <class T>
struct Any {
  template <class Field>
    requires(!std::is_same_v<Field, T>)
  operator Field() const;
};

// Converts to a non-const lvalue reference only.
template <class T>
struct AnyReference {
  template <class Field>
    requires(!std::is_same_v<Field, T>)
  operator Field&() const;
};

// Converts to base classes of T; EmptyBase only to those without fields.
template <class T>
struct AnyBase {
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>)
  operator Base() const;
};
template <class T>
struct EmptyBase {
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T> && std::is_empty_v<Base>)
  operator Base() const;
};

template <std::size_t, class A>
using Repeat = A;

// Can T be initialised as T{First × n, Any × m}?
template <class T, class First, std::size_t n, std::size_t m = 0>
constexpr bool takes() {
  return []<std::size_t... i, std::size_t... j>(std::index_sequence<i...>, std::index_sequence<j...>) {
    return requires { T{std::declval<Repeat<i, First>>()..., std::declval<Repeat<j, Any<T>>>()...}; };
  }(std::make_index_sequence<n>(), std::make_index_sequence<m>());
}

// As T{Any × before, {}, Any × after}? A field that is an array takes one {} but several Any: in its place,
// that many things no longer fit.
template <class T, std::size_t before, std::size_t after>
constexpr bool takes_braces_at() {
  return []<std::size_t... i, std::size_t... j>(std::index_sequence<i...>, std::index_sequence<j...>) {
    return requires { T{std::declval<Repeat<i, Any<T>>>()..., {}, std::declval<Repeat<j, Any<T>>>()...}; };
  }(std::make_index_sequence<before>(), std::make_index_sequence<after>());
}

// The largest n ≤ kMaxFields + 1 for which T{Any × n} is valid; -1 if there is none. Fewer can be invalid
// too: a field without a default constructor must be there.
template <class T, std::size_t n = 0>
constexpr int count_initializers() {
  if constexpr (takes<T, Any<T>, n>()) {
    if constexpr (n > kMaxFields || !takes<T, Any<T>, n + 1>()) {
      return static_cast<int>(n);
    } else {
      return count_initializers<T, n + 1>();
    }
  } else if constexpr (n > kMaxFields) {
    return -1;
  } else {
    return count_initializers<T, n + 1>();
  }
}

// How many of T's n initialisers go to base classes that Converter (AnyBase, EmptyBase) stands for.
template <class T, template <class> class Converter, std::size_t n, std::size_t bases = 0>
constexpr std::size_t count_bases() {
  if constexpr (bases < n && takes<T, Converter<T>, bases + 1, n - bases - 1>()) {
    return count_bases<T, Converter, n, bases + 1>();
  } else {
    return bases;
  }
}

template <class T, std::size_t n>
constexpr bool has_array() {
  return []<std::size_t... i>(std::index_sequence<i...>) {
    return ((takes_braces_at<T, i, 0>() && !takes_braces_at<T, i, n - i - 1>()) || ...);
  }(std::make_index_sequence<n>());
}

template <class T>
concept SaysFieldCount = requires { T::kFields; };

// Counts with checks. After a failed check the count is 0, so that the message stands alone.
template <class T>
constexpr std::size_t checked_field_count() {
  static_assert(!std::is_union_v<T>,
                "fusebox: a union cannot be a module: which of its fields is alive is unknown.");
  if constexpr (std::is_union_v<T>) {
    return 0;
  } else if constexpr (SaysFieldCount<T>) {
    static_assert(T::kFields <= kMaxFields, "fusebox: kFields is more than the 64 fields a module may have.");
    return T::kFields <= kMaxFields ? T::kFields : 0;
  } else if constexpr (!std::is_aggregate_v<T>) {
    static_assert(std::is_aggregate_v<T>, "fusebox: bad");
    return 0;
  } else {
    constexpr int n = count_initializers<T>();
    return n;
  }
}

}  // namespace detail
}  // namespace fusebox::reflect
