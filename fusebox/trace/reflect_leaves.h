// Leaves of nested structs and containers: contains_v, visit_leaves. See reflect.h.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "fusebox/trace/reflect_fields.h"

namespace fusebox::reflect {

// True for a class that holds no tensors and cannot or need not be looked into. Say it inside your own class
// (`static constexpr bool kOpaque = true;`) or, for a class of others,
// `template <> inline constexpr bool fusebox::reflect::is_opaque<json> = true;`.
template <class T>
inline constexpr bool is_opaque = requires { requires T::kOpaque; };

namespace detail {

enum class Kind { kSkip, kPointer, kMaybe, kSequence, kMap, kTuple, kStd, kStruct, kHidden };

template <class T>
struct Container {
  static constexpr Kind kind = Kind::kHidden;
};
template <class T, class A>
struct Container<std::vector<T, A>> {
  static constexpr Kind kind = Kind::kSequence;
};
template <class T, std::size_t n>
struct Container<std::array<T, n>> {
  static constexpr Kind kind = Kind::kSequence;
};
template <class T>
struct Container<std::optional<T>> {
  static constexpr Kind kind = Kind::kMaybe;
};
template <class T, class D>
struct Container<std::unique_ptr<T, D>> {
  static constexpr Kind kind = Kind::kMaybe;
};
template <class T, class C, class A>
struct Container<std::map<std::string, T, C, A>> {
  static constexpr Kind kind = Kind::kMap;
};
template <class... T>
struct Container<std::tuple<T...>> {
  static constexpr Kind kind = Kind::kTuple;
};
template <class A, class B>
struct Container<std::pair<A, B>> {
  static constexpr Kind kind = Kind::kTuple;
};

template <class T>
constexpr bool is_std() {
#if defined(__clang__)
  constexpr std::string_view mark = "[T = ";
#else
  constexpr std::string_view mark = "with T = ";
#endif
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  return text.substr(text.find(mark) + mark.size()).starts_with("std::");
}

template <class T>
constexpr Kind kind_of() {
  if constexpr (std::is_pointer_v<T>) {
    return std::is_object_v<std::remove_pointer_t<T>> ? Kind::kPointer : Kind::kSkip;
  } else if constexpr (!std::is_class_v<T> && !std::is_union_v<T>) {
    return Kind::kSkip;
  } else if constexpr (is_opaque<T>) {
    return Kind::kSkip;
  } else if constexpr (Container<T>::kind != Kind::kHidden) {
    return Container<T>::kind;
  } else if constexpr (is_std<T>()) {
    return Kind::kStd;
  } else if constexpr (std::is_empty_v<T>) {
    return Kind::kSkip;
  } else if constexpr (SaysFieldCount<T> || std::is_aggregate_v<T>) {
    return Kind::kStruct;
  } else {
    return Kind::kHidden;
  }
}

// The types that a class template was given: what a container holds.
template <class... T>
struct Types {};
template <class T>
struct Arguments {
  using Type = Types<>;
};
template <template <class...> class C, class... A>
struct Arguments<C<A...>> {
  using Type = Types<A...>;
};
template <class T, std::size_t n>
struct Arguments<std::array<T, n>> {
  using Type = Types<T>;
};

template <class T>
constexpr auto field_types() {
  return decltype(Bind<count<T>>::apply(
      never<T>.value, [](auto&... field) { return Types<std::remove_cvref_t<decltype(field)>...>{}; })){};
}

// The types being looked into, so that a tree of its own kind ends.
struct Visit {
  const void* type;
  const Visit* up;
};
template <class T>
inline constexpr char type_id = 0;

template <class T, class Leaf>
constexpr bool contains(const Visit* up);

template <class Leaf, class... T>
constexpr bool contains_any(Types<T...>, const Visit* up) {
  (void)up;
  return (contains<std::remove_cv_t<T>, Leaf>(up) || ...);
}

template <class T, class Leaf>
constexpr bool contains(const Visit* up) {
  for (const Visit* v = up; v; v = v->up) {
    if (v->type == &type_id<T>) return false;
  }
  [[maybe_unused]] const Visit here{&type_id<T>, up};
  if constexpr (std::is_base_of_v<Leaf, T>) {
    return true;
  } else if constexpr (NamedTraits<T>::is_named) {
    return contains<typename NamedTraits<T>::Inner, Leaf>(&here);
  } else {
    constexpr Kind kind = kind_of<T>();
    static_assert(kind != Kind::kHidden, "fusebox: cannot see the fields of this class");
    if constexpr (kind == Kind::kStruct) {
      return contains_any<Leaf>(field_types<T>(), &here);
    } else if constexpr (kind == Kind::kMaybe || kind == Kind::kSequence || kind == Kind::kMap ||
                         kind == Kind::kTuple) {
      return contains_any<Leaf>(typename Arguments<T>::Type{}, &here);
    } else {
      return false;
    }
  }
}

}  // namespace detail

// Is a Leaf reachable in a T?
template <class T, class Leaf>
inline constexpr bool contains_v = detail::contains<std::remove_cv_t<T>, Leaf>(nullptr);

namespace detail {

template <class Leaf, class F, class Empty>
struct Walk {
  F& f;
  Empty& on_empty;
  std::string path;

