// How many fields a plain struct has, and whether reflection can see them: the part of reflect.h that asks
// the compiler. A struct with n fields can be brace-initialised from at most n things that convert to
// anything. Every struct that cannot be seen ends in a static_assert here, worded for the person who wrote
// the struct.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <type_traits>
#include <utility>

#include "fusebox/trace/reflect_bindings.h"

namespace fusebox::reflect {

// The most fields a struct may have.
inline constexpr std::size_t kMaxFields = 64;

namespace detail {

// Converts to whatever a field of T is. Never called: it only stands in unevaluated initialisers. It is
// defined because Clang wants that of functions that name types without linkage.
template <class T>
struct Any {
  template <class Field>
    requires(!std::is_same_v<Field, T>)
  operator Field() const {
    std::abort();
  }
};

// Converts to base classes of T; EmptyBase only to those without fields, NoBase to nothing.
template <class T>
struct AnyBase {
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>)
  operator Base() const {
    std::abort();
  }
};
template <class T>
struct EmptyBase {
  template <class Base>
    requires(std::is_base_of_v<Base, T> && !std::is_same_v<Base, T> && std::is_empty_v<Base>)
  operator Base() const {
    std::abort();
  }
};
template <class T>
struct NoBase {};

template <std::size_t, class A>
using Repeat = A;

// Can T be initialised as T{First × n, Any × m}?
template <class T, class First, std::size_t n, std::size_t m = 0>
constexpr bool takes() {
  return []<std::size_t... i, std::size_t... j>(std::index_sequence<i...>, std::index_sequence<j...>) {
    return requires { T{std::declval<Repeat<i, First>>()..., std::declval<Repeat<j, Any<T>>>()...}; };
  }(std::make_index_sequence<n>(), std::make_index_sequence<m>());
}

// As T{Any × before, {Any × inside}, Any × after}?
template <class T, std::size_t before, std::size_t inside, std::size_t after>
constexpr bool takes_braces() {
  return []<std::size_t... i, std::size_t... j, std::size_t... k>(
             std::index_sequence<i...>, std::index_sequence<j...>, std::index_sequence<k...>) {
    return requires {
      T{std::declval<Repeat<i, Any<T>>>()...,
        {std::declval<Repeat<j, Any<T>>>()...},
        std::declval<Repeat<k, Any<T>>>()...};
    };
  }(std::make_index_sequence<before>(), std::make_index_sequence<inside>(),
         std::make_index_sequence<after>());
}

// The largest n ≤ kMaxFields for which T{{} × n} is valid, if T{} is: `fits` are known to fit,
// `too_many` are known not to.
template <class T, std::size_t fits = 0, std::size_t too_many = kMaxFields + 1>
constexpr std::size_t count_braces() {
  constexpr std::size_t next = fits == 0 && too_many > 16 ? 8 : (fits + too_many) / 2;
  if constexpr (fits + 1 == too_many) {
    return fits;
  } else if constexpr (Row<next>::template takes<T>) {
    return count_braces<T, next, too_many>();
  } else {
    return count_braces<T, fits, next>();
  }
}

// The largest n ≤ kMaxFields + 1 for which T{Any × n} is valid; -1 if there is none. Fewer can be invalid
// too: a field without a default must be there.
template <class T, std::size_t n = 0>
constexpr int count_values() {
  if constexpr (takes<T, Any<T>, n>()) {
    if constexpr (n > kMaxFields || !takes<T, Any<T>, n + 1>()) {
      return static_cast<int>(n);
    } else {
      return count_values<T, n + 1>();
    }
  } else if constexpr (n > kMaxFields) {
    return -1;
  } else {
    return count_values<T, n + 1>();
  }
}

// How many of T's initialisers go to base classes that Converter (AnyBase, EmptyBase) stands for. `n` are
// given in all. A field that takes anything (std::any) takes NoBase too.
template <class T, template <class> class Converter, std::size_t n, std::size_t bases = 0>
constexpr std::size_t count_bases() {
  constexpr std::size_t others = n > bases ? n - bases - 1 : 0;
  if constexpr (!takes<T, Converter<T>, bases + 1, others>()) {
    return bases;
  } else if constexpr (takes<T, NoBase<T>, bases + 1, others>()) {
    return bases;
  } else {
    return count_bases<T, Converter, n, bases + 1>();
  }
}

// Do braces in one place leave room for fewer of the other initialisers than a value there does?
template <class T, std::size_t n, std::size_t at, std::size_t inside, std::size_t after = 0>
constexpr bool braces_take_more() {
  if constexpr (at + after + 1 >= n) {
    return false;
  } else if constexpr (takes_braces<T, at, inside, after>()) {
    return !takes_braces<T, at, inside, n - at - 1>();
  } else {
    return braces_take_more<T, n, at, inside, after + 1>();
  }
}

// An array takes as many values as it has elements, or one pair of braces for all of them.
template <class T, std::size_t n, std::size_t at>
constexpr bool is_array_at() {
  if constexpr (takes_braces<T, at, 0, n - at - 1>()) {
    return false;
  } else {
    return braces_take_more<T, n, at, 0>() || braces_take_more<T, n, at, 2>();
  }
}

template <class T, std::size_t n>
constexpr bool has_array() {
  return []<std::size_t... at>(std::index_sequence<at...>) {
    return (is_array_at<T, n, at>() || ...);
  }(std::make_index_sequence<n>());
}

// Why the fields of T cannot be seen.
enum class Problem { kNone, kUnion, kNotAggregate, kBaseWithFields, kCannotCount, kTooManyFields, kArray };

struct Count {
  Problem problem;
  std::size_t fields = 0;
};

template <class T>
concept SaysFieldCount = requires { T::kFields; };

// The fields among T's `all` initialisers, of which `given` have to be there.
template <class T, std::size_t all, std::size_t given>
constexpr Count without_bases() {
  constexpr auto bases = count_bases<T, AnyBase, given>();
  if constexpr (bases > 0 && bases != count_bases<T, EmptyBase, given>()) {
    return {Problem::kBaseWithFields};
  } else {
    return {Problem::kNone, all - bases};
  }
}

template <class T>
constexpr Count count_by_values() {
  constexpr int n = count_values<T>();
  if constexpr (n < 0) {
    return {Problem::kCannotCount};
  } else if constexpr (n > kMaxFields) {
    return {Problem::kTooManyFields};
  } else if constexpr (has_array<T, n>()) {
    return {Problem::kArray};
  } else {
    return without_bases<T, n, n>();
  }
}

template <class T>
constexpr Count count_aggregate() {
  if constexpr (Row<0>::template takes<T>) {
    constexpr std::size_t n = count_braces<T>();
    if constexpr (Row<n>::template takes<T, Any<T>>) {  // not the end, but a field that does not take {}
      return count_by_values<T>();
    } else {
      return without_bases<T, n, 0>();
    }
  } else {
    return count_by_values<T>();
  }
}

template <class T>
constexpr Count count_fields() {
  if constexpr (std::is_union_v<T>) {
    return {Problem::kUnion};
  } else if constexpr (SaysFieldCount<T>) {
    if (T::kFields > kMaxFields) return {Problem::kTooManyFields};
    return {Problem::kNone, T::kFields};
  } else if constexpr (!std::is_aggregate_v<T>) {
    return {Problem::kNotAggregate};
  } else {
    return count_aggregate<T>();
  }
}

// One instantiation per struct, without a complaint if it cannot be seen.
template <class T>
inline constexpr Count kCount = count_fields<T>();

// The complaint. All of it is for the person who wrote T, whose name stands in the compiler's next line.
template <class T>
constexpr void require_visible() {
  constexpr Problem problem = kCount<T>.problem;
  static_assert(
      problem != Problem::kUnion,
      "fusebox: a union hides which of its fields is alive. Use std::optional fields; or, if it holds no "
      "tensors, say in it: static constexpr bool kOpaque = true;");
  static_assert(
      problem != Problem::kNotAggregate,
      "fusebox: the fields of this class cannot be seen, because it has private or protected fields, a "
      "constructor or virtual functions. Make it a struct with public fields. To keep a constructor, say "
      "how many fields there are: static constexpr std::size_t kFields = 3; or, if it holds no tensors: "
      "static constexpr bool kOpaque = true;");
  static_assert(
      problem != Problem::kBaseWithFields,
      "fusebox: this struct has a base class with fields, and only fields of the struct itself can be "
      "seen. Make the base a field.");
  static_assert(
      problem != Problem::kCannotCount,
      "fusebox: the fields of this struct cannot be counted. Is one of them a reference? Hold the object "
      "itself or a std::unique_ptr; or, if the struct holds no tensors, say in it: static constexpr bool "
      "kOpaque = true;");
  static_assert(
      problem != Problem::kTooManyFields,
      "fusebox: this struct has more than 64 fields. Group some of them in a struct of their own; or, if "
      "it holds no tensors, say in it: static constexpr bool kOpaque = true;");
  static_assert(
      problem != Problem::kArray,
      "fusebox: a field of this struct is a C array. Use std::array or std::vector; or, if the struct "
      "holds no tensors, say in it: static constexpr bool kOpaque = true;");
}

}  // namespace detail
}  // namespace fusebox::reflect
