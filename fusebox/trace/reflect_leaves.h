// Leaves of nested structs and containers: contains_v, visit_leaves, is_opaque. The contract is in reflect.h.
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

// True for a class that holds no leaves and cannot or need not be looked into. Say it in your own class
// (`static constexpr bool kOpaque = true;`) or, for a class of others,
// `template <> inline constexpr bool fusebox::reflect::is_opaque<json> = true;`.
template <class T>
inline constexpr bool is_opaque = requires { requires T::kOpaque; };

namespace detail {

enum class Kind {
  kPlain,     // numbers, enums, strings, opaque and empty classes: nothing inside
  kHolder,    // std::optional, std::unique_ptr
  kSequence,  // std::vector, std::array
  kMap,       // std::map<std::string, T>
  kTuple,     // std::pair, std::tuple
  kStruct,    // fields
  kPointer,   // T*, not walked
  kStd,       // another class of the standard library, not walked
  kHidden     // a class that cannot be seen into
};

// The containers that are walked, and what they hold.
template <class T>
struct Container {
  static constexpr Kind kind = Kind::kHidden;
};
template <Kind kind_, class... T>
struct ContainerOf {
  static constexpr Kind kind = kind_;
  using Held = Types<T...>;
};
template <class T, class A>
struct Container<std::vector<T, A>> : ContainerOf<Kind::kSequence, T> {};
template <class T, std::size_t n>
struct Container<std::array<T, n>> : ContainerOf<Kind::kSequence, T> {};
template <class T>
struct Container<std::optional<T>> : ContainerOf<Kind::kHolder, T> {};
template <class T, class D>
  requires(!std::is_array_v<T>)
struct Container<std::unique_ptr<T, D>> : ContainerOf<Kind::kHolder, T> {};
template <class T, class C, class A>
struct Container<std::map<std::string, T, C, A>> : ContainerOf<Kind::kMap, T> {};
template <class... T>
struct Container<std::tuple<T...>> : ContainerOf<Kind::kTuple, T...> {};
template <class A, class B>
struct Container<std::pair<A, B>> : ContainerOf<Kind::kTuple, A, B> {};

template <class T>
constexpr bool is_std() {
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  return text.substr(text.find("T = ") + 4).starts_with("std::");
}

template <class T>
concept Complete = requires { sizeof(T); };

template <class T>
constexpr Kind kind_of() {
  if constexpr (std::is_pointer_v<T>) {
    return Kind::kPointer;
  } else if constexpr (!std::is_class_v<T> && !std::is_union_v<T>) {
    return Kind::kPlain;
  } else if constexpr (!Complete<T>) {
    return Kind::kHidden;
  } else if constexpr (Container<T>::kind != Kind::kHidden) {
    return Container<T>::kind;
  } else if constexpr (is_opaque<T> || std::is_empty_v<T>) {
    return Kind::kPlain;
  } else if constexpr (is_std<T>()) {
    return Kind::kStd;
  } else {
    return kCount<T>.problem == Problem::kNone ? Kind::kStruct : Kind::kHidden;
  }
}
template <class T>
inline constexpr Kind kKind = kind_of<T>();

template <class T, class Leaf>
constexpr bool is_leaf() {
  if constexpr (std::is_same_v<T, Leaf>) {
    return true;
  } else if constexpr (std::is_class_v<T> && Complete<T>) {
    return std::is_base_of_v<Leaf, T>;
  } else {
    return false;
  }
}

// A class that copying its bytes copies, where a Leaf is none: no need to see that no Leaf is in it.
template <class T, class Leaf>
constexpr bool is_mere_bytes() {
  if constexpr ((std::is_class_v<T> || std::is_union_v<T>) && Complete<T>) {
    return Container<T>::kind == Kind::kHidden && std::is_trivially_copyable_v<T> &&
           !std::is_trivially_copyable_v<Leaf>;
  } else {
    return false;
  }
}

// The type arguments of a class template: what std::shared_ptr, std::variant, std::list, … hold.
template <class T>
struct Arguments {
  using Held = Types<>;
};
template <template <class...> class C, class... A>
struct Arguments<C<A...>> {
  using Held = Types<A...>;
};

// The structs being looked into, innermost first, so that one that holds a vector of its own kind ends. They
// are told apart by dynamic_cast, which compilers can do at compile time with sanitizers too; comparing
// addresses they cannot.
class Visit {
 public:
  explicit constexpr Visit(const Visit* up) : up_(up) {}
  template <class VisitOfT>
  constexpr bool has() const {
    return dynamic_cast<const VisitOfT*>(this) != nullptr || (up_ != nullptr && up_->has<VisitOfT>());
  }
  constexpr virtual void is_polymorphic() const {}