  template <class T>
  void at(std::string_view name, T& object) {
    const std::size_t length = path.size();
    if (length > 0) path += '.';
    path += name;
    visit(object);
    path.resize(length);
  }

  template <class T>
  void visit(T& object) {
    using Type = std::remove_cv_t<T>;
    constexpr bool is_const = std::is_const_v<T>;
    if constexpr (std::is_base_of_v<Leaf, Type>) {
      f(std::string_view(path), static_cast<std::conditional_t<is_const, const Leaf, Leaf>&>(object));
    } else if constexpr (NamedTraits<Type>::is_named) {
      using Inner = typename NamedTraits<Type>::Inner;
      visit(static_cast<std::conditional_t<is_const, const Inner, Inner>&>(object));
    } else if constexpr (contains_v<Type, Leaf>) {
      visit_parts<kind_of<Type>()>(object);
    }
  }

  template <Kind kind, class T>
  void visit_parts(T& object) {
    if constexpr (kind == Kind::kMaybe) {
      if (!object) on_empty(std::string_view(path), object);
      if (!object) return;
      if constexpr (std::is_const_v<T>) {
        visit(std::as_const(*object));
      } else {
        visit(*object);
      }
    } else if constexpr (kind == Kind::kSequence) {
      std::size_t i = 0;
      for (auto& element : object) at(std::to_string(i++), element);
    } else if constexpr (kind == Kind::kMap) {
      for (auto& [key, value] : object) at(key, value);
    } else if constexpr (kind == Kind::kTuple) {
      std::size_t i = 0;
      std::apply([&](auto&... element) { (this->at(std::to_string(i++), element), ...); }, object);
    } else {
      for_each_field(object, [this](std::string_view name, auto& field) { this->at(name, field); });
    }
  }
};

}  // namespace detail

// Calls f(std::string_view path, Leaf& leaf) for every Leaf in the object, in the order of declaration.
// `prefix` is the path of the object itself. on_empty(path, holder) is called for each empty std::optional or
// std::unique_ptr that may hold leaves; it may fill the holder, and then the walk goes on inside.
template <class Leaf, class T, class F, class Empty>
void visit_leaves(T& object, std::string_view prefix, F&& f, Empty&& on_empty) {
  detail::Walk<Leaf, std::remove_reference_t<F>, std::remove_reference_t<Empty>>{f, on_empty,
                                                                                 std::string(prefix)}
      .visit(object);
}

template <class Leaf, class T, class F>
void visit_leaves(T& object, F&& f) {
  visit_leaves<Leaf>(object, "", f, [](std::string_view, auto&) {});
}

}  // namespace fusebox::reflect