 protected:
  ~Visit() = default;

 private:
  const Visit* up_;
};
template <class T>
class VisitOf final : public Visit {
  using Visit::Visit;
};

template <class T, class Leaf, bool strict>
constexpr bool contains(const Visit* up);

template <class Leaf, bool strict, class... T>
constexpr bool any_contains(Types<T...>, [[maybe_unused]] const Visit* up) {
  return (contains<std::remove_cvref_t<T>, Leaf, strict>(up) || ...);
}

// The complaint about a class that cannot be seen into.
template <class T>
constexpr void refuse_hidden() {
  constexpr bool complete = Complete<T>;
  static_assert(
      complete,
      "fusebox: this class is declared but not defined here, so its fields cannot be seen. Define it "
      "first; or, if it holds no tensors, hold it by std::shared_ptr.");
  if constexpr (complete) require_visible<T>();
}

template <class T, class Leaf>
constexpr bool refuse_pointer() {
  static_assert(!contains<std::remove_cv_t<std::remove_pointer_t<T>>, Leaf, false>(nullptr),
                "fusebox: a raw pointer to something that holds tensors, which are not seen behind it. Use "
                "std::unique_ptr, or hold the object itself.");
  return false;
}

template <class T, class Leaf>
constexpr bool refuse_std() {
  static_assert(
      !any_contains<Leaf, false>(typename Arguments<T>::Held{}, nullptr),
      "fusebox: tensors in a class of the standard library that they are not seen in. These are: "
      "std::vector, std::array, std::optional, std::unique_ptr, std::map<std::string, T>, std::pair and "
      "std::tuple.");
  return false;
}

// contains for classes and pointers that are neither a leaf nor plain.
template <class T, class Leaf, bool strict>
constexpr bool parts_contain([[maybe_unused]] const Visit* up) {
  constexpr Kind kind = kKind<T>;
  if constexpr (kind == Kind::kStruct) {
    return any_contains<Leaf, strict>(FieldTypes<T>{}, up);
  } else if constexpr (kind == Kind::kPointer) {
    if constexpr (strict) {
      return refuse_pointer<T, Leaf>();
    } else {
      return contains<std::remove_cv_t<std::remove_pointer_t<T>>, Leaf, strict>(up);
    }
  } else if constexpr (kind == Kind::kStd) {
    if constexpr (strict) {
      return refuse_std<T, Leaf>();
    } else {
      return any_contains<Leaf, strict>(typename Arguments<T>::Held{}, up);
    }
  } else if constexpr (kind == Kind::kHidden) {
    if constexpr (strict) refuse_hidden<T>();
    return false;
  } else {
    return any_contains<Leaf, strict>(typename Container<T>::Held{}, up);
  }
}

// Is a Leaf reachable in a T? A strict look complains about what it cannot see into; the other one, for what
// is not walked (behind raw pointers, in other containers), finds what it can.
template <class T, class Leaf, bool strict>
constexpr bool contains([[maybe_unused]] const Visit* up) {
  if constexpr (is_leaf<T, Leaf>()) {
    return true;
  } else if constexpr (std::is_array_v<T>) {
    return contains<std::remove_all_extents_t<T>, Leaf, strict>(up);
  } else if constexpr (NamedTraits<T>::is_named) {
    return contains<typename NamedTraits<T>::Inner, Leaf, strict>(up);
  } else if constexpr (is_mere_bytes<T, Leaf>()) {
    return false;
  } else if constexpr (kKind<T> == Kind::kPlain) {
    return false;
  } else {
    if (up != nullptr && up->has<VisitOf<T>>()) return false;
    const VisitOf<T> here(up);
    return parts_contain<T, Leaf, strict>(&here);
  }
}

}  // namespace detail

// Is a Leaf reachable in a T: the T itself, a field of it, an element of a container in it, and so on?
template <class T, class Leaf>
inline constexpr bool contains_v = detail::contains<std::remove_cvref_t<T>, Leaf, true>(nullptr);

namespace detail {

// The path of the object being visited. Nothing is inlined here or in Walk: a compiler that makes one
// function of a whole model takes its time.
class Path {
 public:
  explicit Path(std::string_view prefix) : text_(prefix) {}

  std::string_view view() const { return text_; }
  // Goes one part down; the result is for `leave`.
  [[gnu::noinline]] std::size_t enter(std::string_view name) {
    const std::size_t length = text_.size();
    if (length > 0) text_ += '.';
    text_ += name;
    return length;
  }
  [[gnu::noinline]] std::size_t enter(std::size_t index) { return enter(std::to_string(index)); }
  [[gnu::noinline]] void leave(std::size_t length) { text_.resize(length); }

 private:
  std::string text_;
};

// The walk of visit_leaves.
template <class Leaf, class F, class Prepare>
struct Walk {
  F& f;
  Prepare& prepare;
  Path path;

  template <class T>
  void visit(T& object) {
    using Type = std::remove_cv_t<T>;
    if constexpr (is_leaf<Type, Leaf>()) {
      f(path.view(), static_cast<WithConstOf<T, Leaf>&>(object));
    } else if constexpr (NamedTraits<Type>::is_named) {
      visit(static_cast<WithConstOf<T, typename NamedTraits<Type>::Inner>&>(object));
    } else if constexpr (contains_v<Type, Leaf>) {
      static_assert(!std::is_array_v<T>, "fusebox: a C array of tensors. Use std::array or std::vector.");
      if constexpr (!std::is_array_v<T>) visit_parts<kKind<Type>>(object);
    }
  }

  template <Kind kind, class T>
  [[gnu::noinline]] void visit_parts(T& object) {
    if constexpr (kind == Kind::kStruct) {
      for_each_field(object, [this](std::string_view name, auto& field) { this->visit_part(name, field); });
    } else if constexpr (kind == Kind::kTuple) {
      std::size_t i = 0;
      std::apply([&](auto&... part) { (this->visit_part(i++, part), ...); }, object);
    } else {
      prepare(path.view(), object);
      visit_elements<kind>(object);
    }
  }

  template <Kind kind, class T>
  void visit_elements(T& object) {
    if constexpr (kind == Kind::kHolder) {
      if (object) visit(static_cast<WithConstOf<T, std::remove_reference_t<decltype(*object)>>&>(*object));
    } else if constexpr (kind == Kind::kMap) {
      for (auto& [key, element] : object) visit_part(std::string_view(key), element);
    } else {
      for (std::size_t i = 0; i < object.size(); ++i) visit_part(i, object[i]);
    }
  }

  template <class Name, class T>
  void visit_part(Name name, T& part) {
    if constexpr (contains_v<T, Leaf>) {
      const std::size_t length = path.enter(name);
      visit(part);
      path.leave(length);
    }
  }
};

}  // namespace detail

// Calls f(std::string_view path, Leaf& leaf) for every Leaf in the object, in the order of declaration; for a
// const object, with const Leaf&. `prefix` is the path of the object itself: "model" gives
// "model.layers.0.norm.weight", "" gives "layers.0.norm.weight". The path is only valid during the call.
//
// `prepare(std::string_view path, auto& holder)` is called before the walk enters a std::optional,
// std::unique_ptr, std::vector, std::array or std::map that may hold leaves, empty or not, and may change
// what is in it. So a module is filled from a checkpoint:
//
//   struct Prepare {
//     void operator()(std::string_view path, std::optional<Tensor>& bias) { if (has(path)) bias.emplace(); }
//     template <class T> void operator()(std::string_view path, std::vector<T>& list) { list.resize(…); }
//     void operator()(std::string_view, auto&) {}
//   };
template <class Leaf, class T, class F, class Prepare>
void visit_leaves(T& object, std::string_view prefix, F&& f, Prepare&& prepare) {
  using Walk = detail::Walk<Leaf, std::remove_reference_t<F>, std::remove_reference_t<Prepare>>;
  Walk{f, prepare, detail::Path(prefix)}.visit(object);
}

template <class Leaf, class T, class F>
void visit_leaves(T& object, std::string_view prefix, F&& f) {
  visit_leaves<Leaf>(object, prefix, f, [](std::string_view, const auto&) {});
}

template <class Leaf, class T, class F>
void visit_leaves(T& object, F&& f) {
  visit_leaves<Leaf>(object, "", f);
}

}  // namespace fusebox::reflect
